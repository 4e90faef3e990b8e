#include "tests/model_dynamodb/our_worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace penstock::dynamodb {

namespace {

// Returns the result of a call that completes before it returns.
template <typename T, typename Begin>
Result<T> now(const Begin& begin) {
  std::optional<Result<T>> outcome;
  begin([&outcome](Result<T> result) {
    EXPECT_FALSE(outcome.has_value()) << "completed twice";
    outcome = std::move(result);
  });
  return outcome ? std::move(*outcome) : Result<T>(Status(Code::internal, "PS0000", "not completed"));
}

std::string list(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  std::string out;
  for (const std::string& text : texts) out += text + ' ';
  return out;
}

}  // namespace

Result<bool> OurWorker::prepare(const leases::LeaseTableDefinition& definition) {
  return now<bool>([&](auto outcome) { table_.prepare(definition, outcome); });
}
Result<leases::LeaseList> OurWorker::scan() {
  return now<leases::LeaseList>([&](auto outcome) { table_.scan(leases::LeaseTable::Reads::eventual, outcome); });
}
std::optional<leases::Lease> OurWorker::get(const std::string& key) {
  auto row = now<std::optional<leases::Lease>>([&](auto outcome) { table_.get(key, outcome); });
  EXPECT_TRUE(row.ok()) << row.status().message();
  return row.ok() ? *row : std::nullopt;
}
Result<leases::LeaseWriteResult> OurWorker::create(const leases::Lease& lease) {
  return now<leases::LeaseWriteResult>([&](auto outcome) { table_.create(lease, outcome); });
}
Result<leases::LeaseWriteResult> OurWorker::replace(const leases::Lease& seen, const leases::Lease& lease) {
  return now<leases::LeaseWriteResult>([&](auto outcome) { table_.replace(seen, lease, outcome); });
}
Result<leases::LeaseWriteResult> OurWorker::take(const leases::Lease& seen, const leases::LeaseChange& change) {
  return now<leases::LeaseWriteResult>([&](auto outcome) { table_.take(seen, id_, change, outcome); });
}
Result<leases::LeaseWriteResult> OurWorker::renew(const std::string& key, int64_t counter,
                                                  const leases::LeaseChange& change) {
  return now<leases::LeaseWriteResult>([&](auto outcome) { table_.renew(key, counter, id_, change, outcome); });
}
Result<leases::LeaseWriteResult> OurWorker::evict(const std::string& key) {
  return now<leases::LeaseWriteResult>([&](auto outcome) { table_.evict(key, id_, outcome); });
}
Result<leases::LeaseWriteResult> OurWorker::remove(const std::string& key, int64_t counter) {
  return now<leases::LeaseWriteResult>([&](auto outcome) { table_.remove(key, counter, outcome); });
}

leases::Lease full_lease(const std::string& key) {
  leases::Lease lease;
  lease.key = lease.shard_id = key;
  lease.checkpoint = leases::kTrimHorizonCheckpoint;
  lease.parent_ids = {"shardId-000000000007", "shardId-000000000008"};
  lease.first_hash_key = 0;
  lease.last_hash_key = kinesis::kLastHashKey;
  lease.stream_arn = "arn:aws:kinesis:us-east-1:111122223333:stream/logs";
  lease.stream_created_ms = 1'690'000'000'123;
  lease.started_ms = 1'700'000'000'456;
  return lease;
}

std::string to_string(const leases::Lease& lease) {
  std::string keys;
  for (const auto& key : {lease.first_hash_key, lease.last_hash_key}) {
    keys += ' ';
    if (key) kinesis::append_decimal(keys, *key);
  }
  return lease.key + " stream " + lease.stream_id + " shard " + lease.shard_id + " owner " + lease.owner +
         " counter " + std::to_string(lease.counter) + " at " + lease.checkpoint + ' ' +
         std::to_string(lease.sub_sequence_number) + " switches " + std::to_string(lease.owner_switches) +
         " parents " + list(lease.parent_ids) + "children " + list(lease.child_ids) + "keys" + keys + " of " +
         lease.stream_arn + ' ' + std::to_string(lease.stream_created_ms) + " started " +
         std::to_string(lease.started_ms);
}

std::string to_string(const std::optional<leases::Lease>& lease) { return lease ? to_string(*lease) : "none"; }

}  // namespace penstock::dynamodb
