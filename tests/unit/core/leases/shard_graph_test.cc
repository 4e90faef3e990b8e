#include "core/leases/shard_graph.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace penstock::leases {
namespace {

using Ids = std::set<std::string>;

kinesis::ShardInfo shard(const std::string& id, const std::vector<std::string>& parents = {}) {
  kinesis::ShardInfo info;
  info.id = id;
  info.parent_ids = parents;
  return info;
}

// Returns leases by shard and checkpoint, with the parents from the list, as workers write them.
LeasesByShard leases(const std::vector<kinesis::ShardInfo>& listed,
                     const std::map<std::string, std::string>& checkpoints) {
  LeasesByShard leases;
  for (const auto& [id, checkpoint] : checkpoints) {
    Lease& lease = leases[id];
    lease.key = lease.shard_id = id;
    lease.checkpoint = checkpoint;
    for (const kinesis::ShardInfo& info : listed)
      if (info.id == id) lease.parent_ids = info.parent_ids;
  }
  return leases;
}

struct Responses {
  Ids begin, children_missing, beginnings_missing, finished;
};

ListedShards by_id(const std::vector<kinesis::ShardInfo>& listed) {
  ListedShards shards;
  for (const kinesis::ShardInfo& shard : listed) shards[shard.id] = shard;
  return shards;
}

Responses ask(const std::vector<kinesis::ShardInfo>& listed, const LeasesByShard& leases) {
  const ListedShards shards = by_id(listed);
  const ShardGraph graph(shards, leases);
  Responses responses;
  for (const auto& [id, lease] : leases)
    if (graph.may_begin(id)) responses.begin.insert(id);
  for (const ShardGraph::Missing& missing : graph.missing())
    (missing.begins_stream ? responses.beginnings_missing : responses.children_missing).insert(missing.shard->id);
  for (const Lease* lease : graph.finished()) responses.finished.insert(lease->shard_id);
  return responses;
}
Responses ask(const std::vector<kinesis::ShardInfo>& listed,
              const std::map<std::string, std::string>& checkpoints) {
  return ask(listed, leases(listed, checkpoints));
}

// a was split into b and c, which were merged into d. e is unrelated.
const std::vector<kinesis::ShardInfo> kFamily = {shard("a"), shard("b", {"a"}), shard("c", {"a"}),
                                                 shard("d", {"b", "c"}), shard("e")};

TEST(shard_graph, an_empty_lease_table_lacks_the_leases_of_shards_without_parents) {
  const Responses responses = ask(kFamily, std::map<std::string, std::string>{});
  EXPECT_EQ(responses.beginnings_missing, (Ids{"a", "e"}));
  EXPECT_EQ(responses.children_missing, Ids{});
}

TEST(shard_graph, a_shard_whose_parents_are_not_listed_starts_the_stream) {
  EXPECT_EQ(ask({shard("b", {"a"})}, std::map<std::string, std::string>{}).beginnings_missing, Ids{"b"});
}

// A worker with a newer list created c's lease. The absence of b in our list says nothing about b.
TEST(shard_graph, a_shard_waits_for_a_parent_newer_than_the_list_but_not_for_a_removed_one) {
  const LeasesByShard of_c = leases({shard("c", {"b"})}, {{"c", "TRIM_HORIZON"}});
  EXPECT_EQ(ask({shard("a")}, of_c).begin, Ids{});
  EXPECT_EQ(ask({}, of_c).begin, Ids{});
  EXPECT_EQ(ask({shard("a"), shard("c", {"b"})}, of_c).begin, Ids{"c"});
}

TEST(shard_graph, children_wait_until_all_their_parents_are_finished) {
  const std::map<std::string, Ids> begin_when_c_is_at = {
      {"TRIM_HORIZON", {"b", "c"}}, {"17", {"b", "c"}}, {"SHARD_END", {"b", "c", "d"}}};
  for (const auto& [checkpoint, begin] : begin_when_c_is_at)
    EXPECT_EQ(ask({kFamily.begin() + 1, kFamily.begin() + 4},
                  {{"b", "SHARD_END"}, {"c", checkpoint}, {"d", "TRIM_HORIZON"}})
                  .begin,
              begin)
        << checkpoint;
}

TEST(shard_graph, leases_of_children_are_left_to_the_readers_of_their_parents) {
  const Responses responses = ask(kFamily, {{"a", "17"}, {"e", "17"}});
  EXPECT_EQ(responses.beginnings_missing, Ids{});
  EXPECT_EQ(responses.children_missing, Ids{});
}

TEST(shard_graph, a_child_without_a_lease_is_read_from_its_start) {
  const Responses responses = ask(kFamily, {{"a", "SHARD_END"}, {"b", "TRIM_HORIZON"}, {"e", "17"}});
  EXPECT_EQ(responses.children_missing, Ids{"c"});
  EXPECT_EQ(responses.beginnings_missing, Ids{});
}

TEST(shard_graph, a_merged_shard_lacks_its_lease_when_one_parent_is_finished) {
  EXPECT_EQ(ask(kFamily, {{"b", "SHARD_END"}, {"c", "17"}, {"e", "1"}}).children_missing, Ids{"d"});
}

// A worker of KCL would begin d although c, the other parent, has no lease.
TEST(shard_graph, a_merged_shard_gets_no_lease_before_both_parents_have_theirs) {
  EXPECT_EQ(ask(kFamily, {{"b", "SHARD_END"}, {"e", "1"}}).children_missing, Ids{"c"});
  EXPECT_EQ(ask(kFamily, {{"b", "SHARD_END"}, {"c", "TRIM_HORIZON"}, {"e", "1"}}).children_missing, Ids{"d"});
}

TEST(shard_graph, a_shard_without_a_lease_is_done_if_a_descendant_is_being_read) {
  for (const char* checkpoint : {"17", "LATEST", "AT_TIMESTAMP", "SHARD_END"}) {
    const Responses responses = ask(kFamily, {{"d", checkpoint}, {"e", "17"}});
    EXPECT_EQ(responses.beginnings_missing, Ids{}) << checkpoint;
    EXPECT_EQ(responses.children_missing, Ids{}) << checkpoint;
    EXPECT_TRUE(responses.begin.contains("d")) << checkpoint;
  }
}

TEST(shard_graph, a_deleted_lease_is_missing_while_its_child_has_not_started) {
  // c's lease was deleted by an operator. d exists since b ended, and must not begin before c has been read.
  const Responses responses =
      ask(kFamily, {{"a", "SHARD_END"}, {"b", "SHARD_END"}, {"d", "TRIM_HORIZON"}, {"e", "1"}});
  EXPECT_EQ(responses.children_missing, Ids{"c"});
  EXPECT_FALSE(responses.begin.contains("d"));
}

TEST(shard_graph, only_the_sibling_of_a_shard_being_read_is_missing) {
  const Responses responses = ask(kFamily, {{"b", "17"}, {"e", "17"}});
  EXPECT_EQ(responses.children_missing, Ids{"c"});
  EXPECT_EQ(responses.beginnings_missing, Ids{});
}

TEST(shard_graph, parents_and_children_in_leases_count_if_the_list_is_older) {
  const std::vector<kinesis::ShardInfo> old = {shard("a")};
  LeasesByShard rows;
  rows["b"].key = rows["b"].shard_id = "b";
  rows["b"].checkpoint = "17";
  rows["b"].parent_ids = {"a"};
  EXPECT_EQ(ask(old, rows).beginnings_missing, Ids{});
  rows["b"].checkpoint = "TRIM_HORIZON";
  rows["a"].key = rows["a"].shard_id = "a";
  rows["a"].checkpoint = "17";
  EXPECT_EQ(ask(old, rows).begin, Ids{"a"});
}

TEST(shard_graph, a_finished_lease_is_deleted_when_all_its_children_are_being_read) {
  const std::map<std::string, Ids> finished_when_c_is_at = {
      {"TRIM_HORIZON", {}}, {"17", {"a"}}, {"AT_TIMESTAMP", {"a"}}, {"SHARD_END", {"a"}}};
  for (const auto& [checkpoint, finished] : finished_when_c_is_at)
    EXPECT_EQ(ask(kFamily, {{"a", "SHARD_END"}, {"b", "17"}, {"c", checkpoint}, {"e", "1"}}).finished, finished)
        << checkpoint;
  EXPECT_EQ(ask(kFamily, {{"a", "SHARD_END"}, {"b", "17"}, {"e", "1"}}).finished, Ids{});
}

// d merges b and c. At a time, its lease looks as if it were being read, but c is not at its end. A worker of KCL
// that holds c waits for the lease of b.
TEST(shard_graph, a_finished_lease_stays_while_a_child_waits_for_its_other_parent) {
  for (const char* checkpoint : {"AT_TIMESTAMP", "LATEST"}) {
    EXPECT_EQ(ask(kFamily, {{"b", "SHARD_END"}, {"c", "17"}, {"d", checkpoint}}).finished, Ids{}) << checkpoint;
    EXPECT_EQ(ask(kFamily, {{"b", "SHARD_END"}, {"c", "SHARD_END"}, {"d", checkpoint}}).finished, (Ids{"b", "c"}))
        << checkpoint;
  }
}

TEST(shard_graph, finished_leases_are_deleted_oldest_first) {
  EXPECT_EQ(ask(kFamily, {{"a", "SHARD_END"}, {"b", "SHARD_END"}, {"c", "SHARD_END"}, {"d", "17"}}).finished,
            Ids{"a"});
  EXPECT_EQ(ask(kFamily, {{"b", "SHARD_END"}, {"c", "SHARD_END"}, {"d", "17"}}).finished, (Ids{"b", "c"}));
}

TEST(shard_graph, a_finished_lease_with_unlisted_children_stays) {
  EXPECT_EQ(ask({shard("a")}, {{"a", "SHARD_END"}}).finished, Ids{});
  LeasesByShard rows = leases({shard("a")}, {{"a", "SHARD_END"}});
  rows["a"].child_ids = {"b", "c"};
  EXPECT_EQ(ask({shard("a")}, rows).finished, Ids{});
}

// The leases of its children were created by a worker with a newer list, or do not exist.
TEST(shard_graph, a_finished_lease_newer_than_the_list_stays_until_its_children_are_read) {
  LeasesByShard rows = leases({}, {{"b", "SHARD_END"}});
  EXPECT_EQ(ask({shard("a")}, rows).finished, Ids{});
  EXPECT_EQ(ask({}, rows).finished, Ids{});
  rows["b"].child_ids = {"c"};
  EXPECT_EQ(ask({shard("a")}, rows).finished, Ids{});
  EXPECT_EQ(ask({}, rows).finished, Ids{});
  rows["c"] = leases({}, {{"c", "17"}})["c"];
  EXPECT_EQ(ask({shard("a")}, rows).finished, Ids{"b"});
}

TEST(shard_graph, a_finished_lease_of_a_shard_that_left_the_stream_is_deleted) {
  EXPECT_EQ(ask({shard("d", {"b", "c"})}, {{"b", "SHARD_END"}, {"c", "SHARD_END"}, {"d", "17"}}).finished,
            (Ids{"b", "c"}));
  LeasesByShard rows = leases({}, {{"a", "SHARD_END"}});
  EXPECT_EQ(ask({shard("e")}, rows).finished, Ids{"a"});
  rows["a"].child_ids = {"b", "c"};
  EXPECT_EQ(ask({shard("e")}, rows).finished, Ids{"a"});
}

TEST(shard_graph, children_come_from_the_shard_list) {
  const ListedShards shards = by_id(kFamily);
  const LeasesByShard none;
  const ShardGraph graph(shards, none);
  EXPECT_EQ(graph.children("a"), (Ids{"b", "c"}));
  EXPECT_EQ(graph.children("c"), Ids{"d"});
  EXPECT_EQ(graph.children("d"), Ids{});
}

// However an operator deletes rows, every open shard is read in the end, and none before its parents.
TEST(shard_graph, after_any_deletions_the_remaining_leases_are_recreated_and_read_to_the_end) {
  for (unsigned there = 0; there < 1U << kFamily.size(); ++there) {
    for (const char* checkpoint : {"TRIM_HORIZON", "17", "SHARD_END"}) {
      std::map<std::string, std::string> checkpoints;
      for (size_t i = 0; i < kFamily.size(); ++i)
        if (there >> i & 1) checkpoints[kFamily[i].id] = checkpoint;
      LeasesByShard rows = leases(kFamily, checkpoints);
      for (int turn = 0; turn < 20; ++turn) {
        for (const std::string& id : ask(kFamily, rows).begin) rows[id].checkpoint = kinesis::kShardEnd;
        const Responses responses = ask(kFamily, rows);
        for (const Ids* ids : {&responses.children_missing, &responses.beginnings_missing})
          for (const std::string& id : *ids) rows[id] = leases(kFamily, {{id, "TRIM_HORIZON"}})[id];
      }
      for (const char* open : {"d", "e"}) EXPECT_EQ(rows[open].checkpoint, kinesis::kShardEnd) << there;
    }
  }
}

}  // namespace
}  // namespace penstock::leases
