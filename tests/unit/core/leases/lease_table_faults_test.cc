// The lease table when calls fail, responses are lost, and reads are stale.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/model_dynamodb/our_worker.h"
#include "tests/model_dynamodb/service.h"

namespace penstock::leases {
namespace {

constexpr const char* kKey = "shardId-000000000000";

class lease_table_faults : public testing::Test {
 protected:
  void SetUp() override { service.make_table("leases"); }

  // Returns a lease of ours, just taken.
  Lease ours() {
    EXPECT_EQ(us.create(dynamodb::full_lease(kKey))->outcome, dynamodb::kDone);
    return *us.take(*us.get(kKey))->row;
  }
  Code error_code(const Result<LeaseWriteResult>& write) { return write.ok() ? Code::ok : write.status().code(); }
  void lose_next(const char* operation) { service.faults().next_calls(operation, model::lose_response()); }

  int64_t now_ms = 1'700'000'000'000;
  dynamodb::Service service{{}, [this] { return now_ms; }};
  dynamodb::TableClient client{[this](model::Request request) { return service.handle(std::move(request)); },
                               [this] { return now_ms; }};
  dynamodb::OurWorker us{client, "leases", "us"};
  dynamodb::OurWorker them{client, "leases", "them"};
};

TEST_F(lease_table_faults, a_renewal_with_a_lost_response_is_found_done_on_retry) {
  const Lease held = ours();
  lose_next("UpdateItem");
  EXPECT_EQ(error_code(us.renew(kKey, held.counter)), Code::transient);
  const Result<LeaseWriteResult> again = us.renew(kKey, held.counter);
  EXPECT_EQ(again->outcome, dynamodb::kDoneBefore);
  EXPECT_EQ(again->row->counter, held.counter + 1);
  EXPECT_EQ(us.renew(kKey, held.counter + 1)->outcome, dynamodb::kDone);
}

TEST_F(lease_table_faults, a_checkpoint_with_a_lost_response_is_found_done_but_a_newer_one_is_not) {
  const Lease held = ours();
  LeaseChange change;
  change.checkpoint = "100";
  change.child_ids = {"b", "a"};
  change.stream_arn = "arn";
  change.stream_created_ms = 1;
  change.started_ms = 2;
  lose_next("UpdateItem");
  EXPECT_EQ(error_code(us.renew(kKey, held.counter, change)), Code::transient);
  EXPECT_EQ(us.renew(kKey, held.counter, change)->outcome, dynamodb::kDoneBefore);
  std::vector<LeaseChange> others(6, change);
  others[0].checkpoint = "200";
  others[1].sub_sequence_number = 1;
  others[2].child_ids = {"a"};
  others[3].stream_arn = "arn of another";
  others[4].stream_created_ms = 3;
  others[5].started_ms = 3;
  for (const LeaseChange& other : others) {
    const Result<LeaseWriteResult> newer = us.renew(kKey, held.counter, other);
    EXPECT_EQ(newer->outcome, dynamodb::kConflict);
    EXPECT_EQ(newer->row->owner, "us") << "it is still ours";
    EXPECT_EQ(newer->row->counter, held.counter + 1) << "and this is the position to continue at";
    EXPECT_EQ(newer->row->checkpoint, "100");
  }
  EXPECT_EQ(us.renew(kKey, held.counter + 1, others[0])->row->checkpoint, "200");
}

TEST_F(lease_table_faults, a_take_with_a_lost_response_is_found_done_unless_another_worker_was_faster) {
  ASSERT_TRUE(us.create(dynamodb::full_lease(kKey)).ok());
  const Lease free = *us.get(kKey);
  lose_next("UpdateItem");
  EXPECT_EQ(error_code(us.take(free)), Code::transient);
  EXPECT_EQ(us.take(free)->outcome, dynamodb::kDoneBefore);
  const Lease held = *us.get(kKey);
  EXPECT_EQ(held.counter, free.counter + 1);
  lose_next("UpdateItem");
  EXPECT_EQ(error_code(them.take(held)), Code::transient);
  const Result<LeaseWriteResult> late = us.take(held);
  EXPECT_EQ(late->outcome, dynamodb::kConflict);
  EXPECT_EQ(late->row->owner, "them");
  EXPECT_EQ(late->row->owner_switches, 1);
}

TEST_F(lease_table_faults, a_replacement_with_a_lost_response_is_found_done_but_another_one_is_not) {
  const Lease held = ours();
  lose_next("UpdateItem");
  EXPECT_EQ(error_code(us.replace(held, dynamodb::full_lease(kKey))), Code::transient);
  EXPECT_EQ(us.replace(held, dynamodb::full_lease(kKey))->outcome, dynamodb::kDoneBefore);
  Lease other = dynamodb::full_lease(kKey);
  other.checkpoint = "200";
  EXPECT_EQ(us.replace(held, other)->outcome, dynamodb::kConflict);
}

TEST_F(lease_table_faults, release_remove_and_create_succeed_after_lost_responses) {
  const Lease held = ours();
  lose_next("UpdateItem");
  EXPECT_EQ(error_code(us.evict(kKey)), Code::transient);
  EXPECT_EQ(us.evict(kKey)->outcome, dynamodb::kDoneBefore);
  lose_next("DeleteItem");
  EXPECT_EQ(error_code(us.remove(kKey, held.counter + 1)), Code::transient);
  EXPECT_EQ(us.remove(kKey, held.counter + 1)->outcome, dynamodb::kDoneBefore);
  lose_next("PutItem");
  EXPECT_EQ(error_code(us.create(dynamodb::full_lease(kKey))), Code::transient);
  const Result<LeaseWriteResult> made = us.create(dynamodb::full_lease(kKey));
  EXPECT_EQ(made->outcome, dynamodb::kConflict) << "the row exists, as the lost call created it";
  EXPECT_EQ(dynamodb::to_string(made->row), dynamodb::to_string(dynamodb::full_lease(kKey)));
}

TEST_F(lease_table_faults, a_call_that_never_arrived_changes_nothing_and_succeeds_on_retry) {
  const Lease held = ours();
  for (const model::Fault& fault : {model::close_before(), model::throttle(), model::internal_failure()}) {
    service.faults().next_calls("UpdateItem", fault);
    const Code expected =
        fault.error.status == 400 && !fault.error.code.empty() ? Code::throttled : Code::transient;
    const Result<LeaseWriteResult> write = us.renew(kKey, held.counter);
    EXPECT_EQ(error_code(write), expected);
    EXPECT_NE(write.status().message().find("table leases: UpdateItem"), std::string::npos)
        << write.status().message();
    EXPECT_EQ(dynamodb::to_string(us.get(kKey)), dynamodb::to_string(held));
  }
  EXPECT_EQ(us.renew(kKey, held.counter)->outcome, dynamodb::kDone);
}

TEST_F(lease_table_faults, the_read_that_decides_about_a_lost_write_is_retried) {
  const Lease held = ours();
  lose_next("UpdateItem");
  EXPECT_EQ(error_code(us.renew(kKey, held.counter)), Code::transient);
  service.faults().next_calls("GetItem", model::throttle());
  EXPECT_EQ(error_code(us.renew(kKey, held.counter)), Code::throttled);
  EXPECT_EQ(us.renew(kKey, held.counter)->outcome, dynamodb::kDoneBefore);
}

TEST_F(lease_table_faults, late_copies_of_writes_change_nothing) {
  std::vector<model::Request> writes;
  service.on_request([&](uint64_t, const model::Request& request) { writes.push_back(request); });
  Lease row = ours();
  LeaseChange change;
  change.checkpoint = "100";
  row = *us.renew(kKey, row.counter, change)->row;
  row = *us.renew(kKey, row.counter)->row;
  row = *them.take(row)->row;
  change.checkpoint = "200";
  row = *them.renew(kKey, row.counter, change)->row;
  EXPECT_EQ(them.remove(kKey, row.counter - 1)->outcome, dynamodb::kConflict);
  service.on_request(nullptr);
  for (const model::Request& copy : writes) service.handle(copy);
  EXPECT_EQ(dynamodb::to_string(us.get(kKey)), dynamodb::to_string(row));
}

TEST_F(lease_table_faults, a_lease_from_a_stale_read_is_not_taken_and_the_rejection_returns_the_row) {
  Lease row = ours();
  service.settings().stale_ms = 5000;
  now_ms += 10'000;
  row = *us.renew(kKey, row.counter)->row;
  now_ms += 2500;
  std::set<int64_t> seen;
  for (int i = 0; i < 50; ++i) {
    const Result<LeaseList> list = them.scan();
    ASSERT_EQ(list->leases.size(), 1U);
    const Lease& old = list->leases.front();
    seen.insert(old.counter);
    if (old.counter == row.counter) continue;
    const Result<LeaseWriteResult> late = them.take(old);
    EXPECT_EQ(late->outcome, dynamodb::kConflict);
    EXPECT_EQ(dynamodb::to_string(late->row), dynamodb::to_string(row));
  }
  EXPECT_EQ(seen, (std::set<int64_t>{row.counter - 1, row.counter}));
}

TEST_F(lease_table_faults, a_scan_that_fails_at_a_later_page_is_an_error_without_a_part) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(us.create(dynamodb::full_lease("k" + std::to_string(i))).ok());
  service.settings().page_items = 4;
  EXPECT_EQ(us.scan()->leases.size(), 10U);
  EXPECT_EQ(service.stats().calls.at("Scan"), 3U);
  service.faults().at(service.stats().requests + 2, model::throttle());
  EXPECT_EQ(us.scan().status().code(), Code::throttled);
  EXPECT_EQ(us.scan()->leases.size(), 10U);
}

// Pages of a scan without a service.
struct ScannedPages {
  static constexpr size_t kPageBytes = 8 << 20, kMaxPages = 16;

