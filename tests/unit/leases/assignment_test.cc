#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/leases/lease_assignment.h"
#include "tests/unit/leases/lease_terms_test_base.h"

namespace penstock::dynamodb {
namespace {

constexpr int64_t kBeginningMs = 1'700'000'000'123;  // Unix time
const std::string kParent = "shardId-000000000000", kChild = "shardId-000000000001";

class lease_assignment : public LeaseTermsTest {
 protected:
  void run(int64_t for_ms) {
    constexpr int64_t kTurnMs = 100;
    for (int64_t passed_ms = 0; passed_ms < for_ms; passed_ms += kTurnMs) {
      leases.advance();
      clock.advance(kTurnMs);
    }
  }

  bool scans_are_empty = false;  // as a stale read from before the leases were made
  ServiceCall to_table = client.service_call();
  LeaseTable seen{[this](std::string_view operation, std::string body, size_t max_answer_bytes,
                         ServiceClient::Answered answered) {
                    if (scans_are_empty && operation == "Scan")
                      return answered(ServiceAnswer{R"({"Items":[],"Count":0,"ScannedCount":0})", 0});
                    to_table(operation, std::move(body), max_answer_bytes, std::move(answered));
                  },
                  "leases", "us-east-1"};
  LeaseAssignment leases{
      sim.env(),
      seen,
      {.worker = "us", .initial = {InitialPosition::Kind::at_timestamp, kBeginningMs}, .definition = {}}};
  OurWorker us{client, "leases", "us"};
};

// Otherwise the child's lease would say TRIM_HORIZON, and records from before the beginning would be read.
TEST_F(lease_assignment, children_begin_where_the_stream_was_begun_however_old_the_scan) {
  const std::vector<ShardInfo> shards = {{kParent, {}, 0, 9, false}, {kChild, {kParent}, 0, 9, true}};
  ASSERT_TRUE(leases.listed(0, {"in", "", 0}, shards, 0).ok());
  run(5'000);
  const std::vector<Grant> grants = leases.take_grants();
  ASSERT_EQ(grants.size(), 1u);
  ASSERT_EQ(grants[0].shard.id, kParent);

  scans_are_empty = true;
  run(4'000);
  leases.settled(grants[0].id, {std::string(kShardEnd)});
  run(1'000);
  EXPECT_FALSE(us.get(kChild)) << "made from a scan that does not show where the stream was begun";

  scans_are_empty = false;
  run(5'000);
  const std::optional<Lease> child = us.get(kChild);
  ASSERT_TRUE(child);
  EXPECT_EQ(child->started_ms, kBeginningMs);
  EXPECT_EQ(us.get(kParent)->checkpoint, kShardEnd);
}

}  // namespace
}  // namespace penstock::dynamodb
