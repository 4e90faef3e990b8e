// Each operation of LeaseTable, with its condition true and false.
#include "tests/model_dynamodb/lease_table_suite.h"

namespace penstock::dynamodb {
namespace {

constexpr const char* kKey = "shardId-000000000000";

// Checks that a rejected write left the row as it was and returned that row.
void expect_refused(const Result<leases::LeaseWriteResult>& write, const std::optional<leases::Lease>& row) {
  ASSERT_TRUE(write.ok()) << write.status().message();
  EXPECT_EQ(write->outcome, kRefused);
  EXPECT_EQ(text_of(write->row), text_of(row));
}

leases::Lease expect_done(const Result<leases::LeaseWriteResult>& write) {
  EXPECT_TRUE(write.ok()) << write.status().message();
  if (!write.ok()) return {};
  EXPECT_EQ(write->outcome, kDone);
  EXPECT_TRUE(write->row.has_value());
  return write->row.value_or(leases::Lease());
}

TEST_P(lease_table, lease_is_created_once_free_and_with_all_it_has) {
  leases::Lease lease = whole_lease(kKey);
  lease.owner = "somebody";
  const leases::Lease made = expect_done(us->create(lease));
  lease.owner.clear();
  EXPECT_EQ(text_of(made), text_of(lease));
  EXPECT_EQ(text_of(us->get(kKey)), text_of(lease));
  expect_refused(them->create(whole_lease(kKey)), lease);
}

TEST_P(lease_table, lease_of_one_of_several_streams_has_its_stream_beside) {
  leases::Lease lease = whole_lease(kKey);
  lease.stream_id = "111122223333:logs:1690000000";
  lease.key = leases::lease_key(lease.stream_id, kKey);
  expect_done(us->create(lease));
  EXPECT_EQ(attribute(lease.key, "streamName", "S"), lease.stream_id);
  EXPECT_EQ(attribute(lease.key, "shardId", "S"), kKey);
  EXPECT_EQ(text_of(us->get(lease.key)), text_of(lease));
}

TEST_P(lease_table, free_lease_is_taken_at_the_counter_seen_and_not_at_another) {
  leases::Lease seen = expect_done(us->create(whole_lease(kKey)));
  leases::Lease older = seen;
  --older.counter;
  expect_refused(us->take(older), seen);
  leases::LeaseChange change;
  change.started_ms = 1'700'000'999'000;
  const leases::Lease taken = expect_done(us->take(seen, change));
  seen.owner = "us";
  ++seen.counter;
  seen.started_ms = change.started_ms;
  EXPECT_EQ(text_of(taken), text_of(seen));
  EXPECT_EQ(text_of(them->get(kKey)), text_of(seen));
}

TEST_P(lease_table, owner_switch_is_counted_where_there_was_another_owner) {
  leases::Lease row = expect_done(us->create(whole_lease(kKey)));
  row = expect_done(us->take(row));
  EXPECT_EQ(row.owner_switches, 0);
  row = expect_done(us->take(row));
  EXPECT_EQ(row.owner_switches, 0);
  row = expect_done(them->take(row));
  EXPECT_EQ(row.owner, "them");
  EXPECT_EQ(row.owner_switches, 1);
  row = expect_done(us->take(row));
  EXPECT_EQ(row.owner_switches, 2);
}

TEST_P(lease_table, taking_ends_a_handover_that_kcl_3_had_begun) {
  put(R"({"leaseKey":{"S":"k"},"leaseCounter":{"N":"5"},"leaseOwner":{"S":"x"},"checkpointOwner":{"S":"y"}})");
  expect_done(us->take(*us->get("k")));
  EXPECT_EQ(attribute("k", "checkpointOwner", "S"), "");
}

TEST_P(lease_table, lease_is_renewed_by_its_owner_at_its_counter_alone) {
  const leases::Lease made = expect_done(us->create(whole_lease(kKey)));
  expect_refused(us->renew(kKey, made.counter), made);  // it has no owner
  leases::Lease row = expect_done(them->take(made));
  row = expect_done(us->take(row));
  expect_refused(us->renew(kKey, row.counter - 2), row);
  expect_refused(us->renew(kKey, row.counter + 1), row);
  expect_refused(them->renew(kKey, row.counter), row);
  ++row.counter;
  EXPECT_EQ(text_of(expect_done(us->renew(kKey, row.counter - 1))), text_of(row));
  EXPECT_EQ(text_of(us->get(kKey)), text_of(row));
  expect_refused(us->renew("missing", 0), std::nullopt);
}

TEST_P(lease_table, checkpoint_is_a_renewal_and_ends_what_was_pending) {
  put(R"({"leaseKey":{"S":"k"},"leaseCounter":{"N":"5"},"leaseOwner":{"S":"us"},"checkpoint":{"S":"1"},)"
      R"("checkpointSubSequenceNumber":{"N":"7"},"ownerSwitchesSinceCheckpoint":{"N":"3"},)"
      R"("pendingCheckpoint":{"S":"2"},"pendingCheckpointSubSequenceNumber":{"N":"0"},)"
      R"("pendingCheckpointState":{"B":"eA=="}})");
  leases::LeaseChange change;
  change.checkpoint = "49590338271490256608559692538361571095921575989136588898";
  change.sub_sequence_number = 2;
  const leases::Lease before = *us->get("k");
  expect_refused(us->renew("k", 4, change), before);
  expect_refused(them->renew("k", 5, change), before);
  const leases::Lease row = expect_done(us->renew("k", 5, change));
  EXPECT_EQ(row.counter, 6);
  EXPECT_EQ(row.owner, "us");
  EXPECT_EQ(row.checkpoint, change.checkpoint);
  EXPECT_EQ(row.sub_sequence_number, 2U);
  EXPECT_EQ(row.owner_switches, 0);
  for (const char* pending : {"pendingCheckpoint", "pendingCheckpointState"})
    EXPECT_EQ(attribute("k", pending, "S") + attribute("k", pending, "B"), "");
  EXPECT_EQ(attribute("k", "pendingCheckpointSubSequenceNumber", "N"), "");
}

TEST_P(lease_table, a_row_is_replaced_in_place_and_keeps_what_no_lease_has) {
  put(R"({"leaseKey":{"S":"k"},"leaseCounter":{"N":"5"},"leaseOwner":{"S":"us"},"checkpoint":{"S":"1"},)"
      R"("checkpointSubSequenceNumber":{"N":"7"},"ownerSwitchesSinceCheckpoint":{"N":"3"},)"
      R"("parentShardId":{"SS":["x"]},"childShardIds":{"SS":["y"]},"penstockStartedMs":{"N":"9"},)"
      R"("pendingCheckpoint":{"S":"2"},"checkpointOwner":{"S":"z"},"throughputKBps":{"N":"4"}})");
  const leases::Lease before = *us->get("k");
  leases::Lease wanted = whole_lease("k");
  wanted.started_ms = 0;
  wanted.sub_sequence_number = leases::kWholeRecordInRow;
  leases::Lease newer = before;
  ++newer.counter;
  expect_refused(us->replace(newer, wanted), before);
  const leases::Lease row = expect_done(us->replace(before, wanted));
  wanted.counter = 6;
  EXPECT_EQ(text_of(row), text_of(wanted));
  EXPECT_EQ(text_of(us->get("k")), text_of(wanted));
  EXPECT_EQ(attribute("k", "throughputKBps", "N"), "4");
  for (const char* gone : {"leaseOwner", "checkpointOwner", "pendingCheckpoint"})
    EXPECT_EQ(attribute("k", gone, "S"), "") << gone;
  expect_refused(us->replace(newer = whole_lease("missing"), wanted), std::nullopt);
}

TEST_P(lease_table, bare_renewal_leaves_the_position_and_all_else_as_it_is) {
  leases::Lease row = expect_done(us->take(expect_done(us->create(whole_lease(kKey)))));
  leases::LeaseChange change;
  change.checkpoint = kinesis::kShardEnd;
  change.child_ids = {"shardId-000000000009", "shardId-000000000010"};
  change.stream_arn = "arn:of:another";
  change.stream_created_ms = 5;
  row = expect_done(us->renew(kKey, row.counter, change));
  EXPECT_EQ(row.checkpoint, "SHARD_END");
  EXPECT_EQ(row.child_ids.size(), 2U);
  EXPECT_EQ(row.stream_arn, change.stream_arn);
  EXPECT_EQ(row.stream_created_ms, 5);
  ++row.counter;
  EXPECT_EQ(text_of(expect_done(us->renew(kKey, row.counter - 1))), text_of(row));
}

TEST_P(lease_table, owner_alone_sets_a_lease_free) {
  leases::Lease row = expect_done(us->take(expect_done(us->create(whole_lease(kKey)))));
  expect_refused(them->evict(kKey), row);
  row.owner.clear();
  ++row.counter;
  EXPECT_EQ(text_of(expect_done(us->evict(kKey))), text_of(row));
  EXPECT_EQ(attribute(kKey, "leaseOwner", "S"), "");
  const Result<leases::LeaseWriteResult> again = us->evict(kKey);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->outcome, kDoneBefore);
  EXPECT_EQ(text_of(again->row), text_of(row));
  expect_refused(us->evict("missing"), std::nullopt);
  EXPECT_FALSE(us->get("missing").has_value()) << "a refused write leaves no row";
}

TEST_P(lease_table, lease_is_removed_at_the_counter_seen_and_not_at_another) {
  const leases::Lease row = expect_done(us->create(whole_lease(kKey)));
  expect_refused(us->remove(kKey, row.counter + 1), row);
  const Result<leases::LeaseWriteResult> removed = us->remove(kKey, row.counter);
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(removed->outcome, kDone);
  EXPECT_FALSE(removed->row.has_value());
  EXPECT_FALSE(us->get(kKey).has_value());
  EXPECT_EQ(us->remove(kKey, row.counter)->outcome, kDoneBefore);
}

TEST_P(lease_table, taking_or_renewing_what_was_deleted_makes_no_row) {
  const leases::Lease row = expect_done(us->create(whole_lease(kKey)));
  ASSERT_TRUE(us->remove(kKey, row.counter).ok());
  expect_refused(us->take(row), std::nullopt);
  expect_refused(us->renew(kKey, row.counter), std::nullopt);
  EXPECT_EQ(us->scan()->leases.size(), 0U);
}

TEST_P(lease_table, attributes_unknown_to_us_survive_each_operation) {
  put(R"({"leaseKey":{"S":"k"},"leaseCounter":{"N":"5"},"checkpoint":{"S":"1"},"entityType":{"S":"LEASE"},)"
      R"("throughputKBps":{"N":"1.5"},"unheard":{"SS":["a","b"]},"of":{"S":"others"}})");
  leases::LeaseChange change;
  change.checkpoint = "2";
  change.child_ids = {"c"};
  change.stream_arn = "a";
  change.stream_created_ms = 1;
  change.started_ms = 1;
  const auto expect_survivors = [this](const char* after) {
    EXPECT_EQ(attribute("k", "entityType", "S"), "LEASE") << after;
    EXPECT_EQ(attribute("k", "throughputKBps", "N"), "1.5") << after;
    EXPECT_EQ(attribute("k", "of", "S"), "others") << after;
    EXPECT_EQ(attribute("k", "unheard", "SS.0") + attribute("k", "unheard", "SS.1"), "ab") << after;
  };
  expect_refused(us->create(whole_lease("k")), us->get("k"));
  expect_survivors("create");
  leases::Lease row = expect_done(us->take(*us->get("k")));
  expect_survivors("take");
  row = expect_done(us->renew("k", row.counter));
  expect_survivors("renew");
  row = expect_done(us->renew("k", row.counter, change));
  expect_survivors("checkpoint");
  expect_done(us->evict("k"));
  expect_survivors("evict");
}

TEST_P(lease_table, scan_gives_all_leases_of_all_pages_and_names_rows_that_are_none) {
  const std::string filler(80'000, 'x');
  for (int i = 0; i < 30; ++i)
    put(R"({"leaseKey":{"S":"k)" + std::to_string(i) + R"("},"leaseCounter":{"N":"1"},"filler":{"S":")" + filler +
        R"("}})");
  put(R"({"leaseKey":{"S":"no counter"},"checkpoint":{"S":"1"}})");
  put(R"({"leaseKey":{"S":"owner is a number"},"leaseCounter":{"N":"1"},"leaseOwner":{"N":"1"}})");
  const Result<leases::LeaseList> list = us->scan();
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(list->leases.size(), 30U);
  EXPECT_EQ(list->unreadable.size(), 2U);
}

