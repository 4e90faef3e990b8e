#include "fluentbit/agent/config_section.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace penstock::fluentbit {
namespace {

ConfigSection section_of(OptionTable own, const std::map<std::string, std::string>& properties) {
  return {own, {}, [&](const char* key) {
            const auto found = properties.find(key);
            return found == properties.end() ? nullptr : found->second.c_str();
          }};
}

TEST(fluentbit_config_section, a_section_has_the_defaults_of_the_option_table) {
  const ConfigSection section = section_of(kInputOptions, {});
  EXPECT_EQ(section.problems(), "");
  EXPECT_TRUE(section.on("transform"));
  EXPECT_EQ(section.text("checkpoint_after"), "append");
  EXPECT_EQ(section.text("tag_format"), "");
  EXPECT_EQ(section.size_bytes("chunk_bytes"), size_t{1} << 20);
  EXPECT_EQ(section_of(kOutputOptions, {}).duration_ms("flush_timeout"), 10'000);
}

TEST(fluentbit_config_section, words_in_a_section_ignore_case) {
  EXPECT_FALSE(section_of(kInputOptions, {{"transform", "OFF"}}).on("transform"));
}

TEST(fluentbit_config_section, sizes_in_a_section_have_units) {
  EXPECT_EQ(section_of(kInputOptions, {{"chunk_bytes", "64K"}}).size_bytes("chunk_bytes"), size_t{65536});
  EXPECT_EQ(section_of(kInputOptions, {{"chunk_bytes", "1"}}).size_bytes("chunk_bytes"), size_t{1});
  EXPECT_EQ(section_of(kInputOptions, {{"max_unacknowledged", "2G"}}).size_bytes("max_unacknowledged"),
            size_t{2} << 30);
}

TEST(fluentbit_config_section, every_problem_of_a_section_names_key_value_and_allowed_values) {
  const ConfigSection section =
      section_of(kInputOptions, {{"checkpoint_after", "later"}, {"chunk_bytes", "0"}, {"tag_format", ""}});
  EXPECT_EQ(section.problems(),
            "PS0953: invalid checkpoint_after 'later': expected append|handover|delivery\n"
            "PS0953: invalid tag_format '': expected a text that is not empty\n"
            "PS0953: invalid chunk_bytes '0': expected a size above 0, like 65536, 64K or 1M");
}

TEST(fluentbit_config_section, a_size_in_a_section_that_overflows_is_rejected) {
  EXPECT_NE(section_of(kInputOptions, {{"chunk_bytes", "18446744073709551615M"}}).problems(), "");
  EXPECT_NE(section_of(kInputOptions, {{"chunk_bytes", "12Q"}}).problems(), "");
  EXPECT_NE(section_of(kInputOptions, {{"chunk_bytes", "17179869184G"}}).problems(), "");
}

TEST(fluentbit_config_section, a_zero_duration_in_a_section_is_rejected) {
  EXPECT_NE(section_of(kOutputOptions, {{"flush_timeout", "0"}}).problems(), "");
  EXPECT_EQ(section_of(kOutputOptions, {{"flush_timeout", "1ms"}}).duration_ms("flush_timeout"), 1);
}

}  // namespace
}  // namespace penstock::fluentbit
