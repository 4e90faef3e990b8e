// An input in virtual time, between a model of the service and a disk in memory.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/kinesis/input/input.h"
#include "core/kinesis/input/local_assignment.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {

inline constexpr int64_t kMinuteMs = 60'000;

inline std::string message_of(const std::string& id) {
  return R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":[{"id":")" + id +
         R"(","timestamp":1566741555269,"message":"m"}]})";
}

// One life of a process that reads the stream "in": what it emitted, and what its host answers.
struct Reader {
  // Wraps the assignment with a test's own.
  using Wrap = std::function<std::unique_ptr<kinesis::Assignment>(std::unique_ptr<kinesis::Assignment>)>;

  Reader(SimClock& at, SimEnv& system, const std::string& streams, const kinesis::LocalAssignment::Options& own,
         const kinesis::InputOptions& options, const Wrap& wrap)
      : clock(at),
        client(system.env()),
        assignment(wrap(std::move(*kinesis::LocalAssignment::open(system.env(), "file:/checkpoint", own)))),
        failures(std::move(*kinesis::DeadLetterFile::open(system.env(), "file:/failures"))),
        input(system.env(), with_client(streams), *assignment, *failures, options) {}

  std::vector<kinesis::InputStream> with_client(const std::string& streams) {
    std::vector<kinesis::InputStream> with;
    for (kinesis::StreamName& name : kinesis::parse_stream_names(streams, {}))
      with.push_back({std::move(name), &client});
    return with;
  }

  static int32_t emit(void* ctx, const penstock_batch* batch) {
    auto& self = *static_cast<Reader*>(ctx);
    if (view(batch->shard_id) == self.throws_for) throw std::length_error("basic_string::_M_create");
    if (self.emit_result < 0) return self.emit_result;
    for (uint64_t i = 0; i < batch->record_count; ++i) {
      self.ids.emplace_back(view(batch->records[i].id));
      self.shard_of[self.ids.back()] = view(batch->shard_id);
    }
    self.stream_of_last = view(batch->stream);
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
      if (settling) settle();
      if (done()) return true;
    }
    return false;
  }
  bool run_for(int64_t ms) {
    return run([] { return false; }, ms);
  }
  bool run_until_ids(size_t count, bool settling = true) {
    return run([&] { return ids.size() >= count; }, 2 * kMinuteMs, settling);
  }
  int64_t stat(std::string_view name, std::string_view label = {}) const {
    struct Wanted {
      std::string_view name, label;
      int64_t value = -1;
    } wanted{name, label};
    input.stats(MetricsSink(
        [](void* ctx, const penstock_stat* stat) {
          auto& of = *static_cast<Wanted*>(ctx);
          if (of.name == stat->name && of.label == view(stat->label)) of.value = stat->value;
        },
        &wanted));
    return wanted.value;
  }
  std::set<std::string> distinct() const { return {ids.begin(), ids.end()}; }

  SimClock& clock;
  SimClient client;
  std::unique_ptr<kinesis::Assignment> assignment;
  std::unique_ptr<kinesis::DeadLetterFile> failures;
  kinesis::Input input;
  std::vector<std::string> ids;
  std::map<std::string, std::string> shard_of;
  std::string stream_of_last;
  std::vector<uint64_t> unsettled;
  int32_t emit_result = PENSTOCK_OK;
  std::string throws_for;  // a shard: emitting from it throws, as a defect would
  int64_t max_memory = 0;
};

class input : public testing::Test {
 protected:
  static model::Settings settings() {
    model::Settings settings;
    settings.list_shards_page = 2;
    return settings;
  }
  void make_stream(uint32_t shards) { service.create_stream("in", shards); }
  std::unique_ptr<Reader> start(const Reader::Wrap& wrap = [](auto assignment) { return assignment; }) {
    return std::make_unique<Reader>(clock, sim, streams, own, options, wrap);
  }
  // Kills the process; the next one starts from what is on the disk.
  void kill(std::unique_ptr<Reader>& reader) {
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
  void split() {
    model::Stream& stream = *service.stream("in");
    stream.split(stream.shards().front(), model::HashKey{1} << 127, clock.unix_ms());
  }
  std::string checkpoint_file() const { return sim.files().content("/checkpoint").value_or(""); }

  SimClock clock;
  model::Service service{settings(), [this] { return clock.unix_ms(); }};
  mutable SimEnv sim{clock, service, 20190825};
  std::string streams = "in";
  kinesis::LocalAssignment::Options own;
  kinesis::InputOptions options;
  std::set<std::string> put_ids;
};

}  // namespace penstock::sim
