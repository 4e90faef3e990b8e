// A writer with fakes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "core/kinesis/output/writer.h"
#include "tests/unit/core/kinesis/output/writer_fakes.h"

namespace penstock::kinesis {

using Outcomes = std::vector<std::pair<uint64_t, int32_t>>;

struct WriterFixture {
  static constexpr int64_t kLingerMs = 100;

  explicit WriterFixture(size_t mem_limit_bytes = 256 << 20)
      : WriterFixture({.stream = "out", .mem_limit_bytes = mem_limit_bytes, .calls = {.linger_ms = kLingerMs}}) {}
  explicit WriterFixture(Writer::Options options)
      : failures(std::move(*DeadLetterFile::open(system.env, "file:/failures"))),
        writer(system.env, *failures, std::move(options),
               [this](std::string_view operation, const std::string& body, size_t, aws::ServiceClient::Done done) {
                 service.call(operation, body, std::move(done));
               }) {}

  // Returns a batch without records; its log stream "ls" becomes the partition key.
  static penstock_batch origin(uint64_t ack_id) {
    penstock_batch batch = {};
    batch.struct_size = sizeof batch;
    batch.record_stride = sizeof(penstock_record);
    batch.ack_id = ack_id;
    batch.log_stream = bytes("ls");
    batch.sequence_number = bytes("4957");
    return batch;
  }

  void write(uint64_t ack_id, const std::vector<std::string>& bodies) {
    std::vector<penstock_record> records(bodies.size());
    for (size_t i = 0; i < bodies.size(); ++i) records[i].body = bytes(bodies[i]);
    penstock_batch batch = origin(ack_id);
    batch.records = records.data();
    batch.record_count = records.size();
    ASSERT_TRUE(writer.write(batch).ok());
  }

  // Lets time pass, and calls the writer at each of its deadlines.
  void pass(int64_t ms) {
    const int64_t until_ms = system.clock.now_ms + ms;
    for (advance(); writer.next_deadline_ms() <= until_ms; advance())
      system.clock.now_ms = std::max(system.clock.now_ms, writer.next_deadline_ms());
    system.clock.now_ms = until_ms;
  }

  // Returns what was settled since the last call.
  Outcomes settled() {
    take_settled();
    return std::exchange(outcomes, {});
  }

  void advance() {
    writer.advance();
    take_settled();
  }

  void take_settled() {
    for (const SettledBatch& batch : writer.take_settled()) outcomes.emplace_back(batch.ack_id, batch.outcome);
  }

  // Returns the value of a statistic; -1 if it is not reported.
  int64_t stat(std::string_view name, std::string_view label = {}) const {
    struct Wanted {
      std::string_view name, label;
      int64_t value = -1;
    } wanted{name, label};
    writer.stats(MetricsSink(
        [](void* ctx, const penstock_stat* stat) {
          auto& of = *static_cast<Wanted*>(ctx);
          if (of.name == stat->name && of.label == view(stat->label)) of.value = stat->value;
        },
        &wanted));
    return wanted.value;
  }

  FakeSystem system;
  FakeService service;
  Outcomes outcomes;
  std::unique_ptr<DeadLetterFile> failures;
  Writer writer;
};

}  // namespace penstock::kinesis