  // more_bytes: of the first page, in addition to kPageBytes. count 0: endless.
  Result<LeaseList> scan(size_t count, size_t more_bytes = 0) {
    calls = 0;
    LeaseTable table(
        [&](std::string_view, const std::string&, size_t, const aws::ServiceClient::Done& done) {
          const bool is_last = ++calls == count;
          const std::string end =
              std::string(R"("}}])") + (is_last ? "}" : R"(,"LastEvaluatedKey":{"leaseKey":{"S":"k"}}})");
          std::string body = R"({"Items":[{"leaseKey":{"S":"k"},"more":{"S":")";
          body.append(kPageBytes + (calls == 1 ? more_bytes : 0) - body.size() - end.size(), 'x');
          done(aws::ServiceResponse{body + end, 0});
        },
        "leases", "us-east-1");
    std::optional<Result<LeaseList>> scanned;
    table.scan(LeaseTable::Reads::eventual, [&](Result<LeaseList> list) { scanned = std::move(list); });
    return *scanned;
  }

  size_t calls = 0;
};

TEST(lease_table_scan, a_scan_of_128_mib_of_pages_is_read_completely) {
  ScannedPages pages;
  const Result<LeaseList> list = pages.scan(ScannedPages::kMaxPages);
  ASSERT_TRUE(list.ok()) << list.status().message();
  EXPECT_EQ(list->unreadable.size(), ScannedPages::kMaxPages);
}

