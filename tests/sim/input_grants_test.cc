// Grants that are revoked, as leases are.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

// Revokes grants when the test says so.
class RevokingAssignment : public kinesis::Assignment {
 public:
  explicit RevokingAssignment(std::unique_ptr<kinesis::Assignment> steady) : steady_(std::move(steady)) {}

  void lose(kinesis::GrantId grant) { losses_.push_back(grant); }
  bool holds = true;
  std::set<kinesis::GrantId> lapsed;  // these are not valid, whatever the others are
  std::vector<kinesis::GrantId> granted;
  std::map<std::string, kinesis::GrantId> grant_of;  // by shard
  std::vector<kinesis::GrantId> settled_grants;

  Status on_shards_listed(size_t stream, const kinesis::StreamIdentity& identity,
                          const std::vector<kinesis::ShardInfo>& shards, int64_t start_ms) override {
    return steady_->on_shards_listed(stream, identity, shards, start_ms);
  }
  bool on_children_found(kinesis::GrantId grant, const std::vector<kinesis::ShardInfo>& children) override {
    return steady_->on_children_found(grant, children);
  }
  void advance() override { steady_->advance(); }
  int64_t next_deadline_ms() const override { return losses_.empty() ? steady_->next_deadline_ms() : 0; }
  std::vector<kinesis::Grant> take_assigned() override {
    auto grants = steady_->take_assigned();
    for (const kinesis::Grant& grant : grants) {
      granted.push_back(grant.id);
      grant_of[grant.shard.id] = grant.id;
    }
    return grants;
  }
  std::vector<kinesis::GrantId> take_revoked() override { return std::exchange(losses_, {}); }
  bool is_valid(kinesis::GrantId grant) const override { return holds && !lapsed.contains(grant); }
  void advance_to(kinesis::GrantId grant, kinesis::ShardPosition position) override {
    settled_grants.push_back(grant);
    steady_->advance_to(grant, std::move(position));
  }
  Status saved() const override { return steady_->saved(); }
  void begin_close() override { steady_->begin_close(); }
  bool closed() const override { return steady_->closed(); }
  bool healthy() const override { return true; }
  void stats(const MetricsSink&) const override {}

 private:
  std::unique_ptr<kinesis::Assignment> steady_;
  std::vector<kinesis::GrantId> losses_;
};

class input_grants : public input {
 protected:
  std::unique_ptr<Reader> start_revoking() {
    return start([this](std::unique_ptr<kinesis::Assignment> steady) {
      auto made = std::make_unique<RevokingAssignment>(std::move(steady));
      assignment = made.get();
      return made;
    });
  }
  RevokingAssignment* assignment = nullptr;
};

TEST_F(input_grants, nothing_of_a_lost_shard_is_emitted_or_settled) {
  make_stream(2);
  put_many("a", 40);
  const auto reader = start_revoking();
  EXPECT_TRUE(reader->run_until_ids(40, false));
  ASSERT_EQ(assignment->granted.size(), 2u);
  const kinesis::GrantId lost = assignment->granted[0];
  assignment->lose(lost);
  reader->run_for(1);  // also settles
  put_many("b", 40);
  reader->run_for(kMinuteMs);
  for (const auto& [id, shard] : reader->shard_of)
    EXPECT_TRUE(id[0] == 'a' || shard == "shardId-000000000001") << id << " of " << shard;
  for (const kinesis::GrantId grant : assignment->settled_grants) EXPECT_NE(grant, lost);
  EXPECT_FALSE(assignment->settled_grants.empty());
  EXPECT_EQ(reader->stat("shards"), 1);
  EXPECT_EQ(reader->stat("unacked_batches"), 0);
  EXPECT_EQ(reader->stat("open_records"), 0);
}

