#include "tests/iam/runs.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "core/kinesis/dead_letter_file.h"
#include "core/kinesis/input/input.h"
#include "core/kinesis/input/local_assignment.h"
#include "core/kinesis/output/writer.h"
#include "core/kinesis/queue/queue_input.h"
#include "core/leases/lease_coordinator.h"
#include "tests/model_kinesis/test_client.h"

namespace penstock::iam {
namespace {

constexpr int64_t kMinuteMs = 60'000;

// Settles what an input emits, except batches that the test holds.
struct Host {
  Host(World& in, kinesis::BatchSource& source) : world(in), input(source) {}

  static int32_t emit(void* ctx, const penstock_batch* batch) {
    auto& self = *static_cast<Host*>(ctx);
    for (uint64_t i = 0; i < batch->record_count; ++i) self.bodies.emplace(view(batch->records[i].body));
    self.unsettled.push_back(batch->ack_id);
    return PENSTOCK_OK;
  }
  void run(int64_t ms, size_t hold = 0) {
    for (const int64_t end_ms = world.clock.monotonic_ms() + ms; world.clock.monotonic_ms() < end_ms;) {
      input.poll(std::min(end_ms, world.clock.monotonic_ms() + 1000), emit, this);
      while (unsettled.size() > hold) {
        input.ack(unsettled.back(), PENSTOCK_DELIVERED);
        unsettled.pop_back();
      }
    }
  }
  bool close() { return input.close(world.clock.monotonic_ms() + kMinuteMs).ok(); }

  World& world;
  kinesis::BatchSource& input;
  std::set<std::string> bodies;
  std::vector<uint64_t> unsettled;
};

std::set<std::string> put_some(World& world, const std::string& prefix) {
  std::set<std::string> put;
  for (int i = 0; i < 20; ++i) {
    const std::string data = prefix + " " + std::to_string(i);
    world.kinesis.preload(kStream, data, data);
    put.insert(data);
  }
  return put;
}

std::unique_ptr<kinesis::DeadLetterFile> dead_letters(World& world) {
  return std::move(*kinesis::DeadLetterFile::open(world.sim.env(), "file:/failures"));
}

std::vector<kinesis::InputStream> streams_of(const std::string& stream, Calls& calls) {
  return {{kinesis::parse_stream_names(stream, {}).front(), &calls.kinesis}};
}

// Writes two batches with records of many keys, one after the other, because the first may be sent before the
// shards are known. Returns whether each record was delivered.
class WriterRun {
 public:
  WriterRun(World& world, kinesis::Writer::Options options)
      : world_(world),
        letters_(dead_letters(world)),
        calls_(world.sim.env()),
        writer_(world.sim.env(), *letters_, std::move(options),
                [this](std::string_view operation, std::string body, size_t most, aws::ServiceClient::Done done) {
                  calls_.kinesis.call(operation, std::move(body), most, std::move(done));
                }) {}

  bool run() {
    for (uint64_t id = 1; id <= 2; ++id) {
      write_batch(id);
      for (const int64_t end_ms = world_.clock.monotonic_ms() + kMinuteMs; world_.clock.monotonic_ms() < end_ms;) {
        turn();
        world_.clock.advance_to(
            std::min({end_ms, writer_.next_deadline_ms(), world_.sim.transport().next_deadline_ms()}));
      }
    }
    world_.sim.kill();
    return delivered_ == 2;
  }

 private:
  void write_batch(uint64_t id) {
    std::vector<std::string> texts;
    for (int i = 0; i < 40; ++i) texts.push_back("record " + std::to_string(i));
    std::vector<penstock_record> records(texts.size());
    for (size_t i = 0; i < texts.size(); ++i) records[i].key = records[i].body = bytes(texts[i]);
    penstock_batch batch = {};
    batch.struct_size = sizeof batch;
    batch.record_stride = sizeof(penstock_record);
    batch.ack_id = id;
    batch.records = records.data();
    batch.record_count = records.size();
    delivered_ -= writer_.write(batch).ok() ? 0 : 2;
  }
  void turn() {
    world_.sim.transport().drive(world_.clock.monotonic_ms());
    writer_.advance();
    for (const kinesis::SettledBatch& batch : writer_.take_settled())
      delivered_ += batch.outcome == PENSTOCK_DELIVERED ? 1 : 0;
  }