TEST_P(lease_table, fleet_of_kcl_3_is_refused_by_its_rows) {
  const auto scan_error = [this] {
    const Result<leases::LeaseList> list = us->scan();
    return list.ok() ? Status() : list.status();
  };
  put(R"({"leaseKey":{"S":"k"},"leaseCounter":{"N":"5"},"entityType":{"S":"LEASE"}})");
  EXPECT_TRUE(scan_error().ok());
  for (const char* row :
       {R"({"leaseKey":{"S":"Leader"},"leaseOwner":{"S":"w"}})", R"({"leaseKey":{"S":"Migration3.0"}})",
        R"({"leaseKey":{"S":"w"},"entityType":{"S":"WORKER_METRIC_STATS"}})",
        R"({"leaseKey":{"S":"s"},"leaseCounter":{"N":"5"},"entityType":{"S":"STREAM"}})"}) {
    put(row);
    EXPECT_EQ(scan_error().code(), Code::config) << row;
    EXPECT_NE(scan_error().message().find("KCL 3"), std::string::npos) << scan_error().message();
    const std::string key = std::string(row).substr(18, std::string(row).find("\"}") - 18);
    EXPECT_NE(scan_error().message().find(key), std::string::npos) << scan_error().message();
    ASSERT_TRUE(kcl->remove(key));
    EXPECT_TRUE(scan_error().ok());
  }
}

