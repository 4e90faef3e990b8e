// Input, filter and output together in virtual time.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "core/kinesis/input/input.h"
#include "core/kinesis/input/local_assignment.h"
#include "core/kinesis/output/writer.h"
#include "core/logs/record/lambda_filter.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr size_t kMemLimit = 8 << 20;
constexpr size_t kLargestBatch = 256 << 10;

class e2e : public testing::Test {
 protected:
  e2e() {
    service.create_stream("in", 2);
    service.create_stream("out", 20);
  }

  // Puts a record of 100 events of about a kilobyte each.
  void put() {
    const std::string number = std::to_string(puts++);
    std::string text = R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":")" + number +
                       R"(","logEvents":[)";
    for (int i = 0; i < 100; ++i)
      text += (i == 0 ? "" : ",") + (R"({"id":")" + number + "-" + std::to_string(i)) +
              R"(","timestamp":1566741555269,"message":")" + std::string(1000, 'x') + "\"}";
    service.preload("in", number, text + "]}");
  }

  static int32_t from_input(void* ctx, const penstock_batch* batch) {
    auto& self = *static_cast<e2e*>(ctx);
    self.unsettled[batch->ack_id] = 1;
    EXPECT_GE(self.filter.apply(*batch, from_filter, ctx), 0);
    self.release(batch->ack_id);
    return self.writer.full() ? PENSTOCK_FULL : PENSTOCK_OK;
  }
  static int32_t from_filter(void* ctx, const penstock_batch* batch) {
    auto& self = *static_cast<e2e*>(ctx);
    ++self.unsettled[batch->ack_id];
    EXPECT_TRUE(self.writer.write(*batch).ok());
    return PENSTOCK_OK;
  }
  void release(uint64_t ack_id) {
    if (--unsettled[ack_id] > 0) return;
    unsettled.erase(ack_id);
    done.push_back(ack_id);
  }

  // Runs one turn of a host's loop, then advances to the next deadline, or to until_ms if that is earlier.
  void turn(int64_t until_ms) {
    out.transport().drive(0);
    writer.advance();
    for (const kinesis::SettledBatch& batch : writer.take_settled()) release(batch.ack_id);
    for (const uint64_t ack_id : std::exchange(done, {})) EXPECT_TRUE(input.ack(ack_id, PENSTOCK_DELIVERED));
    if (writer.full())
      input.pump(0);
    else
      input.poll(0, from_input, this);
    max_held = std::max(max_held, static_cast<size_t>(writer.counters().in_flight_bytes));
    clock.advance_to(std::min({until_ms, writer.next_deadline_ms(), out.transport().next_deadline_ms(),
                               input.next_deadline_ms(), in.transport().next_deadline_ms()}));
  }
  void run_for(int64_t ms) {
    for (const int64_t until_ms = clock.monotonic_ms() + ms; clock.monotonic_ms() < until_ms;) turn(until_ms);
  }
  size_t delivered() {
    size_t count = 0;
    service.each_record("out", [&](const model::Shard&, const model::Record&) { ++count; });
    return count;
  }

  SimClock clock;
  model::Service service{{}, [this] { return clock.unix_ms(); }};
  SimEnv in{clock, service, 1};
  SimEnv out{clock, service, 2};
  SimClient in_client{in.env()};
  SimClient out_client{out.env()};
  std::unique_ptr<kinesis::LocalAssignment> assignment =
      std::move(*kinesis::LocalAssignment::open(in.env(), "file:/checkpoint", {}));
  std::unique_ptr<kinesis::DeadLetterFile> in_failures =
      std::move(*kinesis::DeadLetterFile::open(in.env(), "file:/failures"));
  std::unique_ptr<kinesis::DeadLetterFile> out_failures =
      std::move(*kinesis::DeadLetterFile::open(out.env(), "file:/failures"));
  kinesis::Input input{
      in.env(), {{{"in", "in", "", ""}, &in_client}}, *assignment, *in_failures, {.mem_limit_bytes = kMemLimit}};
  logs::LambdaFilter filter{logs::LambdaFilterOptions{}};
  kinesis::Writer writer{
      out.env(),
      *out_failures,
      {.stream = "out", .mem_limit_bytes = kMemLimit},
      [this](std::string_view operation, std::string body, size_t most, aws::ServiceClient::Done completed) {
        out_client.call(operation, std::move(body), most, std::move(completed));
      }};

  int puts = 0;
  std::map<uint64_t, int> unsettled;
  std::vector<uint64_t> done;
  size_t max_held = 0;
};

TEST_F(e2e, an_output_blocked_for_ten_minutes_loses_nothing_and_recovers_by_itself) {
  for (int i = 0; i < 50; ++i) put();
  run_for(kMinuteMs);
  EXPECT_EQ(delivered(), 5000u);

  out.transport().cut_off_until(clock.monotonic_ms() + 10 * kMinuteMs);
  for (int minute = 0; minute < 10; ++minute) {
    for (int i = 0; i < 60; ++i) put();
    run_for(kMinuteMs);
  }
  EXPECT_EQ(delivered(), 5000u) << "nothing can have arrived";
  EXPECT_TRUE(writer.full());
  EXPECT_LE(max_held, kMemLimit + kLargestBatch);

  run_for(2 * kMinuteMs);
  EXPECT_EQ(delivered(), 65000u) << "everything, without duplicates";
  EXPECT_TRUE(writer.idle());
  EXPECT_TRUE(unsettled.empty());
}

}  // namespace
}  // namespace penstock::sim
