#include "tests/model_dynamodb/our_worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace penstock::dynamodb {

namespace {

// Returns the result of a call that completes before it returns.
template <typename T, typename Begin>
Result<T> now(const Begin& begin) {
  std::optional<Result<T>> told;
  begin([&told](Result<T> result) {
    EXPECT_FALSE(told.has_value()) << "told twice";
    told = std::move(result);
  });
  return told ? std::move(*told) : Result<T>(Status(Code::internal, "PS0000", "not told"));
}

std::string list(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  std::string out;
  for (const std::string& text : texts) out += text + ' ';
  return out;
}

}  // namespace

Result<bool> OurWorker::prepare(const leases::LeaseTableDefinition& definition) {
  return now<bool>([&](auto told) { table_.prepare(definition, told); });
}
Result<leases::LeaseList> OurWorker::scan() {
  return now<leases::LeaseList>([&](auto told) { table_.scan(leases::LeaseTable::Reads::eventual, told); });
}
std::optional<leases::Lease> OurWorker::get(const std::string& key) {
  auto row = now<std::optional<leases::Lease>>([&](auto told) { table_.get(key, told); });
  EXPECT_TRUE(row.ok()) << row.status().message();
  return row.ok() ? *row : std::nullopt;
}
Result<leases::LeaseWriteResult> OurWorker::create(const leases::Lease& lease) {
  return now<leases::LeaseWriteResult>([&](auto told) { table_.create(lease, told); });
}
Result<leases::LeaseWriteResult> OurWorker::replace(const leases::Lease& seen, const leases::Lease& lease) {
  return now<leases::LeaseWriteResult>([&](auto told) { table_.replace(seen, lease, told); });
}
Result<leases::LeaseWriteResult> OurWorker::take(const leases::Lease& seen, const leases::LeaseChange& change) {
  return now<leases::LeaseWriteResult>([&](auto told) { table_.take(seen, id_, change, told); });
}
Result<leases::LeaseWriteResult> OurWorker::renew(const std::string& key, int64_t counter,
                                                  const leases::LeaseChange& change) {
  return now<leases::LeaseWriteResult>([&](auto told) { table_.renew(key, counter, id_, change, told); });
}
Result<leases::LeaseWriteResult> OurWorker::evict(const std::string& key) {
  return now<leases::LeaseWriteResult>([&](auto told) { table_.evict(key, id_, told); });
}
Result<leases::LeaseWriteResult> OurWorker::remove(const std::string& key, int64_t counter) {
  return now<leases::LeaseWriteResult>([&](auto told) { table_.remove(key, counter, told); });
}

leases::Lease whole_lease(const std::string& key) {
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

std::string text_of(const leases::Lease& lease) {
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

std::string text_of(const std::optional<leases::Lease>& lease) { return lease ? text_of(*lease) : "none"; }

}  // namespace penstock::dynamodb
