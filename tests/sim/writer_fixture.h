// A writer in virtual time, which writes to a stream of the model.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "core/kinesis/output/writer.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {

struct KeyedRecord {
  std::string key;
  std::string data;
};

class WriterSim {
 public:
  // endpoint: as for SimClient.
  WriterSim(uint32_t shards, kinesis::Writer::Options options, uint64_t seed = 1, model::Settings settings = {},
            const std::string& endpoint = "")
      : service_settings(std::move(settings)),
        sim(
            clock,
            [this](const std::string&, model::Request request) {
              model::Reply reply = service.handle(std::move(request));
              if (on_reply) on_reply(reply);
              return reply;
            },
            seed),
        client_(sim.env(), endpoint),
        writer_(make(std::move(options))) {
    service.create_stream("out", shards);
  }

  // Writes one batch; every record has the given key.
  void write(const std::vector<KeyedRecord>& keyed) {
    std::vector<penstock_record> records(keyed.size());
    for (size_t i = 0; i < keyed.size(); ++i) {
      records[i].key = bytes(keyed[i].key);
      records[i].body = bytes(keyed[i].data);
    }
    penstock_batch batch = {};
    batch.struct_size = sizeof batch;
    batch.record_stride = sizeof(penstock_record);
    batch.ack_id = ++batches_;
    batch.records = records.data();
    batch.record_count = records.size();
    ASSERT_TRUE(writer_->write(batch).ok());
  }

  // Lets that much time pass, or less if nothing is outstanding before.
  void run_for(int64_t ms) {
    const int64_t until_ms = clock.monotonic_ms() + ms;
    turn();
    while (!writer_->idle() && clock.monotonic_ms() < until_ms) {
      clock.advance_to(std::min({until_ms, writer_->next_deadline_ms(), sim.transport().next_deadline_ms()}));
      turn();
    }
  }

  // Closes the writer as the output stage does: at the deadline, it releases what is still outstanding.
  void close(int64_t deadline_ms) {
    writer_->close();
    run_for(deadline_ms - clock.monotonic_ms());
    writer_->release();
    take_settled();
  }

  kinesis::Writer& writer() { return *writer_; }
  const SimClient& client() const { return client_; }
  size_t settled(int32_t outcome) const {
    size_t count = 0;
    for (const auto& [ack_id, outcomes] : outcomes_)
      count += static_cast<size_t>(std::count(outcomes.begin(), outcomes.end(), outcome));
    return count;
  }
  // Returns the outcomes reported for each batch; batches are numbered from 1.
  const std::map<uint64_t, std::vector<int32_t>>& outcomes() const { return outcomes_; }
  // Visits all records of the stream.
  void each(const std::function<void(const model::Shard&, const model::Record&)>& visit) {
    service.each_record("out", visit);
  }

  model::Settings service_settings;
  SimClock clock;
  model::Service service{service_settings, [this] { return clock.unix_ms(); }};
  SimEnv sim;
  std::function<void(const model::Reply&)>
      on_reply;  // called with each response of the service, lost ones included

 private:
  std::unique_ptr<kinesis::Writer> make(kinesis::Writer::Options options) {
    options.stream = "out";
    return std::make_unique<kinesis::Writer>(
        sim.env(), *dead_letter_file_, std::move(options),
        [this](std::string_view operation, std::string body, size_t most, aws::ServiceClient::Done done) {
          client_.call(operation, std::move(body), most, std::move(done));
        });
  }
  void turn() {
    sim.transport().drive(clock.monotonic_ms());
    writer_->advance();
    take_settled();
  }
  void take_settled() {
    for (const kinesis::SettledBatch& batch : writer_->take_settled())
      outcomes_[batch.ack_id].push_back(batch.outcome);
  }

  SimClient client_;
  std::unique_ptr<kinesis::DeadLetterFile> dead_letter_file_ =
      std::move(*kinesis::DeadLetterFile::open(sim.env(), "file:/failures"));
  std::unique_ptr<kinesis::Writer> writer_;
  uint64_t batches_ = 0;
  std::map<uint64_t, std::vector<int32_t>> outcomes_;
};

}  // namespace penstock::sim
