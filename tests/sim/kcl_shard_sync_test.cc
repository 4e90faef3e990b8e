// The model of KCL's shard sync against what its source says (HierarchicalShardSyncer, PeriodicShardSyncManager).
#include "tests/sim/kcl_shard_sync.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace penstock::sim {
namespace {

using InitialKind = kinesis::InitialPosition::Kind;
using Rows = std::vector<Kcl2Lease>;
using Checkpoints = std::map<std::string, std::string>;  // by shard

constexpr model::HashKey kMiddle = model::kLastHashKey / 2;

KclStream stream(InitialKind initial = InitialKind::trim_horizon) { return {"in", "", {initial, 1'000}}; }

// 0 and 1 were merged into 2, which was split into 3 and 4; 4 is closed too, and its child 5 is open.
std::vector<KclShard> shards() {
  return {{"0", {}, 0, kMiddle, false},
          {"1", {}, kMiddle + 1, model::kLastHashKey, false},
          {"2", {"0", "1"}, 0, model::kLastHashKey, false},
          {"3", {"2"}, 0, kMiddle, true},
          {"4", {"2"}, kMiddle + 1, model::kLastHashKey, false},
          {"5", {"4"}, kMiddle + 1, model::kLastHashKey, true}};
}

Rows rows_of(const std::vector<std::string>& ids) {
  Rows rows;
  for (const KclShard& shard : shards())
    if (std::count(ids.begin(), ids.end(), shard.id) > 0) rows.push_back(stream().new_lease(shard));
  return rows;
}

Checkpoints missing(InitialKind initial, const Rows& rows) {
  Checkpoints checkpoints;
  for (const Kcl2Lease& lease : kcl_missing_leases(stream(initial), shards(), rows, false))
    checkpoints[lease.key] = lease.checkpoint;
  return checkpoints;
}

TEST(kcl_shard_sync, leases_of_an_empty_table_are_those_of_the_listed_shards_at_the_initial_position) {
  const std::vector<KclShard> open = {shards()[3], shards()[5]};
  for (const auto& [initial, checkpoint] :
       std::map<InitialKind, std::string>{{InitialKind::trim_horizon, "TRIM_HORIZON"},
                                          {InitialKind::latest, "LATEST"},
                                          {InitialKind::at_timestamp, "AT_TIMESTAMP"}}) {
    const Rows leases = kcl_missing_leases(stream(initial), open, {}, true);
    ASSERT_EQ(leases.size(), 2U);
    EXPECT_EQ(leases[0].key, "3");
    EXPECT_EQ(leases[0].parents, std::vector<std::string>{"2"});
    EXPECT_EQ(leases[0].checkpoint, checkpoint);
    EXPECT_EQ(leases[1].checkpoint, checkpoint);
  }
}

TEST(kcl_shard_sync, shards_without_any_lease_begin_at_the_oldest_ancestors_or_at_latest_themselves) {
  EXPECT_EQ(missing(InitialKind::trim_horizon, {}), (Checkpoints{{"0", "TRIM_HORIZON"}, {"1", "TRIM_HORIZON"}}));
  EXPECT_EQ(missing(InitialKind::at_timestamp, {}), (Checkpoints{{"0", "AT_TIMESTAMP"}, {"1", "AT_TIMESTAMP"}}));
  EXPECT_EQ(missing(InitialKind::latest, {}), (Checkpoints{{"3", "LATEST"}, {"5", "LATEST"}}));
}

TEST(kcl_shard_sync, a_descendant_of_a_leased_shard_gets_no_lease_but_the_other_parent_of_a_merge_does) {
  for (const InitialKind initial : {InitialKind::trim_horizon, InitialKind::latest})
    EXPECT_EQ(missing(initial, rows_of({"0", "1"})), Checkpoints());
  EXPECT_EQ(missing(InitialKind::trim_horizon, rows_of({"3", "4"})), Checkpoints());
  EXPECT_EQ(missing(InitialKind::trim_horizon, rows_of({"0"})), (Checkpoints{{"1", "TRIM_HORIZON"}}));
  EXPECT_EQ(missing(InitialKind::latest, rows_of({"0"})), (Checkpoints{{"1", "LATEST"}}));
}

// The lease of an open shard that was deleted by hand, after those of its ancestors were deleted as finished.
TEST(kcl_shard_sync, a_deleted_lease_of_an_open_shard_is_read_again_from_its_oldest_listed_ancestor) {
  EXPECT_EQ(missing(InitialKind::trim_horizon, rows_of({"3"})),
            (Checkpoints{{"0", "TRIM_HORIZON"}, {"1", "TRIM_HORIZON"}}));
  EXPECT_EQ(missing(InitialKind::latest, rows_of({"3"})), (Checkpoints{{"5", "LATEST"}}));
}

TEST(kcl_shard_sync, a_list_from_the_middle_of_a_reshard_is_refused) {
  std::vector<KclShard> listed = shards();
  listed[4].open = true;
  EXPECT_THROW(kcl_missing_leases(stream(), listed, {}, false), KclError);
}

TEST(kcl_shard_sync, ranges_must_cover_all_hash_keys_once) {
  EXPECT_TRUE(kcl_covers_all_hash_keys({shards()[5], shards()[3]}));
  EXPECT_FALSE(kcl_covers_all_hash_keys({shards()[3]}));
  EXPECT_FALSE(kcl_covers_all_hash_keys({shards()[3], shards()[4], shards()[5]}));
  EXPECT_FALSE(kcl_covers_all_hash_keys({}));
}

TEST(kcl_shard_sync, the_third_audit_in_a_row_that_finds_the_same_hole_lists_the_shards) {
  const Rows whole = rows_of({"3", "5"}), hole = rows_of({"3"}), other_hole = rows_of({"5"});
  KclHoleTracker tracker;
  EXPECT_TRUE(tracker.must_sync({}));
  for (const Rows& rows : {whole, hole, hole, whole, hole, hole, other_hole, other_hole})
    EXPECT_FALSE(tracker.must_sync(rows));
  EXPECT_TRUE(tracker.must_sync(other_hole));
}

TEST(kcl_shard_sync, ended_leases_cover_nothing_and_overlapping_ones_are_no_hole) {
  Rows rows = rows_of({"2", "3", "5"});
  KclHoleTracker tracker;
  EXPECT_FALSE(tracker.must_sync(rows));
  rows = rows_of({"2"});
  rows[0].checkpoint = kinesis::kShardEnd;
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(tracker.must_sync(rows));
  EXPECT_TRUE(tracker.must_sync(rows));
}

// As java.util.Collections.shuffle with new Random(1947) leaves them, run with OpenJDK 17.
TEST(kcl_shard_sync, the_leader_is_the_first_of_the_sorted_and_shuffled_owners) {
  EXPECT_EQ(kcl_leader(rows_of({"0"})), "");
  const std::string leaders = "aacdeccc";  // of a, of a and b, ...
  Rows rows;
  for (size_t count = 1; count <= leaders.size(); ++count) {
    Kcl2Lease row;
    row.owner = std::string(1, static_cast<char>('a' + leaders.size() - count));
    rows.push_back(row);
    rows.push_back(row);
  }
  for (size_t count = leaders.size(); count > 0; --count) {
    EXPECT_EQ(kcl_leader(rows), leaders.substr(count - 1, 1)) << count;
    rows.erase(rows.begin(), rows.begin() + 2);
  }
}

}  // namespace
}  // namespace penstock::sim
