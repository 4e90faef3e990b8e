#include "fluentbit/input/tag_format.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock::fluentbit {
namespace {

penstock_bytes bytes(std::string_view text) { return {text.data(), text.size()}; }

penstock_batch batch_of(std::string_view log_group, std::string_view log_stream = {}) {
  penstock_batch out{};
  out.log_group = bytes(log_group);
  out.log_stream = bytes(log_stream);
  out.owner = bytes("123456789012");
  out.region = bytes("eu-west-1");
  return out;
}

std::string expanded(std::string_view format, const penstock_batch& batch) {
  std::string problem, tag = "what was there before";
  const TagFormat parsed = TagFormat::parse(format, problem);
  EXPECT_EQ(problem, "");
  parsed.expand(batch, tag);
  return tag;
}

std::string problem_of(std::string_view format) {
  std::string problem;
  TagFormat::parse(format, problem);
  return problem;
}

TEST(fluentbit_tag_format, of_nothing_is_nothing) { EXPECT_EQ(expanded("", batch_of("/aws/lambda/f")), ""); }

TEST(fluentbit_tag_format, puts_in_where_records_come_from) {
  EXPECT_EQ(expanded("kinesis.$log_group.$log_stream.$owner.$region.x", batch_of("/aws/lambda/f", "2023/11/14")),
            "kinesis./aws/lambda/f.2023/11/14.123456789012.eu-west-1.x");
}

// Outputs build paths from tags.
TEST(fluentbit_tag_format, begins_with_no_slash_and_leads_out_of_no_folder) {
  EXPECT_EQ(expanded("$log_group", batch_of("/aws/lambda/f")), "aws/lambda/f");
  EXPECT_EQ(expanded("$log_group", batch_of("/../../../etc/cron.d/x")), "etc/cron.d/x");
  EXPECT_EQ(expanded("$log_group", batch_of("a/../..")), "a");
  EXPECT_EQ(expanded("$log_group", batch_of("a/....//b/./c")), "a//b/c");
  EXPECT_EQ(expanded("x/$log_group$log_stream/y", batch_of(".", ".")), "x/y");
  EXPECT_EQ(expanded("$log_group.$log_stream", batch_of("a.", ".b")), "a.b");
  EXPECT_EQ(expanded("$log_group", batch_of("....//....//etc")), "etc");
  EXPECT_EQ(expanded("///$log_group", batch_of("//a//b/")), "a//b/");
  for (const char* nothing : {"..", "/", "../", "/../..", "...", "."})
    EXPECT_EQ(expanded("$log_group", batch_of(nothing)), "") << nothing;
  EXPECT_EQ(expanded("$log_group", batch_of(std::string(255, 'a') + "/../b")), std::string(255, 'a') + "/");
}

TEST(fluentbit_tag_format, no_short_name_leads_out) {
  const std::string letters = "./a";
  for (unsigned number = 0; number < 6561; ++number) {  // 3^8
    std::string name;
    for (unsigned rest = number, i = 0; i < 8; ++i, rest /= 3) name += letters[rest % 3];
    const std::string tag = expanded("$log_group", batch_of(name));
    ASSERT_EQ(tag.find(".."), std::string::npos) << name;
    ASSERT_FALSE(tag.starts_with('/')) << name;
  }
}

TEST(fluentbit_tag_format, makes_an_underscore_of_every_byte_that_is_not_for_tags) {
  EXPECT_EQ(expanded("$log_group", batch_of("a b\n*\x1b[31m\xc3\xa4$LATEST\x7f")), "a_b____31m___LATEST_");
  EXPECT_EQ(expanded("a:$log_group", batch_of(std::string_view("\0b", 2))), "a__b");
  EXPECT_EQ(expanded("$log_group", batch_of("azAZ09_/.-")), "azAZ09_/.-");
}

TEST(fluentbit_tag_format, keeps_256_bytes_and_cuts_the_257th) {
  EXPECT_EQ(expanded("$log_group", batch_of(std::string(256, 'a'))), std::string(256, 'a'));
  EXPECT_EQ(expanded("$log_group", batch_of(std::string(257, 'a'))), std::string(256, 'a'));
  EXPECT_EQ(expanded("x.$log_group", batch_of(std::string(300, 'a'))), "x." + std::string(254, 'a'));
}

TEST(fluentbit_tag_format, refuses_a_name_that_it_does_not_know) {
  EXPECT_EQ(problem_of("a.$group"),
            "invalid tag_format 'a.$group': unknown variable $group; expected $log_group, $log_stream, $owner or "
            "$region");
  EXPECT_NE(problem_of("$log_groups"), "");
  EXPECT_NE(problem_of("costs 5$"), "");
  EXPECT_NE(problem_of("$"), "");
}

}  // namespace
}  // namespace penstock::fluentbit