TEST(lease_table_scan, a_scan_of_more_than_128_mib_of_pages_is_an_error) {
  ScannedPages pages;
  const Result<LeaseList> list = pages.scan(ScannedPages::kMaxPages, 1);
  ASSERT_FALSE(list.ok());
  EXPECT_EQ(list.status().code(), Code::too_large);
  const std::string message = list.status().message();
  EXPECT_TRUE(message.starts_with("table leases: Scan: the table is too large; ")) << message;
  EXPECT_TRUE(message.ends_with(" (limit 128 MiB, rows read so far: 15)")) << message;
}

TEST(lease_table_scan, a_scan_with_endless_pages_is_an_error) {
  ScannedPages pages;
  EXPECT_EQ(pages.scan(0).status().code(), Code::too_large);
  EXPECT_EQ(pages.calls, ScannedPages::kMaxPages + 1);
}

TEST_F(lease_table_faults, a_lease_table_is_created_with_its_tags_and_used_when_active) {
  dynamodb::OurWorker first(client, "new", "w");
  const LeaseTableDefinition definition = {true, {{"team", "logs"}}};
  EXPECT_FALSE(*first.prepare(definition));
  EXPECT_FALSE(*first.prepare(definition));
  EXPECT_EQ(service.stats().calls.at("CreateTable"), 1U);
  now_ms += service.settings().creating_ms - 1;
  EXPECT_FALSE(*first.prepare(definition));
  now_ms += 1;
  EXPECT_TRUE(*first.prepare(definition));
  EXPECT_TRUE(*first.prepare({}));
  EXPECT_EQ(service.table("new")->tags(), definition.tags);
}

TEST_F(lease_table_faults, a_lease_table_that_another_worker_created_meanwhile_is_used) {
  service.faults().next_calls("DescribeTable",
                              model::error_fault({400, "ResourceNotFoundException", "not found"}));
  EXPECT_FALSE(*us.prepare({true, {}}));
  EXPECT_TRUE(*us.prepare({true, {}}));
  service.faults().next_calls("DescribeTable", model::error_fault({400, "AccessDeniedException", "no"}));
  EXPECT_EQ(us.prepare({true, {}}).status().code(), Code::denied);
}

// The quantities that are billed on demand.
TEST_F(lease_table_faults, a_lease_write_costs_one_unit_and_a_scan_half_a_unit_per_4_kib) {
  Lease lease =
      dynamodb::full_lease("111122223333:a-stream-with-a-name-of-128-characters:1690000000:" + std::string(kKey));
  lease.stream_id = "111122223333:" + std::string(128, 's') + ":1690000000";
  lease.child_ids = {"shardId-000000000009", "shardId-000000000010"};
  auto units = [this, last = uint64_t{0}]() mutable {
    return service.stats().write_units - std::exchange(last, service.stats().write_units);
  };
  LeaseChange change;
  change.checkpoint = std::string(56, '4');
  ASSERT_EQ(us.create(lease)->outcome, dynamodb::kDone);
  EXPECT_EQ(units(), 1U);
  Lease row = *us.take(lease)->row;
  EXPECT_EQ(units(), 1U);
  row = *us.renew(row.key, row.counter)->row;
  EXPECT_EQ(units(), 1U);
  row = *us.renew(row.key, row.counter, change)->row;
  EXPECT_EQ(units(), 1U);
  ASSERT_EQ(us.evict(row.key)->outcome, dynamodb::kDone);
  EXPECT_EQ(units(), 1U);
  EXPECT_EQ(service.stats().calls.count("GetItem"), 0U);
  const uint64_t before = service.stats().half_read_units;
  ASSERT_TRUE(us.scan().ok());
  EXPECT_EQ(service.stats().half_read_units - before, 1U);
}

}  // namespace
}  // namespace penstock::leases
