#include "core/leases/lease_coordinator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/core/leases/lease_context_test_base.h"

namespace penstock::leases {
namespace {

using Kind = kinesis::InitialPosition::Kind;
using Lines = std::vector<std::string>;

constexpr int64_t kBeginningMs = 1'700'000'000'123;  // Unix time
const std::string kParent = "shardId-000000000000", kChild = "shardId-000000000001";
const std::vector<kinesis::ShardInfo> kSplit = {{kParent, {}, 0, 9, false}, {kChild, {kParent}, 0, 9, true}};

class lease_coordinator : public LeaseContextTest {
 protected:
  LeaseCoordinator worker(const std::string& id, LeaseTable& its_table, Kind kind = Kind::trim_horizon) {
    return {sim.env(), its_table, {.worker = id, .initial = {kind, kBeginningMs}, .definition = {}}};
  }
  static void list(LeaseCoordinator& leases, const std::vector<kinesis::ShardInfo>& shards) {
    ASSERT_TRUE(leases.on_shards_listed(0, {"in", "", 0}, shards, kBeginningMs).ok());
  }
  void run(int64_t for_ms, std::initializer_list<LeaseCoordinator*> workers) {
    constexpr int64_t kTurnMs = 100;
    for (int64_t passed_ms = 0; passed_ms < for_ms; passed_ms += kTurnMs) {
      for (LeaseCoordinator* leases : workers) leases->advance();
      clock.advance(kTurnMs);
    }
  }

  Lines starts() const {
    Lines lines;
    for (const sim::LogLine& line : sim.log())
      if (line.level == LogLevel::info && std::regex_search(line.text, std::regex("[(]shards: ")))
        lines.push_back(line.text);
    return lines;
  }

