#include "tests/simulator/queue_watch.h"

#include <algorithm>
#include <vector>

#include "tests/model_kinesis/sequence_number.h"

namespace penstock::simulator {

QueueWatch::QueueWatch(const Plan& plan, const sim::SimClock& clock, model::Service& kinesis, Ledger& ledger,
                       Checker& checker, const Trace& trace)
    : plan_(plan), clock_(clock), kinesis_(kinesis), ledger_(ledger), checker_(checker), trace_(trace) {
  model::QueueAttributes attributes;
  attributes.visibility_timeout_s = plan.visibility_timeout_s;
  attributes.max_receive_count = plan.max_receive_count;
  arn_ = kinesis_.create_queue("queue", kSourceStreams[0], attributes);
  kinesis_.on_invisible([this](const model::Shard& shard, const model::Record& record,
                               const model::Queue::Entry& entry, const std::string& record_id) {
    const RecordPlace place = place_of(shard, record);
    ledger_.name_record(record_id, place);
    on_invisible(place, entry);
  });
  kinesis_.on_acknowledged([this](const model::Queue&, const model::Shard& shard, const model::Record& record) {
    const RecordPlace place = place_of(shard, record);
    received_.erase(place);
    checker_.acknowledged(issuer_, place);
  });
}

RecordPlace QueueWatch::place_of(const model::Shard& shard, const model::Record& record) {
  // The count is 0 for the shard's own start.
  return {shard_name(kSourceStreams[0], shard.id()),
          model::parse_sequence_number(record.sequence_number.text())->count - 1};
}

void QueueWatch::on_invisible(const RecordPlace& place, const model::Queue::Entry& entry) {
  Received& received = received_[place];
  if (entry.receipt != received.receipt) on_received(place, entry, received);
  received.visible_ms = entry.visible_ms;
  int64_t& until_ms = received.invisible_until_ms[issuer_];
  until_ms = std::max(until_ms, entry.visible_ms);
}

void QueueWatch::on_received(const RecordPlace& place, const model::Queue::Entry& entry, Received& received) {
  if (trace_.on())
    trace_.line(issuer_, "receives record " + std::to_string(place.record) + " of " + place.shard +
                             ", receive number " + std::to_string(entry.receives));
  const bool is_lost = !plan_.calls_succeed || ended_.contains(received.by);
  if (received.receipt != 0 && !is_lost && !may_be_left(place))
    checker_.violated(Rule::one_consumer, issuer_ + " receives record " + std::to_string(place.record) + " of " +
                                              place.shard + " again, although " + received.by +
                                              ", which received it before, runs without a failed call");
  if (received.held_by == issuer_ && ++received.receives_since > 1 && plan_.calls_succeed)
    checker_.violated(Rule::one_consumer, issuer_ + ", which shuts down, receives record " +
                                              std::to_string(place.record) + " of " + place.shard +
                                              " again more than once");
  received.received_ms = clock_.unix_ms();
  received.by = issuer_;
  received.receipt = entry.receipt;
  received.is_emitted = false;
  checker_.receives_again(issuer_, place);
}

// Returns whether an input may leave the record to the queue.
bool QueueWatch::may_be_left(const RecordPlace& place) {
  return plan_.leaves_dead_letters && checker_.may_become_dead_letter(place);
}

void QueueWatch::emitted(const std::string& process, const std::string& record_id) {
  const RecordPlace* const place = ledger_.find_record(record_id);
  if (place == nullptr) return;  // which check_origin() finds
  // What retention has passed is not received by any other consumer.
  if (place->record < ledger_.shard(place->shard).trimmed) return;
  const auto received = received_.find(*place);
  // Not found: another process has acknowledged it.
  const bool may_emit =
      received != received_.end() && clock_.unix_ms() < received->second.invisible_until_ms[process];
  if (!may_emit)
    return checker_.violated(Rule::one_consumer, process + " emits record " + std::to_string(place->record) +
                                                     " of " + place->shard +
                                                     ", which other consumers may have received by now");
  if (received->second.by == process) received->second.is_emitted = true;
}

void QueueWatch::ends(const std::string& process) {
  ended_.insert(process);
  for (auto& [place, received] : received_) {
    // The response may still be on its way.
    if (received.by != process || clock_.unix_ms() - received.received_ms < plan_.max_latency_ms) continue;
    received.held_by = process;
    received.receives_since = 0;
  }
}

void QueueWatch::closed(const std::string& process) {
  // A late copy of a call may receive records for a process that does not know.
  const bool has_late_calls = plan_.network.twice > 0 || plan_.network.request_delay > 0;
  for (const auto& [place, received] : received_) {
    const bool is_trimmed = place.record < ledger_.shard(place.shard).trimmed;
    if (received.by != process || received.visible_ms <= clock_.unix_ms() || is_trimmed) continue;
    // A record that it did not emit may have been in a response that never arrived, or has not arrived yet.
    const bool has_arrived = plan_.calls_succeed && clock_.unix_ms() - received.received_ms > plan_.max_latency_ms;
    const bool is_known = (received.is_emitted && !has_late_calls) || (has_arrived && received.held_by == process);
    if (is_known && !may_be_left(place))
      return checker_.violated(Rule::orderly_end, process + " has closed, and record " +
                                                      std::to_string(place.record) + " of " + place.shard +
                                                      " is still invisible");
  }
}

std::string QueueWatch::unrest() {
  const model::QueueCounts counts = kinesis_.queue_counts(arn_);
  if (counts.visible + counts.in_flight == 0) return "";
  return "the queue has " + std::to_string(counts.visible) + " records to deliver and " +
         std::to_string(counts.in_flight) + " in flight";
}

void QueueWatch::note_dead_letters() {
  const model::Stream& stream = *kinesis_.stream(kSourceStreams[0]);
  for (const auto& [key, entry] : kinesis_.queue(arn_)->entries()) {
    if (entry.path != model::Queue::Path::dead_letter) continue;
    const RecordPlace place = {shard_name(kSourceStreams[0], stream.shards()[key.first].id()), key.second};
    for (const ItemNumber item : ledger_.items_of(place)) ledger_.item(item).in_dead_letter_queue = true;
  }
}

}  // namespace penstock::simulator