TEST_F(input_grants, a_shard_lost_during_a_record_or_call_leaves_no_state) {
  make_stream(4);
  put_many("a", 400);
  const auto reader = start_revoking();
  for (int turn = 0; turn < 40 && reader->stat("shards") <= 0; ++turn) reader->run_for(2);
  reader->emit_result = PENSTOCK_E_MEMORY;  // one batch waits to be emitted
  reader->run_for(500);
  for (const kinesis::GrantId grant : assignment->granted) assignment->lose(grant);
  reader->emit_result = PENSTOCK_OK;
  reader->run_for(kMinuteMs);
  EXPECT_TRUE(reader->ids.empty());
  EXPECT_EQ(reader->stat("shards"), 0);
  EXPECT_EQ(reader->stat("open_records"), 0);
  EXPECT_LE(reader->stat("memory_bytes"), 64 << 10);
}

TEST_F(input_grants, records_read_ahead_wait_while_the_grant_is_not_valid) {
  make_stream(2);
  put_many("a", 20);
  const auto reader = start_revoking();
  reader->run([&] { return reader->stat("received_records") == 20; }, 1, false);
  assignment->holds = false;
  reader->run_for(kMinuteMs);
  const size_t before = reader->ids.size();
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids.size(), before);
  assignment->holds = true;
  EXPECT_TRUE(reader->run_until_ids(20));
  EXPECT_EQ(reader->distinct(), put_ids);
}

TEST_F(input_grants, a_record_whose_grant_expires_midway_blocks_no_shard_and_continues) {
  make_stream(2);
  const auto reader = start_revoking();
  for (const int32_t emit_result : {PENSTOCK_FULL, PENSTOCK_E_MEMORY}) {
    SCOPED_TRACE(emit_result);
    const size_t before = reader->ids.size();
    service.preload("in", "k", message_of("0") + message_of("1") + message_of("2"));
    reader->emit_result = PENSTOCK_FULL;
    ASSERT_TRUE(reader->run_until_ids(before + 1));
    reader->emit_result = emit_result;
    reader->run([] { return true; });  // a second one is emitted, or rejected
    const std::string of_k = reader->shard_of["0"];
    assignment->lapsed = {assignment->grant_of[of_k]};
    put_many("a", 40);
    reader->emit_result = PENSTOCK_OK;
    const size_t of_it = reader->ids.size();
    reader->run_for(kMinuteMs);
    EXPECT_GE(reader->ids.size(), of_it + 10);
    for (size_t i = of_it; i < reader->ids.size(); ++i) EXPECT_NE(reader->shard_of[reader->ids[i]], of_k);
    assignment->lapsed.clear();
    EXPECT_TRUE(reader->run_until_ids(before + 43));
    reader->run_for(kMinuteMs);
    std::string of_k_in_order;
    for (size_t i = before; i < reader->ids.size(); ++i)
      if (reader->ids[i][0] != 'a') of_k_in_order += reader->ids[i];
    EXPECT_EQ(of_k_in_order, "012");
    EXPECT_EQ(reader->ids.size(), before + 43);
    EXPECT_EQ(reader->stat("emitted_events"), static_cast<int64_t>(before) + 43);
    EXPECT_EQ(reader->stat("open_records"), 0);
  }
}

TEST_F(input_grants, a_record_whose_shard_is_lost_after_its_grant_expired_leaves_no_state) {
  make_stream(2);
  const auto reader = start_revoking();
  service.preload("in", "k", message_of("0") + message_of("1"));
  reader->emit_result = PENSTOCK_FULL;
  ASSERT_TRUE(reader->run_until_ids(1));
  const kinesis::GrantId lost = assignment->grant_of[reader->shard_of["0"]];
  assignment->lapsed = {lost};
  reader->emit_result = PENSTOCK_OK;
  reader->run_for(5000);
  assignment->lose(lost);
  assignment->lapsed.clear();
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"0"});
  EXPECT_EQ(reader->stat("shards"), 1);
  EXPECT_EQ(reader->stat("open_records"), 0);
}

}  // namespace
}  // namespace penstock::sim