  bool scans_are_empty = false;  // like a stale read from before the leases were created
  bool cut_off = false;
  aws::ServiceCall to_table = client.service_call();
  LeaseTable our_table{[this](std::string_view operation, std::string body, size_t max_response_bytes,
                              aws::ServiceClient::Done done) {
                         if (cut_off) return done(Status(Code::transient, "PS0000", "timed out"));
                         if (scans_are_empty && operation == "Scan")
                           return done(aws::ServiceResponse{R"({"Items":[],"Count":0,"ScannedCount":0})", 0});
                         to_table(operation, std::move(body), max_response_bytes, std::move(done));
                       },
                       "leases", "us-east-1"};
  dynamodb::OurWorker them{client, "leases", "them"};
};

// Otherwise the child's lease would have TRIM_HORIZON, and records from before the initial timestamp would be
// read.
TEST_F(lease_coordinator, leases_of_children_start_at_the_initial_position_however_old_the_scan) {
  LeaseCoordinator us = worker("us", our_table, Kind::at_timestamp);
  list(us, kSplit);
  run(5'000, {&us});
  const std::vector<kinesis::Grant> grants = us.take_assigned();
  ASSERT_EQ(grants.size(), 1u);
  ASSERT_EQ(grants[0].shard.id, kParent);

  scans_are_empty = true;
  run(4'000, {&us});
  us.advance_to(grants[0].id, {std::string(kinesis::kShardEnd)});
  run(1'000, {&us});
  EXPECT_FALSE(them.get(kChild)) << "created from a scan that does not show the initial position";

  scans_are_empty = false;
  run(5'000, {&us});
  const std::optional<Lease> child = them.get(kChild);
  ASSERT_TRUE(child);
  EXPECT_EQ(child->started_ms, kBeginningMs);
  EXPECT_EQ(them.get(kParent)->checkpoint, kinesis::kShardEnd);
}

// The first scan ended before the list arrived, and another worker started in between, before a split. If the
// leases of the children began at our later time, we would skip their earlier records.
TEST_F(lease_coordinator, a_start_at_latest_is_not_the_first_if_another_worker_started_before_the_list) {
  LeaseCoordinator us = worker("us", our_table, Kind::latest);
  run(1'000, {&us});
  Lease row = dynamodb::full_lease(kParent);
  row.parent_ids.clear();
  row.checkpoint = kLatestCheckpoint;
  row.started_ms = kBeginningMs - 2'000;
  ASSERT_EQ(them.create(row)->outcome, dynamodb::kDone);
  list(us, kSplit);
  run(5'000, {&us});
  EXPECT_FALSE(them.get(kChild));
  ASSERT_EQ(us.take_assigned().size(), 1u);  // the parent, whose end creates the child's lease
}

TEST_F(lease_coordinator, the_shard_count_and_start_of_each_stream_are_logged_once) {
  for (const auto& [kind, position] : {std::pair<Kind, std::string>{Kind::trim_horizon, "trim_horizon"},
                                       {Kind::latest, "latest"},
                                       {Kind::at_timestamp, "2023-11-14T22:13:20.123Z"}}) {
    for (const std::string& key : {"a:1:" + kParent, "a:1:" + kChild, "b:1:" + kParent})
      service.delete_row("leases", "000000000000:" + key);
    LeaseCoordinator us = {sim.env(),
                           our_table,
                           {.worker = position, .streams = 2, .initial = {kind, kBeginningMs}, .definition = {}}};
    const size_t before = starts().size();
    const auto list_again = [&] {
      for (size_t i = 0; i < 2; ++i) {
        const std::string name = i == 0 ? "a" : "b";
        const kinesis::StreamIdentity identity = {name, "arn:aws:kinesis:us-east-1:000000000000:stream/" + name,
                                                  1'000};
        const std::vector<kinesis::ShardInfo> shards = {{kParent, {}, 0, 9, true}};
        ASSERT_TRUE(us.on_shards_listed(i, identity, i == 0 ? kSplit : shards, kBeginningMs).ok());
      }
    };
    for (int lists = 0; lists < 3; ++lists) {
      list_again();
      run(10'000, {&us});
    }
    const Lines lines = starts();
    EXPECT_EQ(
        Lines(lines.begin() + static_cast<std::ptrdiff_t>(before), lines.end()),
        (Lines{"stream a: starting at " + position + ", because the lease table has no position (shards: 2)",
               "stream b: starting at " + position + ", because the lease table has no position (shards: 1)"}));
  }
}

TEST_F(lease_coordinator, continuing_from_the_lease_table_is_logged) {
  LeaseCoordinator first = worker("first", our_table);
  list(first, kSplit);
  run(5'000, {&first});
  LeaseCoordinator second = worker("second", our_table);
  run(5'000, {&second});
  EXPECT_EQ(starts().size(), 1u) << "the second stream has no list yet";
  list(second, kSplit);
  run(5'000, {&second});
  EXPECT_EQ(starts(),
            (Lines{"stream in: starting at trim_horizon, because the lease table has no position (shards: 2)",
                   "stream in: resuming from the lease table (shards: 2, leases: 1)"}));
}

TEST_F(lease_coordinator, the_end_of_each_lease_table_outage_is_logged_once) {
  LeaseCoordinator us = worker("us", our_table);
  list(us, kSplit);
  run(5'000, {&us});
  const auto logged = [this](const std::string& text) {
    return std::count_if(sim.log().begin(), sim.log().end(),
                         [&](const auto& line) { return line.text.find(text) != std::string::npos; });
  };
  EXPECT_EQ(logged("leases are "), 0);
  for (int outage = 1; outage <= 2; ++outage) {
    cut_off = true;
    run(30'000, {&us});
    EXPECT_GE(logged("cannot read leases, retrying: table leases: "), outage);
    EXPECT_GE(logged("cannot write leases, retrying: table leases: "), outage);
    EXPECT_EQ(logged("leases are "), 2 * (outage - 1));
    cut_off = false;
    run(10'000, {&us});
    EXPECT_EQ(logged("table leases: leases are read again"), outage);
    EXPECT_EQ(logged("table leases: leases are written again"), outage);
  }
}

TEST_F(lease_coordinator, leases_of_another_stream_are_logged_and_so_is_their_end_once) {
  Lease other;
  other.key = other.shard_id = kParent;
  other.checkpoint = kTrimHorizonCheckpoint;
  other.stream_arn = "arn:aws:kinesis:us-east-1:000000000000:stream/other";
  table.create(other, [](const Result<LeaseWriteResult>& result) { EXPECT_TRUE(result.ok()); });
  LeaseCoordinator us = worker("us", our_table);
  const auto logged = [this](const std::string& text) {
    return std::count_if(sim.log().begin(), sim.log().end(),
                         [&](const auto& line) { return line.text.find(text) != std::string::npos; });
  };
  const std::string recovery = "stream in: its leases are used again";
  const kinesis::StreamIdentity identity = {"in", "arn:aws:kinesis:us-east-1:000000000000:stream/in", 0};
  ASSERT_TRUE(us.on_shards_listed(0, identity, kSplit, kBeginningMs).ok());
  run(5'000, {&us});
  EXPECT_GE(logged("PS0511: stream " + identity.arn + ": lease " + kParent + " belongs to stream " +
                   other.stream_arn + "; use a separate lease table"),
            1);
  EXPECT_EQ(logged(recovery), 0);
  table.remove(kParent, other.counter, [](const Result<LeaseWriteResult>& result) { EXPECT_TRUE(result.ok()); });
  run(30'000, {&us});
  EXPECT_EQ(logged(recovery), 1);
  EXPECT_EQ(starts().size(), 1U);
}

// KCL 3.5 keeps its client version in the lease table.
TEST_F(lease_coordinator,
       leases_are_handed_over_when_the_leader_of_kcl_3_assigns_them_and_taken_after_a_rollback) {
  LeaseCoordinator us = worker("us", our_table);
  const auto set_version = [this](const std::string& version) {
    service.put_row("leases", {{"leaseKey", dynamodb::text_attribute("Migration3.0")},
                               {"entityType", dynamodb::text_attribute("CLIENT_VERSION_MIGRATION")},
                               {"cv", dynamodb::text_attribute(version)}});
  };
  const auto logged = [this](const std::string& text) {
    return std::count_if(sim.log().begin(), sim.log().end(),
                         [&](const auto& line) { return line.text.find(text) != std::string::npos; });
  };
  set_version("CLIENT_VERSION_UPGRADE_FROM_2X");
  list(us, {{kParent, {}, 0, 9, true}});
  run(5'000, {&us});
  ASSERT_EQ(us.take_assigned().size(), 1U);
  us.advance_to(1, {"17", 3});
  EXPECT_TRUE(us.healthy());

  set_version("CLIENT_VERSION_3X_WITH_ROLLBACK");
  run(5'000, {&us});
  EXPECT_EQ(us.take_revoked(), std::vector<kinesis::GrantId>{1});
  EXPECT_EQ(them.get(kParent)->owner, "");
  EXPECT_EQ(them.get(kParent)->checkpoint, "17");
  EXPECT_FALSE(us.healthy());
  EXPECT_EQ(logged("table leases: handing over the leases of this worker (1)"), 1);
  EXPECT_GE(logged("PS0504: table leases: row Migration3.0 "), 1);
  list(us, kSplit);
  run(60'000, {&us});
  EXPECT_EQ(them.get(kParent)->owner, "");
  EXPECT_FALSE(them.get(kChild));

  set_version("CLIENT_VERSION_2X");
  run(5'000, {&us});
  EXPECT_EQ(us.take_assigned().size(), 1U);
  EXPECT_EQ(them.get(kParent)->owner, "us");
  EXPECT_TRUE(us.healthy());
  EXPECT_EQ(logged("table leases: its leases are shared again"), 1);
}

// KCL 3.0 to 3.4 keeps it in another table.
TEST_F(lease_coordinator, workers_of_kcl_3_with_another_table_are_reported_once) {
  dynamodb::Item row = {{"leaseKey", dynamodb::text_attribute(kParent)},
                        {"leaseCounter", dynamodb::number_attribute(1)},
                        {"checkpoint", dynamodb::text_attribute("17")}};
  LeaseCoordinator us = worker("us", our_table);
  const auto warnings = [this] {
    return std::count_if(sim.log().begin(), sim.log().end(), [&](const auto& line) {
      return line.text.find("PS0512: table leases: workers of KCL 3 use this table (throughputKBps of lease " +
                            kParent + ")") != std::string::npos;
    });
  };
  service.put_row("leases", row);
  list(us, {{kParent, {}, 0, 9, true}});
  run(5'000, {&us});
  EXPECT_EQ(warnings(), 0);
  row["throughputKBps"] = dynamodb::number_attribute(5);
  service.put_row("leases", row);
  run(30'000, {&us});
  EXPECT_EQ(warnings(), 1);
}

// A worker that lost a lease may not know it for the failover time. If the row were gone by then, that worker
// would create it again, and the shard would be read from its beginning.
TEST_F(lease_coordinator, a_finished_lease_stays_until_no_former_owner_can_recreate_it) {
  LeaseCoordinator us = worker("us", our_table), cleaner = worker("cleaner", table);
  list(us, {{kParent, {}, 0, 9, true}});
  run(1'000, {&us});
  ASSERT_EQ(us.take_assigned().size(), 1u);

  cut_off = true;
  const Result<LeaseWriteResult> taken = them.take(*them.get(kParent));
  ASSERT_EQ(taken->outcome, dynamodb::kDone);
  Lease child = dynamodb::full_lease(kChild);
  child.parent_ids = {kParent};
  child.checkpoint = "7";  // in progress, so the parent's lease is no longer needed
  ASSERT_EQ(them.create(child)->outcome, dynamodb::kDone);
  LeaseChange end;
  end.checkpoint = kinesis::kShardEnd;
  end.child_ids = {kChild};
  ASSERT_EQ(them.renew(kParent, taken->row->counter, end)->outcome, dynamodb::kDone);
  list(cleaner, kSplit);
  run(8'000, {&us, &cleaner});
  EXPECT_TRUE(us.is_valid(1));

  cut_off = false;
  run(30'000, {&us, &cleaner});
  EXPECT_EQ(us.take_revoked(), std::vector<kinesis::GrantId>{1});
  EXPECT_EQ(them.get(kChild)->owner, "cleaner");
  EXPECT_FALSE(them.get(kParent));
}

}  // namespace
}  // namespace penstock::leases
