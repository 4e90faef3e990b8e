#include "tests/simulator/checker.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "tests/model_kinesis/codec.h"
#include "tests/model_kinesis/sequence_number.h"
#include "tests/strict_json.h"

namespace penstock::simulator {

namespace {

constexpr int kMaxRejectionsPerSecond = 100;

std::optional<uint64_t> record_number(std::string_view sequence_number) {
  const auto fields = model::parse_sequence_number(sequence_number);
  if (!fields || fields->count == 0) return std::nullopt;
  return fields->count - 1;  // 0 is the shard's own start
}

}  // namespace

std::string_view name_of(Rule rule) {
  switch (rule) {
    case Rule::nothing_lost:
      return "1, nothing is lost";
    case Rule::checkpoint_waits:
      return "2, a checkpoint passes only safe events";
    case Rule::shard_order:
      return "3, a shard's records reach the filter in order";
    case Rule::key_order:
      return "4, first occurrences of a key are in order";
    case Rule::one_owner:
      return "5, a lease has one owner";
    case Rule::memory_bounded:
      return "6, memory is bounded";
    case Rule::drains:
      return "7, everything drains after the faults";
    case Rule::counters_add_up:
      return "8, counters add up";
    case Rule::no_livelock:
      return "9, time advances";
    case Rule::no_secrets:
      return "10, no log line contains a secret";
    case Rule::failures_explained:
      return "11, every dead letter has a cause";
    case Rule::orderly_end:
      return "12, an orderly end saves what was settled";
    case Rule::few_rejected_calls:
      return "13, rejected calls are few";
    case Rule::right_start:
      return "14, reading starts at the initial position";
    case Rule::one_consumer:
      return "15, a record of a queue has one consumer";
  }
  return "";
}

void Checker::violated(Rule rule, const std::string& what) {
  if (has_failed()) return;
  verdict_ = "rule " + std::string(name_of(rule)) + ": " + what;
  trace_.line("checker", "VIOLATED " + verdict_);
}

bool Checker::safe_up_to(Ledger::Shard& shard, size_t items) {
  if (ledger_.safe_items(shard) >= items) return true;
  read_dead_letters_();
  return ledger_.safe_items(shard) >= items;
}

// Returns the first event between these places that is neither safe nor held by any process.
std::optional<ItemNumber> Checker::skipped(Ledger::Shard& shard, size_t from, size_t to) {
  const auto first = [&]() -> std::optional<ItemNumber> {
    for (size_t i = std::max(from, ledger_.safe_events(shard)); i < to; ++i)
      if (const Item& item = ledger_.item(shard.items[i]);
          item.emitted() && !item.safe() && !expected_drops_.may_be_on_its_way(item))
        return shard.items[i];
    return std::nullopt;
  };
  if (!first()) return std::nullopt;
  read_dead_letters_();
  return first();
}

std::string Checker::first_unsafe(Ledger::Shard& shard) { return ledger_.describe(shard.items[shard.safe]); }

// Returns where a record is that an input calls by these names; nullopt if nowhere.
std::optional<RecordPlace> Checker::place_of(std::string_view stream, std::string_view shard_id,
                                             std::string_view sequence_number) {
  if (plan_.queue) {
    const RecordPlace* const place = shard_id.empty() ? ledger_.find_record(sequence_number) : nullptr;
    return place != nullptr && place->shard.starts_with(shard_name(stream, "")) ? std::optional(*place)
                                                                                : std::nullopt;
  }
  const auto record = record_number(sequence_number);
  return record ? std::optional(RecordPlace{shard_name(stream, shard_id), *record}) : std::nullopt;
}

bool Checker::check_origin(const std::string& process, const Item& item, ItemNumber number,
                           const penstock_batch& batch) {
  const RecordPlace place = {item.shard, item.record};
  if (place_of(view(batch.stream), view(batch.shard_id), view(batch.sequence_number)) == place &&
      batch.sub_sequence_number == item.user_record)
    return true;
  violated(Rule::shard_order, process + " emits " + ledger_.describe(number) + " from " +
                                  shard_name(view(batch.stream), view(batch.shard_id)) + ", sequence number " +
                                  std::string(view(batch.sequence_number)) + ", sub-sequence number " +
                                  std::to_string(batch.sub_sequence_number));
  return false;
}

void Checker::emitted(const std::string& process, const penstock_batch& batch) {
  for (uint64_t i = 0; i < batch.record_count; ++i) {
    const auto number = Ledger::marked(view(batch.records[i].body));
    if (!number || *number >= ledger_.size())
      return violated(Rule::shard_order, process + " emits an event that was never put");
    const Item& item = ledger_.item(*number);
    if (!check_origin(process, item, *number, batch)) return;
    if (before_beginning(item))
      return violated(Rule::right_start, process + " emits " + ledger_.describe(*number) +
                                             ", which was put before the initial position");
    if (!plan_.queue) check_order(process, item, *number);
    emitted_again_ += item.emitted_ms != kNever ? 1 : 0;
    ledger_.item(*number).emitted_ms = std::min(item.emitted_ms, clock_.unix_ms());
  }
}

// Whether a key's events are in order at the sink is a matter of our outputs, so it is not checked here.
uint64_t Checker::processed(const std::string& process, const RecordPlace& record, uint64_t first_user_record) {
  uint64_t user_records = 0;
  for (const ItemNumber number : ledger_.items_of(record)) {
    Item& item = ledger_.item(number);
    user_records = item.user_record + 1;
    if (item.user_record < first_user_record) continue;
    if (item.kind == Item::Kind::garbage || item.kind == Item::Kind::too_large) item.in_dead_letter_file = true;
    if (!item.emitted()) continue;
    check_order(process, item, number);
    emitted_again_ += item.emitted_ms != kNever ? 1 : 0;
    item.emitted_ms = std::min(item.emitted_ms, clock_.unix_ms());
    if (item.kind != Item::Kind::event) continue;
    ++(std::exchange(item.in_sink, true) ? duplicates_ : arrivals_);
  }
  return user_records;
}

// A shard's records reach the filter in order, and a parent's before its children's.
void Checker::check_order(const std::string& process, const Item& item, ItemNumber number) {
  Ledger::Shard& shard = ledger_.shard(item.shard);
  const auto [cursor, is_first] = cursors_.try_emplace({process, item.shard}, 0);
  size_t& next = cursor->second;
  while (next < item.in_shard && !ledger_.item(shard.items[next]).emitted()) ++next;
  // What the process emitted last may still be in flight.
  const size_t from = is_first || next > item.in_shard ? 0 : next;
  if (next != item.in_shard || is_first)
    if (const auto passed = skipped(shard, from, item.in_shard))
      return violated(Rule::shard_order, process + " emits " + ledger_.describe(number) + " and skips " +
                                             ledger_.describe(*passed) + ", which is not safe");
  if (is_first)
    for (const std::string& parent : shard.parents)
      if (Ledger::Shard& before = ledger_.shard(parent); !safe_up_to(before, before.items.size()))
        return violated(Rule::shard_order, process + " emits " + ledger_.describe(number) +
                                               " before the end of a parent: " + first_unsafe(before) +
                                               " is not safe");
  next = item.in_shard + 1;
}

bool Checker::may_become_dead_letter(const RecordPlace& record) {
  const std::vector<ItemNumber> items = ledger_.items_of(record);
  return std::any_of(items.begin(), items.end(), [this](ItemNumber number) {
    const Item& item = ledger_.item(number);
    return item.kind == Item::Kind::garbage || expected_drops_.may_be_on_its_way(item);
  });
}

void Checker::acknowledged(const std::string& process, const RecordPlace& record) {
  const std::vector<ItemNumber> items = ledger_.items_of(record);
  const auto unsafe = [&] {
    return std::find_if(items.begin(), items.end(), [this](ItemNumber one) { return !ledger_.item(one).safe(); });
  };
  if (unsafe() == items.end()) return;
  read_dead_letters_();
  if (const auto found = unsafe(); found != items.end())
    violated(Rule::checkpoint_waits,
             process + " acknowledges " + ledger_.describe(*found) + ", which is not safe");
}

bool Checker::before_beginning(const Item& item) const {
  constexpr int64_t kServicesSecondMs = 1000;  // the resolution of the services' timestamps
  if (plan_.initial == kinesis::InitialPosition::Kind::latest)
    return item.put_ms + kServicesSecondMs < started_ms_;
  // The children of a shard that KCL found to be the oldest one are read from their beginning.
  return plan_.initial == kinesis::InitialPosition::Kind::at_timestamp && plan_.kcl_workers == 0 && item.too_early;
}

void Checker::offered(const std::string& process, const penstock_batch& batch, int64_t wall_ms) {
  if (const std::string wrong = expected_drops_.offered(wall_ms - batch.arrival_time_ms); !wrong.empty())
    violated(Rule::failures_explained, process + " " + wrong);
}

void Checker::rejected(const std::string& process, const penstock_batch& batch) {
  std::vector<ItemNumber> items;
  for (uint64_t i = 0; i < batch.record_count; ++i)
    if (const auto number = Ledger::marked(view(batch.records[i].body)); number && *number < ledger_.size())
      items.push_back(*number);
  if (const std::string wrong = expected_drops_.rejected(process, items); !wrong.empty())
    violated(Rule::failures_explained, wrong);
}

void Checker::arrived(ItemNumber number, const std::string& key) {
  if (number >= ledger_.size()) return violated(Rule::nothing_lost, "the sink has an event that was never put");
  Item& item = ledger_.item(number);
  if (item.kind != Item::Kind::event)
    return violated(Rule::failures_explained, ledger_.describe(number) + " should not be in the sink");
  if (item.in_sink) {
    ++duplicates_;
    return;
  }
  ++arrivals_;
  item.in_sink = true;
  if (!plan_.per_key || plan_.queue) return;  // a queue has no order
  // Records of a key that the service puts into several shards are in no order.
  KeyOrder& order = orders_[{key, item.key_stream, keys_cross_shards_ ? item.shard : std::string()}];
  // Workers that start for the first time at LATEST, with lists from before and after a reshard, begin the parents
  // and the children independently. Events from before the start may then arrive in any order, or not at all.
  const bool start_decides = item.too_early && order.shard != item.shard;
  if (item.number < order.highest && !start_decides && !expected_drops_.was_too_old_by_another_clock(item))
    late_.push_back(number);
  if (item.number < order.highest) return;
  order = {item.number, item.shard};
}

void Checker::kept(const std::string& process, const std::string& shard_id,
                   const kinesis::ShardPosition& position) {
  if (position.sequence_number.empty()) return;
  Ledger::Shard& shard = ledger_.shard(shard_id);
  size_t passed = shard.items.size();
  if (position.is_end()) {
    if (!shard.closed)
      return violated(Rule::checkpoint_waits, process + " saves the end of " + shard_id + ", which is open");
  } else {
    const auto record = record_number(position.sequence_number);
    if (!record || *record >= shard.records)
      return violated(Rule::checkpoint_waits, process + " saves for " + shard_id + " the sequence number " +
                                                  position.sequence_number + ", which no record has");
    passed = ledger_.items_passed(shard, *record, position.sub_sequence_number);
  }
  if (passed < shard.kept)
    return violated(Rule::one_owner, process + " saves for " + shard_id +
                                         " a position before the previous one, at " + position.sequence_number);
  shard.kept = passed;
  if (!safe_up_to(shard, passed))
    violated(Rule::checkpoint_waits,
             process + " saves for " + shard_id + " the position " + position.sequence_number + "." +
                 std::to_string(position.sub_sequence_number) + ", which passes " + first_unsafe(shard));
}

void Checker::closed(const std::string& process) {
  for (auto& [id, shard] : ledger_.shards()) {
    const auto cursor = cursors_.find({process, id});
    if (cursor == cursors_.end() || cursor->second == 0) continue;
    // A user record that was emitted only in part is not settled.
    const Item& last = ledger_.item(shard.items[cursor->second - 1]);
    const auto of_last = [this, &last, &items = shard.items](size_t place) {
      const Item& item = ledger_.item(items[place]);
      return item.record == last.record && item.user_record == last.user_record;
    };
    size_t settled = cursor->second;
    if (settled < shard.items.size() && of_last(settled))
      while (settled > 0 && of_last(settled - 1)) --settled;
    if (shard.kept < settled)
      return violated(Rule::orderly_end, (process + " has closed and, for ").append(id) + ", saved " +
                                             std::to_string(shard.kept) + " of the " + std::to_string(settled) +
                                             " events that were settled");
  }
}

void Checker::rejected(const std::string& process, int64_t now_ms) {
  Rejections& of = rejections_[process];
  if (of.second != now_ms / 1000) of = {now_ms / 1000, 0};
  if (++of.calls > kMaxRejectionsPerSecond)
    violated(Rule::few_rejected_calls, process + " makes more than " + std::to_string(kMaxRejectionsPerSecond) +
                                           " calls per second that are rejected");
}

void Checker::gap_logged(const std::string& process, const std::string& shard_id) {
  Ledger::Shard& shard = ledger_.shard(shard_id);
  shard.gap_logged = true;
  ++gaps_logged_[process];
  if (shard.trimmed == 0)
    violated(Rule::nothing_lost, process + " logs a gap in " + shard_id + " where nothing is missing");
}

void Checker::recorded(std::string_view line) {
  const auto read = strict_json::read(line);
  if (!read) return;  // truncated by a crash
  const auto text = [&](std::string_view name) {
    const auto value = strict_json::member(*read, name);
    return value ? strict_json::string_of(*value) : std::string();
  };
  if (text("reason").empty()) return violated(Rule::nothing_lost, "a dead letter has no reason");
  std::string encoded = text("data");
  const auto data = model::decode_base64(encoded);
  if (!data) return violated(Rule::nothing_lost, "a dead letter has no data");
  const auto number = Ledger::marked(*data);
  std::vector<ItemNumber> failed;
  if (text("stage") == "output" && number && *number < ledger_.size()) {
    failed = {*number};
  } else {
    const auto place = place_of(text("stream"), text("shard_id"), text("sequence_number"));
    const auto user_record = strict_json::member(*read, "sub_sequence_number");
    if (place && user_record)
      failed = ledger_.items_of(place->shard, place->record, std::stoull(std::string(*user_record)));
  }
  if (failed.empty()) return violated(Rule::nothing_lost, "a dead letter matches nothing that was put");
  for (const ItemNumber one : failed) {
    Item& item = ledger_.item(one);
    item.in_dead_letter_file = true;
    if (item.kind == Item::Kind::event && !expected_drops_.explains(item, text("stage"), text("reason")))
      return violated(Rule::failures_explained,
                      ledger_.describe(one) + " is in a dead-letter file: " + text("reason"));
  }
}

std::string Checker::not_kept() {
  for (const auto& [id, shard] : ledger_.shards()) {
    const auto rest = shard.items.begin() + static_cast<std::ptrdiff_t>(shard.kept);
    const auto has_to_pass = [this](ItemNumber one) {
      const Item& item = ledger_.item(one);
      return !item.too_early || item.emitted_ms != kNever;
    };
    if (std::any_of(rest, shard.items.end(), has_to_pass))
      return "the position of " + id + " has not passed " + ledger_.describe(shard.items[shard.kept]);
  }
  return "";
}

void Checker::end() {
  read_dead_letters_();
  for (auto& [id, shard] : ledger_.shards())
    if (!safe_up_to(shard, shard.items.size()))
      return violated(Rule::nothing_lost,
                      first_unsafe(shard) + " is neither in the sink nor in a dead-letter file");
  for (const auto& [id, shard] : ledger_.shards())
    if (shard.in_reach && !shard.gap_logged && ledger_.has_lost(shard))
      return violated(Rule::nothing_lost, "retention has passed records of " + id + ", and no process logs it");
  // If an input dropped it but died before its dead letter was on disk, the record is read again, and one that was
  // too old is dropped again.
  for (const ItemNumber number : late_)
    if (const Item& item = ledger_.item(number);
        !item.in_dead_letter_file && !item.trimmed && !expected_drops_.rejected_too_often(item))
      return violated(Rule::key_order, ledger_.describe(number) + " is in the sink after a later one");
}

}  // namespace penstock::simulator
