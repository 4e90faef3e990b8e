// Fails each allocation in turn while an output writes: each record is delivered, and settled once.
#include <map>
#include <string>
#include <vector>

#include "tests/abi/allocation/world.h"

namespace penstock::abi {
namespace {

using memory::Unwatched;

constexpr uint64_t kBatches = 3;
constexpr int kRecords = 3;

std::string body_of(uint64_t batch, int record) {
  return R"({"batch":)" + std::to_string(batch) + R"(,"record":)" + std::to_string(record) +
         R"(,"text":"longer than what a string holds without memory"})";
}

using Outcomes = std::multimap<uint64_t, int32_t>;

void settle(void* ctx, uint64_t ack_id, int32_t outcome) {
  const Unwatched own;
  static_cast<Outcomes*>(ctx)->emplace(ack_id, outcome);
}

struct Work {
  Options options;
  bool rejections = false;  // the service rejects some records and throttles some calls
};

bool write(Calls& calls, penstock_instance* self, uint64_t id) {
  std::vector<std::string> bodies;
  for (int i = 0; i < kRecords; ++i) bodies.push_back(body_of(id, i));
  std::vector<penstock_record> records(bodies.size());
  for (size_t i = 0; i < records.size(); ++i) records[i].body = bytes(bodies[i]);
  OneLine line;
  line.batch.ack_id = id;
  line.batch.log_stream = bytes("2019/08/25/[$LATEST]a stream of its own");
  line.batch.records = records.data();
  line.batch.record_count = records.size();
  const penstock_stage* const stage = kinesis_output();
  return calls.well_at_last("write",
                            [&](penstock_error* error) { return stage->output->write(self, &line.batch, error); });
}

bool write_too_large(Calls& calls, penstock_instance* self, uint64_t id) {
  const std::string large(3'000, 'x');
  OneLine line;
  line.batch.ack_id = id;
  line.record.body = bytes(large);
  const penstock_stage* const stage = kinesis_output();
  return calls.well_at_last("write of a record that is too large",
                            [&](penstock_error* error) { return stage->output->write(self, &line.batch, error); });
}

void expect_all_arrived(const World& world) {
  std::string all;
  world.kinesis.each_record("out", [&](const model::Shard&, const model::Record& record) { all += record.data; });
  for (uint64_t id = 1; id <= kBatches; ++id)
    for (int i = 0; i < kRecords; ++i)
      EXPECT_NE(all.find(body_of(id, i).substr(0, 24)), std::string::npos) << body_of(id, i) << " is lost";
}

void run(Calls& calls, const Work& work, const Folder& folder) {
  const penstock_stage* const stage = kinesis_output();
  World world;
  world.kinesis.create_stream("out", 2);
  model::FaultRates rates;
  rates.reject_records = work.rejections ? 0.2 : 0;
  rates.throttle = work.rejections ? 0.1 : 0;
  world.kinesis.faults().set_rates(rates);
  Options options = world.options("out", work.options);
  options.emplace_back("max_record_bytes", "2K");
  options.emplace_back("on_failure", "file:" + folder.path + "/failures");
  penstock_instance* const self = world.make(calls, stage, options);
  if (self == nullptr) return;
  for (uint64_t id = 1; id <= kBatches; ++id) EXPECT_TRUE(write(calls, self, id));
  EXPECT_TRUE(write_too_large(calls, self, kBatches + 1));
  Outcomes outcomes;
  world.drive(
      stage, self, [&] { return outcomes.size() > kBatches; },
      [&] {
        calls.maybe("pump",
                    [&](penstock_error* error) { return stage->output->pump(self, 0, settle, &outcomes, error); });
      });
  read_stats(calls, stage, self);
  Outcomes right;
  for (uint64_t id = 1; id <= kBatches; ++id) right.emplace(id, PENSTOCK_DELIVERED);
  right.emplace(kBatches + 1, PENSTOCK_DEAD_LETTERED);
  EXPECT_EQ(outcomes, right) << world.log();

  // A batch that is in flight at the end is settled, whatever close() returned.
  EXPECT_TRUE(write(calls, self, 99));
  calls.maybe("close", [&](penstock_error* error) { return stage->close(self, 0, error); });
  outcomes.clear();
  const auto last = [&](penstock_error* error) { return stage->output->pump(self, 0, settle, &outcomes, error); };
  EXPECT_TRUE(calls.well_at_last("pump after close", last));
  EXPECT_EQ(outcomes.count(99), 1u);
  Calls::watched([&] { stage->destroy(self); });
  expect_all_arrived(world);
}

void sweep_output(const char* name, const Work& work) {
  const Folder folder;
  sweep(name, [&](Calls& calls) { run(calls, work, folder); });
}

TEST(allocation_failure_of_the_output,
     an_allocation_failure_is_reported_and_every_record_is_delivered_and_settled_once) {
  sweep_output("output, as it is by default", {});
}

TEST(allocation_failure_of_the_output, an_allocation_failure_loses_no_line_and_keeps_the_order_under_rejections) {
  sweep_output("output, aggregate newline, ordering per_key, refusals",
               {{{"aggregate", "newline"}, {"ordering", "per_key"}}, true});
}

TEST(allocation_failure_of_the_output, an_allocation_failure_loses_no_aggregated_record_under_rejections) {
  sweep_output("output, aggregate kpl, refusals", {{{"aggregate", "kpl"}}, true});
}

}  // namespace
}  // namespace penstock::abi
