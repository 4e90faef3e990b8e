#include "tests/abi/allocation/reading.h"

#include <set>
#include <utility>
#include <vector>

#include "tests/gzip.h"

namespace penstock::abi {
namespace {

using memory::Unwatched;

constexpr int kMessages = 6;

std::string message(int number) {
  std::string out = R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"/aws/lambda/a group","logStream":"a )"
                    R"(stream","subscriptionFilters":["f"],"logEvents":[)";
  for (int i = 0; i < 3; ++i)
    out += std::string(i == 0 ? "" : ",") + R"({"id":"event-)" + std::to_string(number) + "-" + std::to_string(i) +
           R"(","timestamp":1566741555269,"message":"the mill wheel turns, and turns, and turns"})";
  return out + "]}";
}

// Messages in turn as gzip of one message, gzip of the same message twice, and plain text, and one record that
// cannot be decoded.
const std::vector<std::string>& source_records() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> records;
    for (int i = 0; i < kMessages; ++i) {
      const std::string text = message(i);
      records.push_back(i % 3 == 0 ? gzip(text) : i % 3 == 1 ? gzip(text + message(i)) : text);
      if (i == 3) records.push_back(gzip(text).substr(0, 60));
    }
    return records;
  }();
  return all;
}

const std::set<std::string>& expected_events() {
  static const std::set<std::string> all = [] {
    std::set<std::string> ids;
    for (int i = 0; i < kMessages; ++i)
      for (int k = 0; k < 3; ++k) ids.insert("event-" + std::to_string(i) + "-" + std::to_string(k));
    return ids;
  }();
  return all;
}

struct Taken {
  std::set<std::string> events;
  std::vector<uint64_t> to_ack;
  Positions last;
  bool rejected = false;  // the first batch was rejected, so that it is emitted again
};

int32_t emit(void* ctx, const penstock_batch* batch) {
  const Unwatched own;
  auto& taken = *static_cast<Taken*>(ctx);
  if (!std::exchange(taken.rejected, true)) return PENSTOCK_E_IO;
  for (uint64_t i = 0; i < batch->record_count; ++i) taken.events.insert(text(batch->records[i].id));
  taken.to_ack.push_back(batch->ack_id);
  taken.last[text(batch->shard_id)] = text(batch->sequence_number);
  return PENSTOCK_OK;
}

}  // namespace

void fill(model::Service& kinesis) {
  for (size_t i = 0; i < source_records().size(); ++i)
    kinesis.preload("in", "key " + std::to_string(i), source_records()[i]);
}

Positions read_all(Calls& calls, World& world, penstock_instance* self,
                   const std::function<bool(const Positions&)>& saved) {
  const penstock_stage* const stage = kinesis_input();
  Taken taken;
  const auto stat = [&](const char* name) { return stat_of(stage, self, name); };
  const bool done = world.drive(
      stage, self,
      [&] {
        return taken.events == expected_events() && stat("open_records") == 0 && stat("dead_letter_records") > 0 &&
               saved(taken.last);
      },
      [&] {
        calls.maybe("poll", [&](penstock_error* error) {
          const bool first = !taken.rejected;
          const int32_t code = stage->input->poll(self, 0, emit, &taken, error);
          return first && taken.rejected && code == PENSTOCK_E_IO ? PENSTOCK_OK : code;
        });
        for (const uint64_t id : std::exchange(taken.to_ack, {}))
          EXPECT_TRUE(calls.well_at_last("ack", [&](penstock_error* error) {
            return stage->input->ack(self, id, PENSTOCK_DELIVERED, error);
          }));
      });
  EXPECT_TRUE(done) << taken.events.size() << " of " << expected_events().size() << " events came, open records "
                    << stat("open_records") << ", failures " << stat("dead_letter_records") << '\n'
                    << world.log();
  EXPECT_EQ(stat("unacked_batches"), 0);
  read_stats(calls, stage, self);
  return taken.last;
}

}  // namespace penstock::abi
