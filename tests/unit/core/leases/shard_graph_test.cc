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
  Responses answers;
  for (const auto& [id, lease] : leases)
    if (graph.may_begin(id)) answers.begin.insert(id);
  for (const ShardGraph::Missing& missing : graph.missing())
    (missing.begins_stream ? answers.beginnings_missing : answers.children_missing).insert(missing.shard->id);
  for (const Lease* lease : graph.finished()) answers.finished.insert(lease->shard_id);
  return answers;
}
Responses ask(const std::vector<kinesis::ShardInfo>& listed,
              const std::map<std::string, std::string>& checkpoints) {
  return ask(listed, leases(listed, checkpoints));
}

// a was split into b and c, which were merged into d. e is unrelated.
const std::vector<kinesis::ShardInfo> kFamily = {shard("a"), shard("b", {"a"}), shard("c", {"a"}),
                                                 shard("d", {"b", "c"}), shard("e")};

TEST(shard_graph, a_table_without_leases_lacks_those_of_the_shards_without_parents) {
  const Responses answers = ask(kFamily, std::map<std::string, std::string>{});
  EXPECT_EQ(answers.beginnings_missing, (Ids{"a", "e"}));
  EXPECT_EQ(answers.children_missing, Ids{});
}

TEST(shard_graph, a_shard_whose_parents_have_left_the_list_begins_the_stream) {
  EXPECT_EQ(ask({shard("b", {"a"})}, std::map<std::string, std::string>{}).beginnings_missing, Ids{"b"});
}

// A worker with a newer list created c's lease. The absence of b in our list says nothing about b.
TEST(shard_graph, a_shard_whose_parent_is_younger_than_the_list_waits_and_one_whose_parent_has_left_it_does_not) {
  const LeasesByShard of_c = leases({shard("c", {"b"})}, {{"c", "TRIM_HORIZON"}});
  EXPECT_EQ(ask({shard("a")}, of_c).begin, Ids{});
  EXPECT_EQ(ask({}, of_c).begin, Ids{});
  EXPECT_EQ(ask({shard("a"), shard("c", {"b"})}, of_c).begin, Ids{"c"});
}

TEST(shard_graph, children_wait_for_the_ends_of_all_their_parents) {
  const std::map<std::string, Ids> begin_when_c_is_at = {
      {"TRIM_HORIZON", {"b", "c"}}, {"17", {"b", "c"}}, {"SHARD_END", {"b", "c", "d"}}};
  for (const auto& [checkpoint, begin] : begin_when_c_is_at)
    EXPECT_EQ(ask({kFamily.begin() + 1, kFamily.begin() + 4},
                  {{"b", "SHARD_END"}, {"c", checkpoint}, {"d", "TRIM_HORIZON"}})
                  .begin,
              begin)
        << checkpoint;
}

TEST(shard_graph, leases_of_children_are_left_to_who_reads_their_parents) {
  const Responses answers = ask(kFamily, {{"a", "17"}, {"e", "17"}});
  EXPECT_EQ(answers.beginnings_missing, Ids{});
  EXPECT_EQ(answers.children_missing, Ids{});
}

TEST(shard_graph, a_child_that_lacks_its_lease_is_read_whole) {
  const Responses answers = ask(kFamily, {{"a", "SHARD_END"}, {"b", "TRIM_HORIZON"}, {"e", "17"}});
  EXPECT_EQ(answers.children_missing, Ids{"c"});
  EXPECT_EQ(answers.beginnings_missing, Ids{});
}

TEST(shard_graph, a_merged_shard_lacks_its_lease_as_soon_as_one_parent_is_at_its_end) {
  EXPECT_EQ(ask(kFamily, {{"b", "SHARD_END"}, {"c", "17"}, {"e", "1"}}).children_missing, Ids{"d"});
}

TEST(shard_graph, a_shard_without_a_lease_is_done_with_where_a_descendant_is_under_way) {
  for (const char* checkpoint : {"17", "LATEST", "AT_TIMESTAMP", "SHARD_END"}) {
    const Responses answers = ask(kFamily, {{"d", checkpoint}, {"e", "17"}});
    EXPECT_EQ(answers.beginnings_missing, Ids{}) << checkpoint;
    EXPECT_EQ(answers.children_missing, Ids{}) << checkpoint;
    EXPECT_TRUE(answers.begin.contains("d")) << checkpoint;
  }
}

TEST(shard_graph, a_deleted_lease_is_missed_while_its_child_has_not_begun) {
  // c's lease was deleted by an operator. d exists since b ended, and must not begin before c has been read.
  const Responses answers =
      ask(kFamily, {{"a", "SHARD_END"}, {"b", "SHARD_END"}, {"d", "TRIM_HORIZON"}, {"e", "1"}});
  EXPECT_EQ(answers.children_missing, Ids{"c"});
  EXPECT_FALSE(answers.begin.contains("d"));
}

TEST(shard_graph, the_sibling_of_a_shard_under_way_is_missed_alone) {
  const Responses answers = ask(kFamily, {{"b", "17"}, {"e", "17"}});
  EXPECT_EQ(answers.children_missing, Ids{"c"});
  EXPECT_EQ(answers.beginnings_missing, Ids{});
}

