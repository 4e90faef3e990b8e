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

TEST(fluentbit_tag_format, an_empty_tag_format_gives_an_empty_tag) {
  EXPECT_EQ(expanded("", batch_of("/aws/lambda/f")), "");
}

TEST(fluentbit_tag_format, a_tag_contains_the_origin_of_its_records) {
  EXPECT_EQ(expanded("kinesis.$log_group.$log_stream.$owner.$region.x", batch_of("/aws/lambda/f", "2023/11/14")),
            "kinesis./aws/lambda/f.2023/11/14.123456789012.eu-west-1.x");
}

// Outputs build paths from tags.
TEST(fluentbit_tag_format, a_tag_begins_with_no_slash_and_leaves_no_folder) {
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

TEST(fluentbit_tag_format, no_short_name_makes_a_tag_leave_its_folder) {
  const std::string letters = "./a";
  for (unsigned number = 0; number < 6561; ++number) {  // 3^8
    std::string name;
    for (unsigned rest = number, i = 0; i < 8; ++i, rest /= 3) name += letters[rest % 3];
    const std::string tag = expanded("$log_group", batch_of(name));
    ASSERT_EQ(tag.find(".."), std::string::npos) << name;
    ASSERT_FALSE(tag.starts_with('/')) << name;
  }
}

TEST(fluentbit_tag_format, bytes_that_tags_must_not_contain_become_underscores) {
  EXPECT_EQ(expanded("$log_group", batch_of("a b\n*\x1b[31m\xc3\xa4$LATEST\x7f")), "a_b____31m___LATEST_");
  EXPECT_EQ(expanded("a:$log_group", batch_of(std::string_view("\0b", 2))), "a__b");
  EXPECT_EQ(expanded("$log_group", batch_of("azAZ09_/.-")), "azAZ09_/.-");
}

TEST(fluentbit_tag_format, a_tag_has_at_most_256_bytes) {
  EXPECT_EQ(expanded("$log_group", batch_of(std::string(256, 'a'))), std::string(256, 'a'));
  EXPECT_EQ(expanded("$log_group", batch_of(std::string(257, 'a'))), std::string(256, 'a'));
  EXPECT_EQ(expanded("x.$log_group", batch_of(std::string(300, 'a'))), "x." + std::string(254, 'a'));
}

TEST(fluentbit_tag_format, a_tag_format_with_an_unknown_name_is_rejected) {
  EXPECT_EQ(problem_of("a.$group"),
            "invalid tag_format 'a.$group': unknown variable $group; expected $log_group, $log_stream, $owner or "
            "$region");
  EXPECT_NE(problem_of("$log_groups"), "");
  EXPECT_NE(problem_of("costs 5$"), "");
  EXPECT_NE(problem_of("$"), "");
}

}  // namespace
}  // namespace penstock::fluentbit
