#include "tests/simulator/producer.h"

#include <algorithm>
#include <utility>

#include "core/env.h"
#include "tests/gzip.h"
#include "tests/kpl_bytes.h"

namespace penstock::simulator {

namespace {
constexpr size_t kMaxUserRecords = 5;
constexpr uint64_t kProducerSeed = 0x70726F6475636572;
}  // namespace

// The seeds depend on this name, because it is the partition key.
std::string key_stream_name(size_t key_stream) { return "lane-" + std::to_string(key_stream); }

Producer::Producer(const Plan& plan, model::Service& kinesis, Ledger& ledger, sim::SimClock& clock)
    : plan_(plan),
      kinesis_(kinesis),
      ledger_(ledger),
      random_(plan.seed ^ kProducerSeed),
      epoch_ms_(clock.unix_ms()),
      end_ms_(clock.monotonic_ms() + plan.load_ms),
      next_put_ms_(clock.monotonic_ms()),
      in_key_stream_(plan.key_streams) {}

bool Producer::chance(double share) { return static_cast<double>(random_.up_to(999'999)) < share * 1e6; }

void Producer::put() {
  size_t key_stream = random_.up_to(plan_.key_streams - 1);
  if (kinesis_.stream(kSourceStreams[key_stream % plan_.streams]) == nullptr) --key_stream;  // not yet
  const bool aggregated = chance(plan_.aggregated_share);
  const size_t user_records = aggregated ? 1 + random_.up_to(kMaxUserRecords - 1) : 1;
  const std::string stream = kSourceStreams[key_stream % plan_.streams];
  const bool may_be_keyless = kinesis_.stream(stream)->distribution() == model::Distribution::automatic;
  const std::string key =
      may_be_keyless && chance(plan_.keyless_share) ? std::string() : key_stream_name(key_stream);
  std::string message = kpl_bytes::partition_key(key_stream_name(key_stream));
  std::string data;
  std::vector<Item> items;
  for (size_t i = 0; i < user_records; ++i) {
    Made made = make(key_stream, ledger_.size() + items.size());
    for (Item& item : made.items) {
      item.user_record = i;
      items.push_back(std::move(item));
    }
    message += kpl_bytes::user_record(0, made.data);
    data = std::move(made.data);
  }
  if (aggregated) data = kpl_bytes::sealed(message);
  const model::Record& record = kinesis_.preload(stream, key, data);
  const int64_t now_ms = record.arrival_ms;
  const uint32_t index = model::parse_sequence_number(record.sequence_number.text())->shard;
  const std::string shard = shard_name(stream, kinesis_.stream(stream)->shards()[index].id());
  for (Item& item : items) item.too_early = too_early(shard, now_ms);
  ledger_.put(shard, std::move(items), now_ms);

  if (ledger_.size() >= plan_.events) {
    next_put_ms_ = kNever;
    return;
  }
  // Some are put together, so that all are put in time.
  const auto left = static_cast<int64_t>(plan_.events - ledger_.size());
  const int64_t max_ms = 2 * std::max<int64_t>(0, end_ms_ - next_put_ms_) / left;
  if (random_.up_to(2) > 0) next_put_ms_ += static_cast<int64_t>(random_.up_to(static_cast<uint64_t>(max_ms)));
}

// What "latest" means is decided when the first shard is requested.
bool Producer::too_early(const std::string& shard, int64_t arrival_ms) {
  if (plan_.initial == kinesis::InitialPosition::Kind::latest) return !ledger_.started(ledger_.shard(shard));
  return plan_.initial == kinesis::InitialPosition::Kind::at_timestamp &&
         arrival_ms < epoch_ms_ + plan_.initial_ms;
}

Item Producer::next_of(size_t key_stream, Item::Kind kind) {
  Item item;
  item.kind = kind;
  item.key_stream = key_stream;
  item.number = in_key_stream_[key_stream]++;
  return item;
}

Producer::Made Producer::make(size_t key_stream, ItemNumber first_item) {
  if (chance(plan_.garbage_share)) return {"\x1F\x8B no gzip data", {next_of(key_stream, Item::Kind::garbage)}};
  if (chance(plan_.raw_share)) {
    const Item item = next_of(key_stream, Item::Kind::event);
    return {message_of(item, first_item), {item}};
  }
  return make_message(key_stream, first_item);
}

Producer::Made Producer::make_message(size_t key_stream, ItemNumber first_item) {
  Made made;
  std::string text = R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"group","logStream":")" +
                     key_stream_name(key_stream) + R"(","subscriptionFilters":["all"],"logEvents":[)";
  const size_t events = 1 + random_.up_to(plan_.max_events_per_record - 1);
  for (size_t i = 0; i < events; ++i) {
    const Item::Kind kind = chance(plan_.left_out_share)    ? Item::Kind::left_out
                            : chance(plan_.too_large_share) ? Item::Kind::too_large
                                                            : Item::Kind::event;
    made.items.push_back(next_of(key_stream, kind));
    text += (i == 0 ? "" : ",") + (R"({"id":")" + std::to_string(first_item + i)) +
            R"(","timestamp":1566741555269,"message":")" + message_of(made.items.back(), first_item + i) + "\"}";
  }
  made.data = gzip(text + "]}", 1);
  return made;
}

std::string Producer::message_of(const Item& item, ItemNumber number) {
  if (item.kind == Item::Kind::left_out) return "START RequestId: " + Ledger::mark(number) + " Version: 1";
  size_t padding = random_.up_to(plan_.max_event_bytes);
  if (item.kind == Item::Kind::too_large) padding = plan_.max_record_bytes;
  return Ledger::mark(number) + " of " + key_stream_name(item.key_stream) + " " + std::string(padding, 'x') +
         " end";
}

}  // namespace penstock::simulator