TEST(shard_graph, what_the_leases_say_of_parents_and_children_holds_where_the_list_is_older) {
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

TEST(shard_graph, a_finished_lease_goes_when_all_its_children_are_under_way) {
  const std::map<std::string, Ids> finished_when_c_is_at = {
      {"TRIM_HORIZON", {}}, {"17", {"a"}}, {"AT_TIMESTAMP", {"a"}}, {"SHARD_END", {"a"}}};
  for (const auto& [checkpoint, finished] : finished_when_c_is_at)
    EXPECT_EQ(ask(kFamily, {{"a", "SHARD_END"}, {"b", "17"}, {"c", checkpoint}, {"e", "1"}}).finished, finished)
        << checkpoint;
  EXPECT_EQ(ask(kFamily, {{"a", "SHARD_END"}, {"b", "17"}, {"e", "1"}}).finished, Ids{});
}

TEST(shard_graph, finished_leases_go_from_the_oldest_on) {
  EXPECT_EQ(ask(kFamily, {{"a", "SHARD_END"}, {"b", "SHARD_END"}, {"c", "SHARD_END"}, {"d", "17"}}).finished,
            Ids{"a"});
  EXPECT_EQ(ask(kFamily, {{"b", "SHARD_END"}, {"c", "SHARD_END"}, {"d", "17"}}).finished, (Ids{"b", "c"}));
}

TEST(shard_graph, a_finished_lease_whose_children_are_not_listed_yet_stays) {
  EXPECT_EQ(ask({shard("a")}, {{"a", "SHARD_END"}}).finished, Ids{});
  LeasesByShard rows = leases({shard("a")}, {{"a", "SHARD_END"}});
  rows["a"].child_ids = {"b", "c"};
  EXPECT_EQ(ask({shard("a")}, rows).finished, Ids{});
}

// The leases of its children were created by a worker with a newer list, or do not exist.
TEST(shard_graph, a_finished_lease_that_is_younger_than_the_list_stays_until_its_children_are_under_way) {
  LeasesByShard rows = leases({}, {{"b", "SHARD_END"}});
  EXPECT_EQ(ask({shard("a")}, rows).finished, Ids{});
  EXPECT_EQ(ask({}, rows).finished, Ids{});
  rows["b"].child_ids = {"c"};
  EXPECT_EQ(ask({shard("a")}, rows).finished, Ids{});
  EXPECT_EQ(ask({}, rows).finished, Ids{});
  rows["c"] = leases({}, {{"c", "17"}})["c"];
  EXPECT_EQ(ask({shard("a")}, rows).finished, Ids{"b"});
}

TEST(shard_graph, a_finished_lease_that_the_stream_has_forgotten_goes) {
  EXPECT_EQ(ask({shard("d", {"b", "c"})}, {{"b", "SHARD_END"}, {"c", "SHARD_END"}, {"d", "17"}}).finished,
            (Ids{"b", "c"}));
  LeasesByShard rows = leases({}, {{"a", "SHARD_END"}});
  EXPECT_EQ(ask({shard("e")}, rows).finished, Ids{"a"});
  rows["a"].child_ids = {"b", "c"};
  EXPECT_EQ(ask({shard("e")}, rows).finished, Ids{"a"});
}

TEST(shard_graph, children_are_those_of_the_list) {
  const ListedShards shards = by_id(kFamily);
  const LeasesByShard none;
  const ShardGraph graph(shards, none);
  EXPECT_EQ(graph.children("a"), (Ids{"b", "c"}));
  EXPECT_EQ(graph.children("c"), Ids{"d"});
  EXPECT_EQ(graph.children("d"), Ids{});
}

// However an operator deletes rows, every open shard is read in the end, and none before its parents.
TEST(shard_graph, whatever_leases_are_deleted_the_rest_is_made_again_and_read_to_the_end) {
  for (unsigned there = 0; there < 1U << kFamily.size(); ++there) {
    for (const char* checkpoint : {"TRIM_HORIZON", "17", "SHARD_END"}) {
      std::map<std::string, std::string> checkpoints;
      for (size_t i = 0; i < kFamily.size(); ++i)
        if (there >> i & 1) checkpoints[kFamily[i].id] = checkpoint;
      LeasesByShard rows = leases(kFamily, checkpoints);
      for (int turn = 0; turn < 20; ++turn) {
        for (const std::string& id : ask(kFamily, rows).begin) rows[id].checkpoint = kinesis::kShardEnd;
        const Responses answers = ask(kFamily, rows);
        for (const Ids* ids : {&answers.children_missing, &answers.beginnings_missing})
          for (const std::string& id : *ids) rows[id] = leases(kFamily, {{id, "TRIM_HORIZON"}})[id];
      }
      for (const char* open : {"d", "e"}) EXPECT_EQ(rows[open].checkpoint, kinesis::kShardEnd) << there;
    }
  }
}

}  // namespace
}  // namespace penstock::leases
