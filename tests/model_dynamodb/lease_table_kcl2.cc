// A worker of Penstock and one of KCL 2.x at one table, step by step, each with its own view of the rows.
#include <algorithm>

#include "tests/model_dynamodb/lease_table_suite.h"

namespace penstock::dynamodb {
namespace {

constexpr const char* kKey = "shardId-000000000003";
constexpr const char* kPosition = "49590338271490256608559692538361571095921575989136588898";

// Checks that KCL reads the same leases as Penstock, and can read every row.
void expect_one_view(OurWorker& us, Kcl2& kcl) {
  const auto theirs = kcl.list();
  const Result<leases::LeaseList> ours = us.scan();
  ASSERT_TRUE(theirs.has_value()) << "KCL would fail at a row";
  ASSERT_TRUE(ours.ok()) << ours.status().message();
  ASSERT_EQ(theirs->size(), ours->leases.size());
  for (size_t i = 0; i < theirs->size(); ++i) {
    const Kcl2Lease& their = (*theirs)[i];
    const leases::Lease& our = ours->leases[i];
    EXPECT_EQ(their.key, our.key);
    EXPECT_EQ(their.owner.value_or(""), our.owner);
    EXPECT_EQ(their.counter, our.counter);
    EXPECT_EQ(their.checkpoint, our.checkpoint);
    EXPECT_EQ(their.sub_sequence_number, static_cast<int64_t>(our.sub_sequence_number));
    EXPECT_EQ(their.owner_switches, our.owner_switches);
    EXPECT_EQ(their.parents, our.parent_ids);
    EXPECT_EQ(their.children, our.child_ids);
    EXPECT_EQ(their.stream_id, our.stream_id);
    EXPECT_EQ(their.shard_id.empty() ? their.key : their.shard_id, our.shard_id);
    std::string first, last;
    if (our.first_hash_key) kinesis::append_decimal(first, *our.first_hash_key);
    if (our.last_hash_key) kinesis::append_decimal(last, *our.last_hash_key);
    EXPECT_EQ(their.starting_hash_key, first);
    EXPECT_EQ(their.ending_hash_key, last);
  }
}

int64_t counter_of(const Result<leases::LeaseWriteResult>& write) {
  return write.ok() && write->row ? write->row->counter : -1;
}

TEST_P(lease_table, a_table_created_by_kcl_is_usable) {
  const std::string name = table + "-of-kcl";
  EXPECT_TRUE(Kcl2(*client, name, "kcl").create_table());
  OurWorker worker(*client, name, "w");
  Result<bool> ready = worker.prepare({});
  while (ready.ok() && !*ready) ready = worker.prepare({});
  EXPECT_TRUE(ready.ok()) << ready.status().message();
}

TEST_P(lease_table, a_lease_created_by_kcl_can_move_to_penstock_and_back) {
  Kcl2Lease theirs;
  theirs.key = kKey;
  theirs.parents = {"shardId-000000000001"};
  theirs.starting_hash_key = "0";
  theirs.ending_hash_key = "340282366920938463463374607431768211455";
  ASSERT_TRUE(kcl->create(theirs));
  EXPECT_EQ(us->create(full_lease(kKey))->outcome, kConflict);
  expect_one_view(*us, *kcl);

  // KCL takes, renews and checkpoints. Penstock has an outdated view, so its writes fail.
  const leases::Lease seen = *us->get(kKey);
  ASSERT_TRUE(kcl->take(theirs));
  ASSERT_TRUE(kcl->renew(theirs));
  EXPECT_EQ(us->take(seen)->outcome, kConflict);
  ASSERT_TRUE(kcl->checkpoint(theirs, kPosition, 3));
  expect_one_view(*us, *kcl);

  // KCL dies. Penstock takes the lease with a current view, and all of KCL's late writes fail.
  Result<leases::LeaseWriteResult> ours = us->take(*us->get(kKey));
  ASSERT_EQ(ours->outcome, kDone);
  EXPECT_EQ(ours->row->checkpoint, kPosition);
  EXPECT_EQ(ours->row->sub_sequence_number, 3U);
  EXPECT_EQ(ours->row->owner_switches, 1);
  EXPECT_FALSE(kcl->renew(theirs));
  EXPECT_FALSE(kcl->checkpoint(theirs, "9" + std::string(kPosition), 0));
  EXPECT_FALSE(kcl->evict(theirs));
  expect_one_view(*us, *kcl);

  // Penstock checkpoints and leaves. KCL takes the free lease at once, at the same position.
  leases::LeaseChange change;
  change.checkpoint = std::string(kPosition) + "5";
  change.sub_sequence_number = 1;
  change.stream_arn = "arn:aws:kinesis:us-east-1:111122223333:stream/logs";
  change.stream_created_ms = 1'690'000'000'123;
  change.started_ms = 1'700'000'000'456;
  ours = us->renew(kKey, counter_of(ours), change);
  ASSERT_EQ(ours->outcome, kDone);
  ours = us->renew(kKey, counter_of(ours));
  ASSERT_EQ(us->evict(kKey)->outcome, kDone);
  expect_one_view(*us, *kcl);
  theirs = *kcl->get(kKey);
  EXPECT_FALSE(theirs.owner.has_value());
  EXPECT_EQ(theirs.checkpoint, change.checkpoint);
  EXPECT_EQ(theirs.sub_sequence_number, 1);
  ASSERT_TRUE(kcl->take(theirs));
  EXPECT_EQ(theirs.owner_switches, 0);
  EXPECT_EQ(us->renew(kKey, counter_of(ours), change)->outcome, kConflict);
  EXPECT_EQ(us->evict(kKey)->outcome, kConflict);

  // The attributes that only Penstock writes survive KCL's writes, and KCL, too, shuts down cleanly.
  ASSERT_TRUE(kcl->checkpoint(theirs, std::string(kPosition) + "7", 0));
  ASSERT_TRUE(kcl->evict(theirs));
  expect_one_view(*us, *kcl);
  const leases::Lease back = *us->get(kKey);
  EXPECT_EQ(back.owner, "");
  EXPECT_EQ(back.stream_arn, change.stream_arn);
  EXPECT_EQ(back.stream_created_ms, change.stream_created_ms);
  EXPECT_EQ(back.started_ms, change.started_ms);
  EXPECT_EQ(us->take(back)->outcome, kDone);
}

TEST_P(lease_table, a_lease_created_by_penstock_can_move_to_kcl_and_back) {
  ASSERT_EQ(us->create(full_lease(kKey))->outcome, kDone);
  expect_one_view(*us, *kcl);
  Kcl2Lease theirs = *kcl->get(kKey);
  EXPECT_FALSE(kcl->create(theirs));
  Result<leases::LeaseWriteResult> ours = us->take(*us->get(kKey));
  EXPECT_FALSE(kcl->take(theirs)) << "at an old counter";
  theirs = *kcl->get(kKey);
  EXPECT_EQ(theirs.owner, "us");
  ASSERT_TRUE(kcl->take(theirs));
  EXPECT_EQ(theirs.owner_switches, 1);
  ours = us->renew(kKey, counter_of(ours));
  EXPECT_EQ(ours->outcome, kConflict);
  EXPECT_EQ(ours->row->owner, "kcl");
  EXPECT_EQ(ours->row->counter, theirs.counter);
  ours = us->take(*ours->row);
  EXPECT_EQ(ours->outcome, kDone);
  EXPECT_EQ(ours->row->owner_switches, 2);
  EXPECT_FALSE(kcl->renew(theirs));
  expect_one_view(*us, *kcl);
}

TEST_P(lease_table, a_shard_finished_by_one_library_is_finished_for_the_other) {
  const std::vector<std::string> children = {"shardId-000000000004", "shardId-000000000005"};
  // KCL ends the first shard: the children, their leases, the end. When it writes the children, the counter does
  // not increase.
  Kcl2Lease theirs;
  theirs.key = kKey;
  ASSERT_TRUE(kcl->create(theirs));
  ASSERT_TRUE(kcl->take(theirs));
  ASSERT_TRUE(kcl->set_children(theirs, children));
  for (const std::string& child : children) {
    Kcl2Lease lease;
    lease.key = child;
    lease.parents = {kKey};
    ASSERT_TRUE(kcl->create(lease));
  }
  ASSERT_TRUE(kcl->checkpoint(theirs, "SHARD_END", 0));
  const leases::Lease ended = *us->get(kKey);
  EXPECT_EQ(ended.checkpoint, kinesis::kShardEnd);
  EXPECT_EQ(ended.child_ids, children);
  expect_one_view(*us, *kcl);

  // Penstock ends one of the children the same way, and deletes the leases that are done.
  const Result<leases::LeaseWriteResult> ours = us->take(*us->get(children[0]));
  ASSERT_EQ(ours->outcome, kDone);
  leases::LeaseChange change;
  change.child_ids = {"shardId-000000000006"};
  const Result<leases::LeaseWriteResult> noted = us->renew(children[0], counter_of(ours), change);
  ASSERT_EQ(noted->outcome, kDone);
  leases::Lease child = full_lease("shardId-000000000006");
  child.parent_ids = {children[0]};
  ASSERT_EQ(us->create(child)->outcome, kDone);
  change = {};
  change.checkpoint = kinesis::kShardEnd;
  ASSERT_EQ(us->renew(children[0], counter_of(noted), change)->outcome, kDone);
  expect_one_view(*us, *kcl);
  const Kcl2Lease end = *kcl->get(children[0]);
  EXPECT_EQ(end.checkpoint, "SHARD_END");
  EXPECT_EQ(end.children, std::vector<std::string>{"shardId-000000000006"});
  EXPECT_EQ(us->remove(kKey, ended.counter)->outcome, kDone);
  kcl->remove(children[0]);
  expect_one_view(*us, *kcl);
  EXPECT_EQ(kcl->list()->size(), 2U);
}

TEST_P(lease_table, both_libraries_find_the_leases_of_several_streams) {
  const std::string logs = "111122223333:logs:1690000000";
  const std::string audit = "111122223333:audit:1680000000";
  Kcl2Lease theirs;
  theirs.key = logs + ":" + kKey;
  theirs.stream_id = logs;
  theirs.shard_id = kKey;
  ASSERT_TRUE(kcl->create(theirs));
  leases::Lease ours = full_lease(kKey);
  ours.stream_id = audit;
  ours.key = leases::lease_key(audit, kKey);
  ASSERT_EQ(us->create(ours)->outcome, kDone);
  expect_one_view(*us, *kcl);
  const auto in_audit = kcl->list(0, audit);
  ASSERT_TRUE(in_audit.has_value());
  ASSERT_EQ(in_audit->size(), 1U);
  EXPECT_EQ(in_audit->front().key, ours.key);
  ASSERT_TRUE(kcl->take(theirs));
  ASSERT_TRUE(kcl->checkpoint(theirs, kPosition, 0));
  const Result<leases::LeaseWriteResult> taken = us->take(*us->get(theirs.key));
  EXPECT_EQ(taken->row->stream_id, logs);
  EXPECT_EQ(taken->row->shard_id, kKey);
  EXPECT_EQ(taken->row->checkpoint, kPosition);
}

TEST_P(lease_table, both_libraries_read_the_same_leases_in_pages) {
  for (int i = 0; i < 7; ++i) {
    leases::Lease lease = full_lease("shardId-00000000000" + std::to_string(i));
    ASSERT_EQ(us->create(lease)->outcome, kDone);
  }
  EXPECT_EQ(kcl->list(2), kcl->list());
  expect_one_view(*us, *kcl);
}

}  // namespace
}  // namespace penstock::dynamodb
