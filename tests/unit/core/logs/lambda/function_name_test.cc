// The function's name from the log group and log stream.
#include "core/logs/lambda/function_name.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace penstock::logs {
namespace {

std::string told(std::string_view log_group, std::string_view log_stream) {
  const FunctionName function = function_of(log_group, log_stream);
  return std::string(function.name) + " " + std::string(function.version);
}

TEST(function_name, a_group_of_its_own_has_the_name_and_the_stream_the_version) {
  EXPECT_EQ(told("/aws/lambda/mill", "2025/10/09/[$LATEST]5d1c0a"), "mill $LATEST");
  EXPECT_EQ(told("/aws/lambda/mill_2-x", "2025/10/09/[17]5d1c0a"), "mill_2-x 17");
}

TEST(function_name, at_the_edge_the_name_stands_behind_the_region) {
  EXPECT_EQ(told("/aws/lambda/us-east-1.mill", "2025/10/09/[3]5d1c0a"), "mill 3");
}

TEST(function_name, in_a_shared_group_the_stream_has_both) {
  EXPECT_EQ(told("orders", "2025/10/09/mill[$LATEST]5d1c0a"), "mill $LATEST");
  EXPECT_EQ(told("/aws/lambda/other", "2025/10/09/mill[4]5d1c0a"), "mill 4");
  EXPECT_EQ(told("orders", "2025/10/09/mill[4][5d1c0a]"), "mill 4");
}

TEST(function_name, names_of_another_form_tell_nothing) {
  EXPECT_EQ(told("", ""), " ");
  EXPECT_EQ(told("/ecs/mill", "mill/app/123"), " ");
  EXPECT_EQ(told("/aws/lambda/", "2025/10/09/"), " ");
  EXPECT_EQ(told("/aws/lambda/a/b", "[1]x"), " ");
  EXPECT_EQ(told("orders", "2025-10-09/mill[4]x"), " ");
  EXPECT_EQ(told("orders", "2025/10/09/mill]4[x"), " ");
  EXPECT_EQ(told("orders", "2025/10/09/mill[v4]x"), " ");
  EXPECT_EQ(told("orders", "2025/10/09/mill[]x"), " ");
  EXPECT_EQ(told("orders", "2025/10/09/mi.ll[4]x"), " ");
}

TEST(function_name, each_tells_what_it_can_without_the_other) {
  EXPECT_EQ(told("/aws/lambda/mill", "by-hand"), "mill ");
  EXPECT_EQ(told("orders", "2025/10/09/[4]x"), " 4");
}

}  // namespace
}  // namespace penstock::logs
