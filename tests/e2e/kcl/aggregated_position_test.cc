// One library continues in the middle of an aggregated record, where a worker of the other has left or failed.
#include <signal.h>

#include "tests/e2e/kcl/kcl_fixture.h"
#include "tests/e2e/kcl/mixed_fleet.h"

namespace penstock::e2e {
namespace {

constexpr size_t kUserRecords = 1'000, kPart = 400;

// A KCL worker that has checkpointed at user record kPart - 1 of 1,000 ends by this signal.
void continue_after_kcl(DynamoDb& dynamodb, const std::string& class_path, int signal,
                        const std::string& scenario) {
  MixedFleet fleet(dynamodb, class_path, 1);
  fleet.put_aggregated(kUserRecords);
  ChildProcess& theirs = fleet.start_kcl({.last = std::to_string(kPart - 1)});
  ASSERT_TRUE(theirs.says("stopped in/", 180)) << fleet.logs();
  theirs.signal(signal);
  theirs.wait(90);
  ChildProcess& ours = fleet.start_penstock();
  ASSERT_TRUE(fleet.wait(ours, [&] { return fleet.all_read(); })) << fleet.logs();
  const MixedFleet::Count count = fleet.count(scenario);
  EXPECT_EQ(count.lost, 0U) << fleet.logs();
  EXPECT_EQ(count.duplicated, 0U) << fleet.logs();
}

TEST_F(kcl, penstock_continues_within_an_aggregated_record_after_a_kcl_worker_has_left) {
  continue_after_kcl(*dynamodb, class_path, SIGTERM, "KCL leaves within an aggregated record");
}

TEST_F(kcl, penstock_continues_within_an_aggregated_record_after_a_kcl_worker_was_killed) {
  continue_after_kcl(*dynamodb, class_path, SIGKILL, "KCL is killed within an aggregated record");
}

// One of our workers delivers the user records one by one, and ends by this signal when the service has accepted
// kPart of 1,000 and accepts no more.
void continue_after_penstock(DynamoDb& dynamodb, const std::string& class_path, int signal,
                             const std::string& scenario) {
  MixedFleet fleet(dynamodb, class_path, 1);
  fleet.with_service([&](model::Service& service) {
    size_t accepted = 0;
    service.on_request([&service, accepted](uint64_t number, const model::Request& request) mutable {
      if (model::header(request.headers, "x-amz-target") != "Kinesis_20131202.PutRecords") return;
      if (accepted++ >= kPart) service.faults().at(number, model::throttle());
    });
  });
  fleet.put_aggregated(kUserRecords);
  ChildProcess& ours = fleet.start_penstock("    ordering per_key\n");
  EXPECT_TRUE(fleet.wait(ours, [&] { return fleet.reads().size() == kPart; })) << fleet.logs();
  const auto saved = [&] {
    return fleet.call_dynamodb("Scan", std::string(R"({"TableName":")") + MixedFleet::kApplication + R"("})")
        .text("Items.0.checkpointSubSequenceNumber.N");
  };
  if (signal == SIGKILL)
    EXPECT_TRUE(fleet.wait(ours, [&] { return saved() == std::to_string(kPart - 1); })) << saved() << fleet.logs();
  ours.signal(signal);
  ours.wait(90);
  ChildProcess& theirs = fleet.start_kcl();
  EXPECT_TRUE(fleet.wait(theirs, [&] { return fleet.all_read(); })) << fleet.logs();
  const MixedFleet::Count count = fleet.count(scenario);
  EXPECT_EQ(count.lost, 0U) << fleet.logs();
  EXPECT_EQ(count.duplicated, 0U) << fleet.logs();
  fleet.with_service([](model::Service& service) { service.on_request(nullptr); });
}

TEST_F(kcl, kcl_continues_within_an_aggregated_record_after_our_worker_has_left) {
  continue_after_penstock(*dynamodb, class_path, SIGTERM, "Penstock leaves within an aggregated record");
}

TEST_F(kcl, kcl_continues_within_an_aggregated_record_after_our_worker_was_killed) {
  continue_after_penstock(*dynamodb, class_path, SIGKILL, "Penstock is killed within an aggregated record");
}

}  // namespace
}  // namespace penstock::e2e
