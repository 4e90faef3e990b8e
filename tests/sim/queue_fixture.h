// A queue input in virtual time, between a model of the service and a disk in memory.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "core/kinesis/queue/queue_input.h"
#include "tests/sim/input_fixture.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {

inline constexpr int64_t kSecondMs = 1000;

// One life of a process that receives from a queue: what it emitted, and what its host answers.
struct QueueReader {
  // on_failure: "queue", or as in DeadLetterFile.
  QueueReader(SimClock& at, SimEnv& system, const std::string& arn, const kinesis::QueueInputOptions& options,
              const std::string& on_failure)
      : clock(at),
        client(system.env()),
        failures(on_failure == "queue" ? nullptr
                                       : std::move(*kinesis::DeadLetterFile::open(system.env(), on_failure))),
        input(system.env(), client, *kinesis::parse_queue_arn(arn), failures.get(), options) {}

  static int32_t emit(void* ctx, const penstock_batch* batch) {
    auto& self = *static_cast<QueueReader*>(ctx);
    if (self.emit_result < 0) return self.emit_result;
    for (uint64_t i = 0; i < batch->record_count; ++i) self.ids.emplace_back(view(batch->records[i].id));
    self.stream_of_last = view(batch->stream);
    self.record_id_of_last = view(batch->sequence_number);
    EXPECT_EQ(view(batch->shard_id), "");
    self.unsettled.push_back(batch->ack_id);
    return self.emit_result;
  }
  void settle(int32_t outcome = PENSTOCK_DELIVERED) {
    for (const uint64_t id : std::exchange(unsettled, {})) EXPECT_TRUE(input.ack(id, outcome));
  }
  // Polls and settles until done() or until that much virtual time has passed.
  template <typename Done>
  bool run(Done done, int64_t ms = 2 * kMinuteMs, bool settling = true) {
    for (const int64_t end_ms = clock.monotonic_ms() + ms; clock.monotonic_ms() < end_ms;) {
      input.poll(std::min(end_ms, clock.monotonic_ms() + 1000), emit, this);
      max_memory = std::max(max_memory, stat("memory_bytes"));
      max_calls = std::max(max_calls, stat("receive_calls"));
      if (settling) settle();
      if (done()) return true;
    }
    return false;
  }
  void run_for(int64_t ms, bool settling = true) {
    run([] { return false; }, ms, settling);
  }
  bool run_until_ids(size_t count, bool settling = true) {
    return run([&] { return ids.size() >= count; }, 2 * kMinuteMs, settling);
  }
  bool run_until_acknowledged() {
    return run([&] { return stat("open_records") == 0 && unsettled.empty(); });
  }
  Status close(int64_t ms = 10'000) { return input.close(clock.monotonic_ms() + ms); }
  int64_t stat(std::string_view name) const {
    struct Wanted {
      std::string_view name;
      int64_t value = -1;
    } wanted{name};
    input.stats(MetricsSink(
        [](void* ctx, const penstock_stat* stat) {
          auto& of = *static_cast<Wanted*>(ctx);
          if (of.name == stat->name) of.value = stat->value;
        },
        &wanted));
    return wanted.value;
  }
  std::set<std::string> distinct() const { return {ids.begin(), ids.end()}; }

  SimClock& clock;
  SimClient client;
  std::unique_ptr<kinesis::DeadLetterFile> failures;
  kinesis::QueueInput input;
  std::vector<std::string> ids;
  std::string stream_of_last, record_id_of_last;
  std::vector<uint64_t> unsettled;
  int32_t emit_result = PENSTOCK_OK;
  int64_t max_memory = 0;
  int64_t max_calls = 0;
};

class queue_input : public testing::Test {
 protected:
  void SetUp() override {
    service.create_stream("in", 2);
    arn = service.create_queue("q", "in", attributes);
  }
  std::unique_ptr<QueueReader> start() {
    return std::make_unique<QueueReader>(clock, sim, arn, options, on_failure);
  }
  // Kills the process; the next one starts from what is on the disk.
  void kill(std::unique_ptr<QueueReader>& reader) {
    sim.kill();
    reader.reset();
  }
  void put(const std::string& id) {
    service.preload("in", id, message_of(id));
    put_ids.insert(id);
  }
  void put_many(const std::string& prefix, int count) {
    for (int i = 0; i < count; ++i) put(prefix + std::to_string(i));
  }
  model::QueueCounts counts() { return service.queue_counts(arn); }
  uint64_t calls(const std::string& operation) const {
    const auto found = service.stats().calls.find(operation);
    return found == service.stats().calls.end() ? 0 : found->second;
  }

  SimClock clock;
  model::Service service{{}, [this] { return clock.unix_ms(); }};
  mutable SimEnv sim{clock, service, 20190825};
  model::QueueAttributes attributes;
  std::string arn;
  kinesis::QueueInputOptions options;
  std::string on_failure = "file:/failures";
  std::set<std::string> put_ids;
};

}  // namespace penstock::sim
