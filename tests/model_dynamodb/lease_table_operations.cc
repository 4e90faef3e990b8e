// Each operation of LeaseTable, with its condition true and false.
#include "tests/model_dynamodb/lease_table_suite.h"

namespace penstock::dynamodb {
namespace {

constexpr const char* kKey = "shardId-000000000000";

// Checks that a rejected write left the row as it was and returned that row.
void expect_rejected(const Result<leases::LeaseWriteResult>& write, const std::optional<leases::Lease>& row) {
  ASSERT_TRUE(write.ok()) << write.status().message();
  EXPECT_EQ(write->outcome, kConflict);
  EXPECT_EQ(to_string(write->row), to_string(row));
}

leases::Lease expect_done(const Result<leases::LeaseWriteResult>& write) {
  EXPECT_TRUE(write.ok()) << write.status().message();
  if (!write.ok()) return {};
  EXPECT_EQ(write->outcome, kDone);
  EXPECT_TRUE(write->row.has_value());
  return write->row.value_or(leases::Lease());
}

TEST_P(lease_table, create_writes_a_complete_free_lease_once) {
  leases::Lease lease = full_lease(kKey);
  lease.owner = "another worker";
  const leases::Lease made = expect_done(us->create(lease));
  lease.owner.clear();
  EXPECT_EQ(to_string(made), to_string(lease));
  EXPECT_EQ(to_string(us->get(kKey)), to_string(lease));
  expect_rejected(them->create(full_lease(kKey)), lease);
}

TEST_P(lease_table, a_lease_of_several_streams_has_its_stream_in_the_row) {
  leases::Lease lease = full_lease(kKey);
  lease.stream_id = "111122223333:logs:1690000000";
  lease.key = leases::lease_key(lease.stream_id, kKey);
  expect_done(us->create(lease));
  EXPECT_EQ(attribute(lease.key, "streamName", "S"), lease.stream_id);
  EXPECT_EQ(attribute(lease.key, "shardId", "S"), kKey);
  EXPECT_EQ(to_string(us->get(lease.key)), to_string(lease));
}

TEST_P(lease_table, take_requires_the_counter_that_was_seen) {
  leases::Lease seen = expect_done(us->create(full_lease(kKey)));
  leases::Lease older = seen;
  --older.counter;
  expect_rejected(us->take(older), seen);
  leases::LeaseChange change;
  change.started_ms = 1'700'000'999'000;
  const leases::Lease taken = expect_done(us->take(seen, change));
  seen.owner = "us";
  ++seen.counter;
  seen.started_ms = change.started_ms;
  EXPECT_EQ(to_string(taken), to_string(seen));
  EXPECT_EQ(to_string(them->get(kKey)), to_string(seen));
}

TEST_P(lease_table, take_counts_a_change_of_owner) {
  leases::Lease row = expect_done(us->create(full_lease(kKey)));
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

TEST_P(lease_table, take_ends_a_pending_handover_of_kcl_3) {
  put(R"({"leaseKey":{"S":"k"},"leaseCounter":{"N":"5"},"leaseOwner":{"S":"x"},"checkpointOwner":{"S":"y"}})");
  expect_done(us->take(*us->get("k")));
  EXPECT_EQ(attribute("k", "checkpointOwner", "S"), "");
}

TEST_P(lease_table, only_the_owner_renews_and_only_at_its_counter) {
  const leases::Lease made = expect_done(us->create(full_lease(kKey)));
  expect_rejected(us->renew(kKey, made.counter), made);  // it has no owner
  leases::Lease row = expect_done(them->take(made));
  row = expect_done(us->take(row));
  expect_rejected(us->renew(kKey, row.counter - 2), row);
  expect_rejected(us->renew(kKey, row.counter + 1), row);
  expect_rejected(them->renew(kKey, row.counter), row);
  ++row.counter;
  EXPECT_EQ(to_string(expect_done(us->renew(kKey, row.counter - 1))), to_string(row));
  EXPECT_EQ(to_string(us->get(kKey)), to_string(row));
  expect_rejected(us->renew("missing", 0), std::nullopt);
}

TEST_P(lease_table, a_checkpoint_renews_and_clears_the_pending_checkpoint) {
  put(R"({"leaseKey":{"S":"k"},"leaseCounter":{"N":"5"},"leaseOwner":{"S":"us"},"checkpoint":{"S":"1"},)"
      R"("checkpointSubSequenceNumber":{"N":"7"},"ownerSwitchesSinceCheckpoint":{"N":"3"},)"
      R"("pendingCheckpoint":{"S":"2"},"pendingCheckpointSubSequenceNumber":{"N":"0"},)"
      R"("pendingCheckpointState":{"B":"eA=="}})");
  leases::LeaseChange change;
  change.checkpoint = "49590338271490256608559692538361571095921575989136588898";
  change.sub_sequence_number = 2;
  const leases::Lease before = *us->get("k");
  expect_rejected(us->renew("k", 4, change), before);
  expect_rejected(them->renew("k", 5, change), before);
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

TEST_P(lease_table, replace_keeps_attributes_that_are_not_part_of_a_lease) {
  put(R"({"leaseKey":{"S":"k"},"leaseCounter":{"N":"5"},"leaseOwner":{"S":"us"},"checkpoint":{"S":"1"},)"
      R"("checkpointSubSequenceNumber":{"N":"7"},"ownerSwitchesSinceCheckpoint":{"N":"3"},)"
      R"("parentShardId":{"SS":["x"]},"childShardIds":{"SS":["y"]},"penstockStartedMs":{"N":"9"},)"
      R"("pendingCheckpoint":{"S":"2"},"checkpointOwner":{"S":"z"},"throughputKBps":{"N":"4"}})");
  const leases::Lease before = *us->get("k");
  leases::Lease wanted = full_lease("k");
  wanted.started_ms = 0;
  wanted.sub_sequence_number = leases::kWholeRecordInRow;
  leases::Lease newer = before;
  ++newer.counter;
  expect_rejected(us->replace(newer, wanted), before);
  const leases::Lease row = expect_done(us->replace(before, wanted));
  wanted.counter = 6;
  EXPECT_EQ(to_string(row), to_string(wanted));
  EXPECT_EQ(to_string(us->get("k")), to_string(wanted));
  EXPECT_EQ(attribute("k", "throughputKBps", "N"), "4");
  for (const char* gone : {"leaseOwner", "checkpointOwner", "pendingCheckpoint"})
    EXPECT_EQ(attribute("k", gone, "S"), "") << gone;
  expect_rejected(us->replace(newer = full_lease("missing"), wanted), std::nullopt);
}

TEST_P(lease_table, a_renewal_without_a_checkpoint_changes_only_the_counter) {
  leases::Lease row = expect_done(us->take(expect_done(us->create(full_lease(kKey)))));
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
  EXPECT_EQ(to_string(expect_done(us->renew(kKey, row.counter - 1))), to_string(row));
}

TEST_P(lease_table, only_the_owner_releases_a_lease) {
  leases::Lease row = expect_done(us->take(expect_done(us->create(full_lease(kKey)))));
  expect_rejected(them->evict(kKey), row);
  row.owner.clear();
  ++row.counter;
  EXPECT_EQ(to_string(expect_done(us->evict(kKey))), to_string(row));
  EXPECT_EQ(attribute(kKey, "leaseOwner", "S"), "");
  const Result<leases::LeaseWriteResult> again = us->evict(kKey);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->outcome, kDoneBefore);
  EXPECT_EQ(to_string(again->row), to_string(row));
  expect_rejected(us->evict("missing"), std::nullopt);
  EXPECT_FALSE(us->get("missing").has_value()) << "a rejected write leaves no row";
}

TEST_P(lease_table, remove_requires_the_counter_that_was_seen) {
  const leases::Lease row = expect_done(us->create(full_lease(kKey)));
  expect_rejected(us->remove(kKey, row.counter + 1), row);
  const Result<leases::LeaseWriteResult> removed = us->remove(kKey, row.counter);
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(removed->outcome, kDone);
  EXPECT_FALSE(removed->row.has_value());
  EXPECT_FALSE(us->get(kKey).has_value());
  EXPECT_EQ(us->remove(kKey, row.counter)->outcome, kDoneBefore);
}

TEST_P(lease_table, take_and_renew_never_create_a_deleted_row) {
  const leases::Lease row = expect_done(us->create(full_lease(kKey)));
  ASSERT_TRUE(us->remove(kKey, row.counter).ok());
  expect_rejected(us->take(row), std::nullopt);
  expect_rejected(us->renew(kKey, row.counter), std::nullopt);
  EXPECT_EQ(us->scan()->leases.size(), 0U);
}

TEST_P(lease_table, unknown_attributes_survive_every_operation) {
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
  expect_rejected(us->create(full_lease("k")), us->get("k"));
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

TEST_P(lease_table, scan_returns_the_leases_of_all_pages_and_names_invalid_rows) {
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

TEST_P(lease_table, leases_of_a_table_of_kcl_3_are_not_shared) {
  const auto scan_error = [this] {
    const Result<leases::LeaseList> list = us->scan();
    return list.ok() ? list->kcl3.shared() : list.status();
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
    kcl->remove(key);
    EXPECT_TRUE(scan_error().ok());
  }
}

TEST_P(lease_table, leases_are_shared_with_kcl_3_while_its_workers_divide_them_as_2_x) {
  put(R"({"leaseKey":{"S":"k"},"leaseCounter":{"N":"5"}})");
  put(R"({"leaseKey":{"S":"w"},"entityType":{"S":"WORKER_METRIC_STATS"}})");
  for (const auto& [version, shared] : std::map<std::string, bool>{{"CLIENT_VERSION_INIT", true},
                                                                   {"CLIENT_VERSION_UPGRADE_FROM_2X", true},
                                                                   {"CLIENT_VERSION_2X", true},
                                                                   {"CLIENT_VERSION_3X_WITH_ROLLBACK", false},
                                                                   {"CLIENT_VERSION_3X", false},
                                                                   {"CLIENT_VERSION_4X", false}}) {
    put(R"({"leaseKey":{"S":"Migration3.0"},"entityType":{"S":"CLIENT_VERSION_MIGRATION"},"cv":{"S":")" + version +
        R"("}})");
    const Result<leases::LeaseList> list = us->scan();
    ASSERT_TRUE(list.ok());
    ASSERT_EQ(list->leases.size(), 1U);
    EXPECT_EQ(list->leases[0].key, "k");
    EXPECT_TRUE(list->unreadable.empty());
    EXPECT_EQ(list->kcl3.shared().ok(), shared) << version;
    kcl->remove("Migration3.0");
  }
}

TEST_P(lease_table, a_table_with_another_key_is_rejected) {
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

TEST_P(lease_table, a_missing_table_is_an_error_with_the_command_that_creates_it) {
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
