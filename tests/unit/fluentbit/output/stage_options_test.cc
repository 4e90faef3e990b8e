#include <gtest/gtest.h>

#include <string>

#include "base/bytes.h"
#include "fluentbit/output/output_instance.h"

namespace penstock::fluentbit {
namespace {

int32_t accept_all(const penstock_option*, size_t, size_t, penstock_problem_fn, void*) { return PENSTOCK_OK; }

// Returns the options for a stage with the one option linger, as "KEY VALUE;" each. linger: the section's value.
std::string options_with(const char* linger) {
  static constexpr penstock_option_info kLingerOption = {"linger", "duration", "100ms", "", 0, 0};
  penstock_stage stage{};
  stage.struct_size = sizeof stage;
  stage.options = &kLingerOption;
  stage.option_info_count = 1;
  stage.option_info_stride = sizeof kLingerOption;
  stage.check = accept_all;
  const ConfigSection section({}, {&stage}, [&](const char*) { return linger; });
  std::string text;
  for (const penstock_option& option : stage_options(section, stage))
    text.append(view(option.key)).append(" ").append(view(option.value)).append(";");
  return text;
}

TEST(fluentbit_stage_options, without_linger_in_the_section_a_record_hardly_waits_for_others) {
  EXPECT_EQ(options_with(nullptr), "linger 1ms;");
}

TEST(fluentbit_stage_options, the_sections_own_linger_is_kept) { EXPECT_EQ(options_with("2s"), "linger 2s;"); }

}  // namespace
}  // namespace penstock::fluentbit
