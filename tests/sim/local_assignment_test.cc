#include "core/kinesis/input/local_assignment.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/sim/sim_env.h"

namespace penstock::sim {
namespace {

kinesis::ShardInfo shard(const std::string& id, std::vector<std::string> parents = {}) {
  kinesis::ShardInfo info;
  info.id = id;
  info.parent_ids = std::move(parents);
  return info;
}

constexpr int64_t kExpiredMs = 300'000;  // until then, a shard that is not listed may be newer than the list

class local_assignment : public testing::Test {
 protected:
  void open() {
    assignment.reset();
    sim.files().kill();
    auto opened = kinesis::LocalAssignment::open(sim.env(), "file:/checkpoint", options);
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    assignment = std::move(*opened);
  }
  Status list(const std::vector<kinesis::ShardInfo>& shards, const kinesis::StreamIdentity& identity = kStream) {
    return assignment->on_shards_listed(0, identity, shards, clock.unix_ms());
  }
  std::map<std::string, kinesis::Grant> grants() {
    std::map<std::string, kinesis::Grant> by_id;
    for (kinesis::Grant& grant : assignment->take_assigned()) {
      const std::string id = grant.shard.id;
      by_id[id] = std::move(grant);
    }
    return by_id;
  }
  void settle(const kinesis::Grant& grant, const std::string& sequence_number, uint64_t sub = 0) {
    assignment->advance_to(grant.id, {sequence_number, sub});
  }
  void close() {
    assignment->begin_close();
    EXPECT_TRUE(assignment->closed());
    EXPECT_TRUE(assignment->saved().ok());
  }

  inline static const kinesis::StreamIdentity kStream = {"in", "arn:aws:kinesis:us-east-1:1:stream/in", 5000};

