#include "core/kinesis/input/child_shards.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace penstock::kinesis {
namespace {

ShardInfo shard(const std::string& id, std::vector<std::string> parents, HashKey first, HashKey last) {
  return {id, std::move(parents), first, last};
}

constexpr HashKey kLast = ~HashKey{0};
const ShardInfo kWhole = shard("p", {}, 0, kLast);
const ShardInfo kMiddle = shard("p", {}, 10, 19);

TEST(child_shards, children_that_cover_the_hash_keys_of_their_parent_are_all) {
  EXPECT_TRUE(are_all_children(kMiddle, {shard("a", {"p"}, 10, 14), shard("b", {"p"}, 15, 19)}));
  EXPECT_TRUE(are_all_children(kMiddle, {shard("b", {"p"}, 15, 19), shard("a", {"p"}, 10, 14)}));
  EXPECT_TRUE(are_all_children(kMiddle, {shard("m", {"o", "p"}, 0, 19)}));
  EXPECT_TRUE(are_all_children(kMiddle, {shard("m", {"p", "q"}, 10, 30)}));
  EXPECT_TRUE(are_all_children(kWhole, {shard("a", {"p"}, 0, 7), shard("b", {"p"}, 8, kLast)}));
}

TEST(child_shards, children_with_a_gap_are_not_all) {
  EXPECT_FALSE(are_all_children(kMiddle, {}));
  EXPECT_FALSE(are_all_children(kMiddle, {shard("a", {"p"}, 10, 14)}));
  EXPECT_FALSE(are_all_children(kMiddle, {shard("b", {"p"}, 15, 19)}));
  EXPECT_FALSE(are_all_children(kMiddle, {shard("a", {"p"}, 10, 14), shard("b", {"p"}, 16, 19)}));
  EXPECT_FALSE(are_all_children(kMiddle, {shard("a", {"p"}, 10, 14), shard("b", {"p"}, 15, 18)}));
  EXPECT_FALSE(are_all_children(kMiddle, {shard("a", {"p"}, 11, 19)}));
  EXPECT_FALSE(are_all_children(kWhole, {shard("a", {"p"}, 0, kLast - 1)}));
}

TEST(child_shards, a_child_without_an_id_or_of_other_parents_is_not_accepted) {
  EXPECT_FALSE(are_all_children(kMiddle, {shard("", {"p"}, 10, 19)}));
  EXPECT_FALSE(are_all_children(kMiddle, {shard("a", {}, 10, 19)}));
  EXPECT_FALSE(are_all_children(kMiddle, {shard("a", {"q"}, 10, 19)}));
  EXPECT_FALSE(are_all_children(kMiddle, {shard("a", {"p"}, 10, 19), shard("b", {"q"}, 10, 19)}));
}

}  // namespace
}  // namespace penstock::kinesis
