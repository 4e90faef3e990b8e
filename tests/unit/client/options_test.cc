#include "client/options.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>

#include "tests/unit/client/fake_stage.h"

namespace penstock::client {
namespace {

// An element of a later version, with more members.
struct LongerInfo {
  penstock_option_info info;
  int64_t later;
};

constexpr std::array<LongerInfo, 2> kInfos = {
    {{{"stream", "text", nullptr, "", 1, 0}, 7}, {{"linger", "duration", "1s", "", 0, 0}, 7}}};

class client_options : public testing::Test {
 protected:
  client_options() {
    fake_.stage.options = &kInfos[0].info;
    fake_.stage.option_info_count = kInfos.size();
    fake_.stage.option_info_stride = sizeof kInfos[0];
    // Reports the first option, then a missing one.
    fake_.stage.check = [](const penstock_option* options, size_t count, size_t, penstock_problem_fn problem,
                           void* ctx) {
      penstock_error error{};
      std::snprintf(error.text, sizeof error.text, "%.*s", static_cast<int>(options[0].value.size),
                    options[0].value.data);
      problem(ctx, 0, &error);
      problem(ctx, count, nullptr);
      return int32_t{PENSTOCK_E_OPTIONS};
    };
  }

  FakeStage fake_{PENSTOCK_OUTPUT};
  const std::vector<penstock_option> given_ = {{{"stream", 6}, {"logs", 4}}};
};

TEST_F(client_options, option_infos_of_a_later_version_are_read_by_stride) {
  EXPECT_STREQ(option_info(fake_.stage, 1).name, "linger");
}

TEST_F(client_options, options_are_found_by_name_without_case) {
  EXPECT_EQ(find_option(fake_.stage, "LINGER"), &kInfos[1].info);
  EXPECT_EQ(find_option(fake_.stage, "ling"), nullptr);
}

TEST_F(client_options, the_stage_checks_options_and_reports_each_problem) {
  std::vector<std::string> problems;
  const int32_t result = check_options(fake_.stage, given_, [&](size_t index, const penstock_error* error) {
    problems.push_back(std::to_string(index) + (error != nullptr ? error->text : ""));
  });
  EXPECT_EQ(result, PENSTOCK_E_OPTIONS);
  EXPECT_EQ(problems, (std::vector<std::string>{"0logs", "1"}));
}

TEST_F(client_options, option_checks_finish_before_a_reports_exception_is_rethrown) {
  int reports = 0;
  const auto report = [&](size_t, const penstock_error*) {
    ++reports;
    throw std::runtime_error("no memory");
  };
  EXPECT_THROW(check_options(fake_.stage, given_, report), std::runtime_error);
  EXPECT_EQ(reports, 2) << "it passed through the library";
}

TEST(words_of_an_option, words_of_an_option_are_compared_completely_and_without_case) {
  EXPECT_TRUE(is_one_of("on|off", "On"));
  EXPECT_TRUE(is_one_of("on|off", "off"));
  EXPECT_FALSE(is_one_of("on|off", "o"));
  EXPECT_FALSE(is_one_of("on|off", "on|off"));
  EXPECT_FALSE(is_one_of("on|off", ""));
  EXPECT_FALSE(is_one_of("", ""));
}

}  // namespace
}  // namespace penstock::client