  World& world_;
  std::unique_ptr<kinesis::DeadLetterFile> letters_;
  Calls calls_;
  kinesis::Writer writer_;
  int delivered_ = 0;
};

}  // namespace

bool read_with_file(World& world, const std::string& stream, const aws::Role& role) {
  const std::set<std::string> put = put_some(world, "record");
  const auto letters = dead_letters(world);
  Calls calls(world.sim.env(), role);
  const auto assignment = std::move(*kinesis::LocalAssignment::open(world.sim.env(), "file:/checkpoint", {}));
  kinesis::Input input(world.sim.env(), streams_of(stream, calls), *assignment, *letters, {});
  Host host(world, input);
  host.run(2 * kMinuteMs);
  const bool saved = host.close() && world.sim.files().content("/checkpoint").has_value();
  world.sim.kill();
  return saved && host.bodies == put;
}

// Covers what a worker meets in its life: a table that does not exist yet, a split, the end of a shard and of its
// retention, and a lost response.
bool read_with_leases(World& world) {
  std::set<std::string> put = put_some(world, "record");
  const auto letters = dead_letters(world);
  Calls calls(world.sim.env());
  leases::LeaseTable table(
      [&](std::string_view operation, std::string body, size_t most, aws::ServiceClient::Done done) {
        calls.dynamodb.call(operation, std::move(body), most, std::move(done));
      },
      kTable, kRegion);
  leases::LeaseOptions options;
  options.worker = "worker";
  options.definition = {true, {{"team", "logs"}}};
  leases::LeaseCoordinator coordinator(world.sim.env(), table, options);
  kinesis::Input input(world.sim.env(), streams_of(kStream, calls), coordinator, *letters, {});
  Host host(world, input);
  host.run(2 * kMinuteMs);
  model::Stream& stream = *world.kinesis.stream(kStream);
  model::Shard& parent = stream.shards().front();
  stream.split(parent, model::HashKey{1} << 126, world.clock.unix_ms());
  put.merge(put_some(world, "after the split"));
  host.run(2 * kMinuteMs);
  world.kinesis.trim(parent, SIZE_MAX);
  world.dynamodb.faults().next_calls("UpdateItem", model::lose_response());
  host.run(5 * kMinuteMs);
  const bool saved = host.close();
  const dynamodb::Table* const kept = world.dynamodb.table(kTable);
  bool is_saved = kept != nullptr;
  for (size_t i = 1; is_saved && i < stream.shards().size(); ++i) {
    const dynamodb::Item* const row = kept->row(stream.shards()[i].id());
    is_saved = row != nullptr && row->find("checkpoint")->second.text != "TRIM_HORIZON";
  }
  world.sim.kill();
  return saved && is_saved && host.bodies == put;
}

// One record is held beyond its visibility timeout, and one is not settled before the end.
bool read_queue(World& world) {
  const std::set<std::string> put = put_some(world, "record");
  const auto letters = dead_letters(world);
  Calls calls(world.sim.env());
  kinesis::QueueInput input(world.sim.env(), calls.kinesis, *kinesis::parse_queue_arn(world.queue_arn),
                            letters.get(), {});
  Host host(world, input);
  host.run(2 * kMinuteMs, 1);
  const bool closed = host.close();
  const model::QueueCounts counts = world.kinesis.queue_counts(world.queue_arn);
  world.sim.kill();
  return closed && host.bodies == put && counts.visible + counts.in_flight <= 1;
}

bool write_plain(World& world, const std::string& stream) {
  kinesis::Writer::Options options;
  options.stream = stream;
  return WriterRun(world, std::move(options)).run();
}

bool write_kpl(World& world) {
  kinesis::Writer::Options options;
  options.stream = kStream;
  options.calls.aggregator.aggregate = kinesis::Aggregator::Aggregate::kpl;
  return WriterRun(world, std::move(options)).run();
}

bool put_log_events(World& world, const std::string& account) {
  const std::optional<model::AccessKey> key =
      world.iam.assume(kRoleArn, {.account = "", .arn = "", .service = "logs.amazonaws.com"}, "subscription",
                       {{"aws:SourceArn", "arn:aws:logs:us-east-1:" + account + ":log-group:/aws/lambda/f:*"}});
  if (!key) return false;
  model::TestClient client([&](model::Request request) { return world.kinesis.handle(std::move(request)); },
                           [&] { return world.clock.unix_ms(); });
  client.key = *key;
  return client
      .call("PutRecord", R"({"StreamARN":")" + std::string(kStreamArn) +
                             R"(","PartitionKey":"log stream","Data":"bWVzc2FnZQ=="})")
      .ok();
}

}  // namespace penstock::iam
