// How the layout of the agent's own options is recognized.
#include "fluentbit/agent/config_map.h"

#include <gtest/gtest.h>

#include <array>

namespace penstock::fluentbit {
namespace {

TEST(config_map, an_array_of_options_is_recognized_by_its_size_its_names_and_its_end) {
  using proxy::ConfigMapEntry;
  std::array<ConfigMapEntry, 3> map = {};
  map[0].name = map[1].name = "a";
  map[0].description = map[1].description = "help";
  EXPECT_TRUE(is_config_map(map.data(), sizeof map));
  EXPECT_FALSE(is_config_map(map.data(), sizeof map - 8));
  EXPECT_FALSE(is_config_map(map.data(), 2 * sizeof map[0])) << "no end";
  EXPECT_FALSE(is_config_map(map.data() + 2, sizeof map[0])) << "only an end";
  map[1].name = nullptr;
  EXPECT_FALSE(is_config_map(map.data(), sizeof map)) << "an end in the middle";
}

}  // namespace
}  // namespace penstock::fluentbit
