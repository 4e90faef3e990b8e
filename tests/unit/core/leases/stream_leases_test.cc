#include "core/leases/stream_leases.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace penstock::leases {
namespace {

constexpr int64_t kFailoverMs = 10'000;
constexpr int64_t kCreatedMs = 1'688'165'434'000;
constexpr int64_t kStartMs = 1'700'000'000'000;
constexpr auto kLatest = kinesis::InitialPosition{kinesis::InitialPosition::Kind::latest, 0};
constexpr auto kAtTime = kinesis::InitialPosition{kinesis::InitialPosition::Kind::at_timestamp, 1'650'000'000'000};

const kinesis::StreamIdentity kStream = {"in", "arn:aws:kinesis:eu-west-1:123456789012:stream/in", kCreatedMs};

kinesis::ShardInfo shard(const std::string& id, const std::vector<std::string>& parents = {}, bool open = true) {
  kinesis::ShardInfo info;
  info.id = id;
  info.parent_ids = parents;
  info.first_hash_key = 1;
  info.last_hash_key = 2;
  info.open = open;
  return info;
}
const std::vector<kinesis::ShardInfo> kSplit = {shard("a", {}, false), shard("b", {"a"}), shard("c", {"a"}),
                                                shard("d")};

Lease row(const std::string& id, const std::string& checkpoint, int64_t started_ms = 0) {
  Lease lease;
  lease.key = lease.shard_id = id;
  lease.checkpoint = checkpoint;
  lease.started_ms = started_ms;
  return lease;
}

std::set<std::string> shards_of(const std::vector<Lease>& leases) {
  std::set<std::string> ids;
  for (const Lease& lease : leases) ids.insert(lease.shard_id);
  return ids;
}

using Ids = std::set<std::string>;

// A stream that was listed and scanned at time 0.
struct Stream : StreamLeases {
  Stream(const kinesis::InitialPosition& initial, const std::vector<kinesis::ShardInfo>& shards,
         const std::vector<Lease>& rows, bool alone = true)
      : StreamLeases(alone, initial, kFailoverMs) {
    on_shards_listed(kStream, shards, kStartMs, 0);
    begin_scan();
    on_scanned(rows, 0);
  }
};

TEST(stream_leases, a_first_start_creates_the_leases_of_the_oldest_shards_at_once) {
  Stream stream({}, kSplit, {});
  const std::vector<Lease> made = stream.missing(0);
  ASSERT_EQ(shards_of(made), (Ids{"a", "d"}));
  const Lease& lease = made[0];
  EXPECT_EQ(lease.key, "a");
  EXPECT_EQ(lease.checkpoint, kTrimHorizonCheckpoint);
  EXPECT_EQ(lease.started_ms, 0);
  EXPECT_EQ(lease.stream_arn, kStream.arn);
  EXPECT_EQ(lease.stream_created_ms, kCreatedMs);
  EXPECT_EQ(lease.first_hash_key, kinesis::HashKey{1});
  EXPECT_EQ(lease.last_hash_key, kinesis::HashKey{2});
}

TEST(stream_leases, a_first_start_at_latest_begins_with_the_open_shards_and_stores_the_time) {
  Stream stream(kLatest, kSplit, {});
  const std::vector<Lease> made = stream.missing(0);
  ASSERT_EQ(shards_of(made), (Ids{"b", "c", "d"}));
  for (const Lease& lease : made) {
    EXPECT_EQ(lease.checkpoint, kLatestCheckpoint);
    EXPECT_EQ(lease.started_ms, kStartMs);
    EXPECT_EQ(StreamLeases::read_from(lease), kinesis::ReadFrom::at_timestamp(kStartMs));
  }
}

TEST(stream_leases, a_first_start_at_a_timestamp_begins_with_the_oldest_shards) {
  Stream stream(kAtTime, kSplit, {});
  const std::vector<Lease> made = stream.missing(0);
  ASSERT_EQ(shards_of(made), (Ids{"a", "d"}));
  EXPECT_EQ(made[0].checkpoint, kAtTimestampCheckpoint);
  EXPECT_EQ(StreamLeases::read_from(made[0]), kinesis::ReadFrom::at_timestamp(kAtTime.timestamp_ms));
}

// Another worker may have created leases in between, from a list before a split. Then records of the children from
// before our list would be skipped.
TEST(stream_leases, a_first_start_is_decided_only_by_a_scan_that_began_after_the_list) {
  StreamLeases stream(true, kLatest, kFailoverMs);
  EXPECT_FALSE(stream.begin_scan());
  stream.on_shards_listed(kStream, kSplit, kStartMs, 0);
  stream.on_scanned({}, 0);
  EXPECT_TRUE(stream.start_is_undecided());
  EXPECT_TRUE(stream.missing(0).empty());
  EXPECT_TRUE(stream.begin_scan());
  stream.on_scanned({}, 0);
  EXPECT_FALSE(stream.start_is_undecided());
  EXPECT_EQ(shards_of(stream.missing(0)), (Ids{"b", "c", "d"}));
}

TEST(stream_leases, a_scan_that_showed_leases_excludes_a_first_start) {
  StreamLeases stream(true, kLatest, kFailoverMs);
  stream.on_shards_listed(kStream, kSplit, kStartMs, 0);
  EXPECT_TRUE(stream.begin_scan());
  stream.on_scanned({row("a", "LATEST", 41)}, 0);
  EXPECT_FALSE(stream.start_is_undecided());
  EXPECT_FALSE(stream.begin_scan());
  EXPECT_TRUE(stream.missing(0).empty());
}

TEST(stream_leases, missing_leases_are_recreated_after_the_failover_time_and_a_newer_list) {
  Stream stream({}, kSplit, {row("a", "7"), row("d", "7")});
  EXPECT_TRUE(stream.missing(0).empty());
  stream.on_scanned({row("a", "7")}, 1'000);
  EXPECT_TRUE(stream.missing(1'000).empty());
  EXPECT_TRUE(stream.missing(1'000 + kFailoverMs).empty());  // the list is older than the gap
  stream.on_shards_listed(kStream, kSplit, kStartMs, 5'000);
  EXPECT_TRUE(stream.missing(1'000 + kFailoverMs - 1).empty());
  EXPECT_EQ(shards_of(stream.missing(1'000 + kFailoverMs)), Ids{"d"});
}

TEST(stream_leases, a_lease_that_reappears_was_not_missing) {
  Stream stream({}, kSplit, {row("a", "7"), row("d", "7")});
  stream.on_scanned({row("a", "7")}, 1'000);
  EXPECT_TRUE(stream.missing(1'000).empty());
  stream.on_scanned({row("a", "7"), row("d", "7")}, 2'000);
  EXPECT_TRUE(stream.missing(2'000).empty());
  stream.on_scanned({row("a", "7")}, 3'000);
  stream.on_shards_listed(kStream, kSplit, kStartMs, 4'000);
  EXPECT_TRUE(stream.missing(1'000 + kFailoverMs).empty());
}

TEST(stream_leases, a_lease_created_later_starts_at_the_applications_start_time) {
  Stream stream(kLatest, kSplit, {row("b", "7", 42), row("c", "7", 41)});
  stream.missing(0);
  stream.on_shards_listed(kStream, kSplit, kStartMs + 1'000, 1);
  const std::vector<Lease> made = stream.missing(kFailoverMs);
  ASSERT_EQ(shards_of(made), Ids{"d"});
  EXPECT_EQ(made[0].checkpoint, kLatestCheckpoint);
  EXPECT_EQ(made[0].started_ms, 41);
}

TEST(stream_leases, leases_of_children_start_at_trim_horizon_for_any_initial_position) {
  for (const kinesis::InitialPosition& initial : {kinesis::InitialPosition{}, kLatest, kAtTime}) {
    const Stream stream(initial, kSplit, {row("a", "7"), row("d", "7")});
    const std::vector<Lease> children = stream.children_of("a");
    ASSERT_EQ(shards_of(children), (Ids{"b", "c"}));
    EXPECT_EQ(children[0].checkpoint, kTrimHorizonCheckpoint);
    EXPECT_EQ(children[0].parent_ids, std::vector<std::string>{"a"});
    EXPECT_EQ(StreamLeases::read_from(children[0]), kinesis::ReadFrom::trim_horizon());
  }
}

// a may have ended before the timestamp: then its children have records from before it.
TEST(stream_leases, leases_of_children_start_at_the_initial_timestamp) {
  const Stream stream(kAtTime, kSplit, {row("a", "AT_TIMESTAMP", 50), row("d", "7", 50)});
  EXPECT_EQ(StreamLeases::read_from(stream.children_of("a")[0]), kinesis::ReadFrom::at_timestamp(50));
}

TEST(stream_leases, a_lease_stores_where_reading_starts) {
  EXPECT_EQ(StreamLeases::read_from(row("a", "TRIM_HORIZON")), kinesis::ReadFrom::trim_horizon());
  EXPECT_EQ(StreamLeases::read_from(row("a", "")), kinesis::ReadFrom::trim_horizon());
  EXPECT_EQ(StreamLeases::read_from(row("a", "LATEST", 5)), kinesis::ReadFrom::at_timestamp(5));
  EXPECT_EQ(StreamLeases::read_from(row("a", "AT_TIMESTAMP", 5)), kinesis::ReadFrom::at_timestamp(5));
  EXPECT_EQ(StreamLeases::read_from(row("a", "AT_TIMESTAMP")), kinesis::ReadFrom::trim_horizon());
  Lease lease = row("a", "49", 5);
  lease.sub_sequence_number = 3;
  EXPECT_EQ(StreamLeases::read_from(lease), kinesis::ReadFrom::after({"49", 3}));
}

TEST(stream_leases, taking_a_lease_of_another_library_adds_the_stream_and_the_start_time) {
  const Stream stream({}, kSplit, {row("a", "LATEST")});
  const LeaseChange latest = stream.beginning_of(row("a", "LATEST"));
  EXPECT_EQ(latest.stream_arn, kStream.arn);
  EXPECT_EQ(latest.stream_created_ms, kCreatedMs);
  EXPECT_EQ(latest.started_ms, kStartMs);
  EXPECT_EQ(latest.checkpoint, "");
  EXPECT_EQ(stream.beginning_of(row("a", "LATEST", 7)).started_ms, 0);
  EXPECT_EQ(stream.beginning_of(row("a", "TRIM_HORIZON")).started_ms, 0);
  EXPECT_EQ(stream.beginning_of(row("a", "7")).started_ms, 0);
  EXPECT_EQ(stream.beginning_of(row("a", "AT_TIMESTAMP")).started_ms, 0);
  EXPECT_EQ(Stream(kAtTime, kSplit, {}).beginning_of(row("a", "AT_TIMESTAMP")).started_ms, kAtTime.timestamp_ms);
}

TEST(stream_leases, a_lease_at_latest_starts_at_the_start_time_from_any_lease) {
  const Stream stream(kLatest, kSplit, {row("a", "LATEST"), row("d", "7", 99)});
  EXPECT_EQ(stream.beginning_of(row("a", "LATEST")).started_ms, 99);
}

TEST(stream_leases, leases_of_a_recreated_stream_are_rejected_by_name) {
  Lease old = row("a", "7");
  old.stream_arn = kStream.arn;
  old.stream_created_ms = kCreatedMs - 1'000;
  const Stream stream({}, kSplit, {old});
  EXPECT_FALSE(stream.known());
  EXPECT_EQ(stream.problem().code(), Code::config);
  for (const char* text : {"in", "2023-06-30T22:50:34.000Z", "2023-06-30T22:50:33.000Z",
                           "penstock seek -c FILE --all --to trim_horizon"})
    EXPECT_NE(stream.problem().message().find(text), std::string::npos) << stream.problem().message();
}

TEST(stream_leases, a_stream_recreated_while_it_is_read_is_rejected) {
  Lease lease = row("a", "7");
  lease.stream_created_ms = kCreatedMs;
  Stream stream({}, kSplit, {lease});
  EXPECT_TRUE(stream.known());
  stream.on_shards_listed({kStream.name, kStream.arn, kCreatedMs + 1}, kSplit, kStartMs, 1'000);
  EXPECT_EQ(stream.problem().code(), Code::config);
  EXPECT_FALSE(stream.known());
}

TEST(stream_leases, two_streams_in_one_application_are_rejected_by_name) {
  Lease other = row("a", "7");
  other.stream_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/other";
  const Stream stream({}, kSplit, {other});
  EXPECT_NE(stream.problem().message().find("stream/other"), std::string::npos);
  EXPECT_NE(stream.problem().message().find("use a separate lease table for each application"), std::string::npos);
}

TEST(stream_leases, leases_without_a_stream_count_as_ours) {
  EXPECT_TRUE(Stream({}, kSplit, {row("a", "7")}).known());
}

Lease row_of(const std::string& stream_id, const std::string& id) {
  Lease lease = row(id, "7");
  lease.stream_id = stream_id;
  lease.key = lease_key(stream_id, id);
  return lease;
}

// KCL takes any epoch that its configuration gives, so both would read every record.
TEST(stream_leases, leases_of_the_same_stream_under_another_epoch_are_rejected) {
  const Stream stream({}, kSplit, {row_of("123456789012:in:1688165435", "a")}, false);
  EXPECT_EQ(stream.problem().code(), Code::config);
  for (const char* text : {"lease 123456789012:in:1688165435:a", "stream identifier 123456789012:in:1688165434"})
    EXPECT_NE(stream.problem().message().find(text), std::string::npos) << stream.problem().message();
  for (const char* other : {"123456789012:in2:1688165435", "123456789013:in:1688165435"})
    EXPECT_TRUE(Stream({}, kSplit, {row_of(other, "a")}, false).known()) << other;
}

TEST(stream_leases, leases_of_several_streams_have_keys_of_account_name_and_creation_time) {
  Stream stream({}, kSplit, {row_of("123456789012:in:1688165434", "a"), row_of("123456789012:other:7", "z")},
                false);
  ASSERT_TRUE(stream.known()) << stream.problem().message();
  EXPECT_EQ(stream.leases().size(), 1U);
  const std::vector<Lease> children = stream.children_of("a");
  EXPECT_EQ(children[0].key, "123456789012:in:1688165434:b");
  EXPECT_EQ(children[0].stream_id, "123456789012:in:1688165434");
  EXPECT_EQ(children[0].shard_id, "b");
}

TEST(stream_leases, one_recreated_stream_among_several_is_rejected) {
  Lease old = row_of("123456789012:in:1688165000", "a");
  old.stream_arn = kStream.arn;
  old.stream_created_ms = 1'688'165'000'000;
  EXPECT_EQ(Stream({}, kSplit, {old}, false).problem().code(), Code::config);
  old.stream_arn = "arn:aws:kinesis:us-east-1:123456789012:stream/in";
  EXPECT_TRUE(Stream({}, kSplit, {old}, false).known());
}

TEST(stream_leases, lease_tables_of_one_stream_and_of_several_are_not_mixed) {
  EXPECT_EQ(Stream({}, kSplit, {row("a", "7")}, false).problem().code(), Code::config);
  EXPECT_EQ(Stream({}, kSplit, {row_of("123456789012:in:1688165434", "a")}).problem().code(), Code::config);
}

TEST(stream_leases, leases_of_several_streams_require_account_and_creation_time) {
  StreamLeases stream(false, {}, kFailoverMs);
  stream.on_shards_listed({"in", "", kCreatedMs}, kSplit, kStartMs, 0);
  EXPECT_EQ(stream.problem().code(), Code::config);
  stream.on_shards_listed({"in", kStream.arn, 0}, kSplit, kStartMs, 0);
  EXPECT_EQ(stream.problem().code(), Code::config);
  stream.on_shards_listed(kStream, kSplit, kStartMs, 0);
  EXPECT_TRUE(stream.problem().ok());
}

TEST(stream_leases, the_owner_of_a_childs_lease_deletes_a_finished_lease) {
  Lease parent = row("a", "SHARD_END");
  parent.child_ids = {"b", "c"};
  Lease b = row("b", "7"), c = row("c", "7");
  b.owner = c.owner = "other";
  EXPECT_TRUE(Stream({}, kSplit, {parent, b, c}).obsolete("me").empty());
  EXPECT_EQ(shards_of(Stream({}, kSplit, {parent, b, c}).obsolete("other")), Ids{"a"});
  b.checkpoint = c.checkpoint = kinesis::kShardEnd;
  EXPECT_EQ(shards_of(Stream({}, kSplit, {parent, b, c}).obsolete("me")), Ids{"a"});
}

TEST(stream_leases, a_shard_missing_from_lists_for_five_minutes_has_left_the_stream) {
  Lease old = row("old", "7");
  old.first_hash_key = old.last_hash_key = 1;
  Stream stream({}, kSplit, {old, row("a", "7"), row("d", "7")});
  stream.on_shards_listed(kStream, kSplit, kStartMs, 1'000);
  EXPECT_TRUE(stream.shard("old"));  // it may be newer than the list
  EXPECT_TRUE(stream.obsolete("me").empty());
  stream.on_shards_listed(kStream, kSplit, kStartMs, 300'999);
  EXPECT_TRUE(stream.obsolete("me").empty());
  stream.on_shards_listed(kStream, kSplit, kStartMs, 301'000);
  EXPECT_FALSE(stream.shard("old"));
  EXPECT_EQ(shards_of(stream.obsolete("me")), Ids{"old"});
  stream.on_shards_listed(kStream, {shard("old"), shard("a"), shard("d")}, kStartMs, 400'000);
  EXPECT_TRUE(stream.obsolete("me").empty());
}

TEST(stream_leases, no_lease_is_missing_before_both_a_list_and_a_scan) {
  StreamLeases listed_only(true, {}, kFailoverMs), scanned_only(true, {}, kFailoverMs);
  listed_only.on_shards_listed(kStream, kSplit, kStartMs, 0);
  scanned_only.on_scanned({row("a", "7")}, 0);
  EXPECT_FALSE(listed_only.known());
  EXPECT_FALSE(scanned_only.known());
}

}  // namespace
}  // namespace penstock::leases