TEST_P(lease_table, table_with_another_key_is_refused) {
  ASSERT_TRUE(client
                  ->call("CreateTable", R"({"TableName":"coordinator","BillingMode":"PAY_PER_REQUEST",)"
                                        R"("KeySchema":[{"AttributeName":"key","KeyType":"HASH"}],)"
                                        R"("AttributeDefinitions":[{"AttributeName":"key","AttributeType":"S"}]})")
                  .ok());
  OurWorker worker(*client, "coordinator", "w");
  Result<bool> ready = worker.prepare({});
  while (ready.ok() && !*ready) ready = worker.prepare({});
  EXPECT_EQ(ready.status().code(), Code::config);
  EXPECT_NE(ready.status().message().find("leaseKey"), std::string::npos) << ready.status().message();
}

TEST_P(lease_table, missing_table_that_may_not_be_made_is_an_error_with_the_command_that_makes_it) {
  OurWorker worker(*client, "missing", "w");
  const Result<bool> ready = worker.prepare({false, {{"team", "it's"}}});
  EXPECT_EQ(ready.status().code(), Code::config);
  EXPECT_EQ(
      ready.status().message(),
      "table missing does not exist in us-east-1; set create_table on, or create it: aws dynamodb create-table "
      "--region us-east-1 --table-name missing --attribute-definitions "
      "AttributeName=leaseKey,AttributeType=S --key-schema AttributeName=leaseKey,KeyType=HASH "
      "--billing-mode PAY_PER_REQUEST --tags 'Key=team,Value=it'\\''s'");
  EXPECT_EQ(worker.scan().status().code(), Code::not_found);
}

}  // namespace
}  // namespace penstock::dynamodb
