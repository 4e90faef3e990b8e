// Fails each allocation in turn while an input receives the records of a queue: every event arrives, every record
// is acknowledged at last, and none before it is settled.
#include <set>
#include <string>

#include "tests/abi/allocation/reading.h"

namespace penstock::abi {
namespace {

using memory::Unwatched;

constexpr size_t kEvents = 18;                    // that fill() puts
constexpr const char* kUndecodableKey = "key 4";  // partition key of its record that cannot be decoded

Options options(const std::string& queue_arn, const Folder& folder) {
  return {{"queue_arn", queue_arn},
          {"endpoint", "http://127.0.0.1:1"},
          {"on_failure", "file:" + folder.path + "/failures"}};
}

std::string make_queue(World& world) {
  world.kinesis.create_stream("in", 2);
  fill(world.kinesis);
  return world.kinesis.create_queue("queue", "in");
}

void run(Calls& calls, const Folder& folder) {
  const penstock_stage* const stage = kinesis_input();
  World world;
  const std::string queue = make_queue(world);
  penstock_instance* const self = world.make(calls, stage, options(queue, folder));
  if (self == nullptr) return;
  read_all(calls, world, self, [&](const Positions&) {
    const model::QueueCounts counts = world.kinesis.queue_counts(queue);
    return counts.visible + counts.in_flight == 0;
  });
  EXPECT_EQ(world.kinesis.queue_counts(queue).dead_letters, 0U);
  calls.maybe("close", [&](penstock_error* error) { return stage->close(self, 0, error); });
  Calls::watched([&] { stage->destroy(self); });
}

TEST(allocation_failure_of_the_queue_input,
     an_allocation_failure_is_reported_and_every_event_arrives_and_every_record_is_acknowledged) {
  const Folder folder;
  sweep("input, a queue", [&](Calls& calls) { run(calls, folder); });
}

// Events of batches that are never settled.
struct Emitted {
  std::set<std::string> events;
};

int32_t take(void* ctx, const penstock_batch* batch) {
  const Unwatched own;
  for (uint64_t i = 0; i < batch->record_count; ++i)
    static_cast<Emitted*>(ctx)->events.insert(text(batch->records[i].id));
  return PENSTOCK_OK;
}

void run_unsettled(Calls& calls, const Folder& folder) {
  const penstock_stage* const stage = kinesis_input();
  World world;
  const std::string queue = make_queue(world);
  world.kinesis.on_acknowledged([](const model::Queue&, const model::Shard&, const model::Record& record) {
    EXPECT_EQ(record.partition_key, kUndecodableKey) << "is acknowledged, but not settled";
  });
  penstock_instance* const self = world.make(calls, stage, options(queue, folder));
  if (self == nullptr) return;
  Emitted emitted;
  EXPECT_TRUE(world.drive(
      stage, self,
      [&] { return emitted.events.size() == kEvents && stat_of(stage, self, "acknowledged_records") > 0; },
      [&] {
        calls.maybe("poll",
                    [&](penstock_error* error) { return stage->input->poll(self, 0, take, &emitted, error); });
      }))
      << emitted.events.size() << " events came\n"
      << world.log();
  // Without time to make the records visible, close() reports that it could not.
  Calls::watched([&] {
    stage->close(self, 0, nullptr);
    stage->destroy(self);
  });
}

TEST(allocation_failure_of_the_queue_input,
     an_allocation_failure_is_reported_and_no_record_is_acknowledged_that_is_not_settled) {
  const Folder folder;
  sweep("input, a queue whose records are never settled", [&](Calls& calls) { run_unsettled(calls, folder); });
}

}  // namespace
}  // namespace penstock::abi