  SimClock clock;
  SimEnv sim{clock, [](const std::string&, const model::Request&) { return model::Reply(); }, 7};
  kinesis::LocalAssignment::Options options;
  std::unique_ptr<kinesis::LocalAssignment> assignment;
};

TEST_F(local_assignment, a_child_is_granted_when_both_parents_are_finished) {
  open();
  ASSERT_TRUE(list({shard("a"), shard("b"), shard("c", {"a", "b"})}).ok());
  auto granted = grants();
  ASSERT_EQ(granted.size(), 2u);
  settle(granted["a"], "SHARD_END");
  EXPECT_TRUE(grants().empty());
  settle(granted["b"], "SHARD_END");
  EXPECT_TRUE(grants().contains("c"));
  close();
  open();
  ASSERT_TRUE(list({shard("a"), shard("b"), shard("c", {"a", "b"})}).ok());
  granted = grants();
  EXPECT_EQ(granted.size(), 1u) << "finished shards are not granted again";
  EXPECT_TRUE(granted.contains("c"));
}

TEST_F(local_assignment, a_parent_that_is_not_listed_blocks_no_child) {
  open();
  ASSERT_TRUE(list({shard("c", {"gone"})}).ok());
  EXPECT_TRUE(grants().contains("c"));
}

TEST_F(local_assignment, a_shard_past_retention_is_logged_as_lost_and_blocks_no_child) {
  open();
  ASSERT_TRUE(list({shard("a"), shard("b", {"a"})}).ok());
  const auto granted = grants();
  ASSERT_EQ(granted.size(), 1u);
  ASSERT_TRUE(list({shard("b", {"a"})}).ok());
  clock.advance(kExpiredMs - 1);
  ASSERT_TRUE(list({shard("b", {"a"})}).ok());
  EXPECT_TRUE(assignment->take_revoked().empty());
  EXPECT_TRUE(grants().empty());
  clock.advance(1);
  ASSERT_TRUE(list({shard("b", {"a"})}).ok());
  EXPECT_EQ(assignment->take_revoked(), std::vector<kinesis::GrantId>{granted.at("a").id});
  EXPECT_TRUE(grants().contains("b"));
  EXPECT_TRUE(sim.logged("shard a"));
  settle(granted.at("a"), "49");
  close();
  EXPECT_EQ(sim.files().content("/checkpoint")->find("49"), std::string::npos) << "a revoked grant";
}

TEST_F(local_assignment, a_grant_that_ends_before_it_is_taken_is_withdrawn) {
  open();
  ASSERT_TRUE(list({shard("a"), shard("b", {"a"})}).ok());
  ASSERT_TRUE(list({shard("b", {"a"})}).ok());
  clock.advance(kExpiredMs);
  ASSERT_TRUE(list({shard("b", {"a"})}).ok());
  const auto granted = grants();
  EXPECT_FALSE(granted.contains("a"));
  EXPECT_TRUE(granted.contains("b"));
  EXPECT_TRUE(assignment->take_revoked().empty());
}

TEST_F(local_assignment, a_shard_list_from_before_a_reshard_removes_no_grant_and_no_position) {
  open();
  ASSERT_TRUE(list({shard("a"), shard("b", {"a"})}).ok());
  settle(grants()["a"], "SHARD_END");
  settle(grants()["b"], "49");
  close();
  open();
  ASSERT_TRUE(list({shard("a")}).ok());
  EXPECT_TRUE(grants().empty());
  clock.advance(kExpiredMs - 1);
  ASSERT_TRUE(list({shard("a"), shard("b", {"a"})}).ok());
  EXPECT_EQ(grants()["b"].from, kinesis::ReadFrom::after({"49"}));
  clock.advance(1);
  ASSERT_TRUE(list({shard("a")}).ok());
  EXPECT_TRUE(assignment->take_revoked().empty()) << "it was listed in between";
}

TEST_F(local_assignment, positions_inside_an_aggregated_record_are_kept) {
  open();
  ASSERT_TRUE(list({shard("a")}).ok());
  settle(grants()["a"], "49", 17);
  close();
  open();
  ASSERT_TRUE(list({shard("a")}).ok());
  EXPECT_EQ(grants()["a"].from, kinesis::ReadFrom::after({"49", 17}));
}

TEST_F(local_assignment, the_saved_initial_position_applies_to_later_shards_whatever_the_option) {
  options.initial.kind = kinesis::InitialPosition::Kind::latest;
  open();
  const int64_t started_ms = clock.unix_ms();
  ASSERT_TRUE(list({shard("a")}).ok());
  EXPECT_EQ(grants()["a"].from, kinesis::ReadFrom::at_timestamp(started_ms));
  clock.advance(1'000'000);
  options.initial.kind = kinesis::InitialPosition::Kind::trim_horizon;
  open();
  ASSERT_TRUE(list({shard("a"), shard("b")}).ok());
  EXPECT_EQ(grants()["b"].from, kinesis::ReadFrom::at_timestamp(started_ms));
}

TEST_F(local_assignment, nothing_is_granted_before_the_initial_position_is_on_disk) {
  open();
  sim.files().fail_syncs(true);
  const Status rejected = list({shard("a")});
  EXPECT_TRUE(rejected.retryable());
  EXPECT_TRUE(grants().empty());
  sim.files().fail_syncs(false);
  EXPECT_TRUE(list({shard("a")}).ok());
  EXPECT_EQ(grants().size(), 1u);
}

TEST_F(local_assignment, a_stream_with_another_creation_time_is_rejected_but_not_one_without) {
  open();
  ASSERT_TRUE(list({shard("a")}).ok());
  settle(grants()["a"], "49");
  close();
  open();
  kinesis::StreamIdentity again = kStream;
  again.created_ms += 1;
  const Status rejected = list({shard("a")}, again);
  EXPECT_EQ(rejected.code(), Code::config);
  EXPECT_NE(rejected.message().find("1970-01-01T00:00:05.000Z"), std::string::npos) << rejected.message();
  EXPECT_NE(rejected.message().find("1970-01-01T00:00:05.001Z"), std::string::npos) << rejected.message();
  EXPECT_TRUE(grants().empty());
  EXPECT_TRUE(list({shard("a")}, {"in", "", 0}).ok());
  EXPECT_EQ(grants()["a"].from, kinesis::ReadFrom::after({"49"}));
}

TEST_F(local_assignment, streams_of_the_same_name_in_two_accounts_are_different) {
  open();
  ASSERT_TRUE(list({shard("a")}).ok());
  settle(grants()["a"], "49");
  ASSERT_TRUE(
      assignment->on_shards_listed(1, {"in", "arn:aws:kinesis:us-east-1:2:stream/in", 9000}, {shard("a")}, 0)
          .ok());
  const auto granted = grants();
  EXPECT_EQ(granted.at("a").from, kinesis::ReadFrom::trim_horizon());
  EXPECT_EQ(granted.at("a").stream, 1u);
}

kinesis::ShardInfo child(const std::string& id, std::vector<std::string> parents, kinesis::HashKey first,
                         kinesis::HashKey last) {
  return {id, std::move(parents), first, last};
}

TEST_F(local_assignment, children_that_are_found_at_the_end_of_their_parent_are_granted_without_a_list) {
  open();
  ASSERT_TRUE(list({child("a", {}, 0, 9), child("b", {}, 10, 19)}).ok());
  const auto first = grants();
  EXPECT_TRUE(assignment->on_children_found(first.at("a").id, {child("m", {"a", "b"}, 0, 19)}));
  settle(first.at("a"), std::string(kinesis::kShardEnd));
  EXPECT_TRUE(grants().empty()) << "the other parent is not read yet";
  EXPECT_TRUE(assignment->on_children_found(first.at("b").id, {child("m", {"a", "b"}, 0, 19)}));
  settle(first.at("b"), std::string(kinesis::kShardEnd));
  const auto second = grants();
  EXPECT_EQ(second.size(), 1u);
  EXPECT_TRUE(second.contains("m"));
  ASSERT_TRUE(list({child("a", {}, 0, 9), child("b", {}, 10, 19), child("m", {"a", "b"}, 0, 19)}).ok());
  EXPECT_TRUE(grants().empty()) << "the list shows the shard that is granted already";
}

TEST_F(local_assignment, children_that_are_not_complete_or_have_an_unknown_parent_need_a_list) {
  open();
  ASSERT_TRUE(list({child("a", {}, 0, 9)}).ok());
  const auto first = grants();
  EXPECT_FALSE(assignment->on_children_found(first.at("a").id, {}));
  EXPECT_FALSE(assignment->on_children_found(first.at("a").id, {child("c", {"a"}, 0, 4)}));
  EXPECT_FALSE(assignment->on_children_found(first.at("a").id, {child("m", {"a", "new"}, 0, 19)}));
  settle(first.at("a"), std::string(kinesis::kShardEnd));
  EXPECT_TRUE(grants().empty());
  EXPECT_TRUE(assignment->on_children_found(first.at("a").id, {})) << "the grant has ended";
}

TEST_F(local_assignment, a_selected_shard_does_not_wait_for_parents_that_are_not_selected) {
  options.selected = {"c"};
  open();
  ASSERT_TRUE(list({shard("a"), shard("c", {"a"})}).ok());
  const auto granted = grants();
  EXPECT_EQ(granted.size(), 1u);
  EXPECT_TRUE(granted.contains("c"));
}

TEST_F(local_assignment, finished_shards_that_are_gone_do_not_use_space_forever) {
  open();
  std::vector<kinesis::ShardInfo> listed = {shard("s0")};
  for (int i = 1; i < 200; ++i) {
    ASSERT_TRUE(list(listed).ok());
    for (const auto& [id, grant] : grants()) settle(grant, "SHARD_END");
    const std::string last = listed.back().id;
    listed = {shard(last), shard("s" + std::to_string(i), {last})};
    clock.advance(kExpiredMs);
  }
  close();
  EXPECT_LE(sim.files().content("/checkpoint")->size(), 1000u);
}

TEST_F(local_assignment, positions_are_saved_once_per_interval_and_only_if_they_changed) {
  open();
  ASSERT_TRUE(list({shard("a")}).ok());
  const kinesis::Grant grant = grants()["a"];
  const uint64_t before = sim.files().syncs();
  for (int second = 0; second < 60; ++second) {
    if (second < 30) settle(grant, std::to_string(100 + second));
    assignment->advance();
    clock.advance(1000);
  }
  EXPECT_NEAR(static_cast<double>(sim.files().syncs() - before), 6, 1);
  EXPECT_EQ(assignment->next_deadline_ms(), kNever);
}

}  // namespace
}  // namespace penstock::sim
