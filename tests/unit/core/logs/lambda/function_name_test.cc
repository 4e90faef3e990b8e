// The function's name from the log group and log stream.
#include "core/logs/lambda/function_name.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace penstock::logs {
namespace {

std::string name_and_version(std::string_view log_group, std::string_view log_stream) {
  const FunctionName function = function_of(log_group, log_stream);
  return std::string(function.name) + " " + std::string(function.version);
}

TEST(function_name, a_functions_own_log_group_has_its_name_and_the_stream_its_version) {
  EXPECT_EQ(name_and_version("/aws/lambda/mill", "2025/10/09/[$LATEST]5d1c0a"), "mill $LATEST");
  EXPECT_EQ(name_and_version("/aws/lambda/mill_2-x", "2025/10/09/[17]5d1c0a"), "mill_2-x 17");
}

TEST(function_name, the_function_name_at_the_edge_follows_the_region) {
  EXPECT_EQ(name_and_version("/aws/lambda/us-east-1.mill", "2025/10/09/[3]5d1c0a"), "mill 3");
}

TEST(function_name, in_a_shared_log_group_the_stream_has_name_and_version) {
  EXPECT_EQ(name_and_version("orders", "2025/10/09/mill[$LATEST]5d1c0a"), "mill $LATEST");
  EXPECT_EQ(name_and_version("/aws/lambda/other", "2025/10/09/mill[4]5d1c0a"), "mill 4");
  EXPECT_EQ(name_and_version("orders", "2025/10/09/mill[4][5d1c0a]"), "mill 4");
}

TEST(function_name, names_in_other_forms_give_no_function_name) {
  EXPECT_EQ(name_and_version("", ""), " ");
  EXPECT_EQ(name_and_version("/ecs/mill", "mill/app/123"), " ");
  EXPECT_EQ(name_and_version("/aws/lambda/", "2025/10/09/"), " ");
  EXPECT_EQ(name_and_version("/aws/lambda/a/b", "[1]x"), " ");
  EXPECT_EQ(name_and_version("orders", "2025-10-09/mill[4]x"), " ");
  EXPECT_EQ(name_and_version("orders", "2025/10/09/mill]4[x"), " ");
  EXPECT_EQ(name_and_version("orders", "2025/10/09/mill[v4]x"), " ");
  EXPECT_EQ(name_and_version("orders", "2025/10/09/mill[]x"), " ");
  EXPECT_EQ(name_and_version("orders", "2025/10/09/mi.ll[4]x"), " ");
}

TEST(function_name, group_and_stream_are_read_independently) {
  EXPECT_EQ(name_and_version("/aws/lambda/mill", "by-hand"), "mill ");
  EXPECT_EQ(name_and_version("/aws/lambda/web/mill", "by-hand"), "mill ");
  EXPECT_EQ(name_and_version("/aws/lambda/web/", "by-hand"), " ");
  EXPECT_EQ(name_and_version("/aws/lambda/mill", "2025/10/09/[$LATEST.PUBLISHED]x"), "mill $LATEST.PUBLISHED");
  EXPECT_EQ(name_and_version("orders", "2025/10/09/[4]x"), " 4");
}

}  // namespace
}  // namespace penstock::logs
