// How the writer reacts to who chooses the shard of a record: its hash key, or the service (record distribution
// strategy AUTO). With AUTO, nothing depends on keys: consumers drop aggregated records, and records of one key
// are in no order. https://docs.aws.amazon.com/streams/latest/dev/service-managed-record-distribution.html
#include <string>

#include "base/text.h"
#include "core/kinesis/output/shard_prediction.h"
#include "core/kinesis/output/writer.h"

namespace penstock::kinesis {

// Returns whether records may be sent at all. An option that needs the service to heed the keys waits until it is
// known that it does.
bool Writer::may_send() const {
  return target_.knows_max_record_bytes() &&
         (!needs_keys() || target_.distribution() == RecordDistribution::by_key);
}

// Returns whether records may be aggregated in the KPL's format without loss at the consumers. Either the stream
// is provisioned, so that keys always decide the shard; or the list of shards is known, so that a misrouted record
// is noticed and retried.
bool Writer::may_aggregate_kpl() const {
  return target_.is_by_key_for_certain() ||
         (target_.distribution() == RecordDistribution::by_key && shards_.known());
}

void Writer::apply_distribution() {
  next_.allow_kpl(may_aggregate_kpl());
  if (distribution_version_ == target_.version()) return;
  const bool is_first = distribution_version_ == 0;
  const bool has_changed = by_service_ != is_by_service();
  by_service_ = is_by_service();
  distribution_version_ = target_.version();
  if (has_changed) next_.set_by_service(by_service_);
  if (has_changed && !by_service_ && aggregates_kpl()) shards_.want();  // the last list may be old
  if (is_first && target_.is_denied()) warn_unknown_distribution();
  log_distribution(has_changed);
}

void Writer::warn_unknown_distribution() {
  if (!needs_keys() && !aggregates_kpl()) return;
  env_.warn("PS0412",
            "stream " + printable(options_.stream) +
                ": its record distribution strategy is unknown, because kinesis:DescribeStreamSummary is "
                "denied; while it is AUTO, ordering per_key and explicit_hash_key would have no effect; aggregate "
                "kpl starts only after kinesis:ListShards has shown the shards; allow "
                "kinesis:DescribeStreamSummary");
}

void Writer::log_distribution(bool has_changed) {
  const std::string name = "stream " + printable(options_.stream);
  if (!by_service_)
    return distribution_.recover(env_, name + ": its record distribution strategy is USER_PARTITION_KEY again");
  if (needs_keys()) {
    const std::string option = options_.calls.order_per_key ? "ordering per_key" : "explicit_hash_key random";
    distribution_.log(throttle_, {},
                      {Code::config, "PS0411",
                       name + " has the record distribution strategy AUTO, which ignores keys, but " + option +
                           " needs them; nothing is sent until the strategy is USER_PARTITION_KEY: change it, or "
                           "remove " +
                           option});
  } else if (aggregates_kpl() && has_changed) {
    distribution_.log(
        throttle_, {},
        {Code::config, "PS0410",
         name + " has the record distribution strategy AUTO, with which consumers drop aggregated "
                "records; aggregate kpl has no effect until the strategy is USER_PARTITION_KEY: change "
                "it, or set aggregate newline or none"},
        LogLevel::warn);
  }
}

// Notes an accepted entry whose shard its hash key does not select. Checks only the first accepted entry, which is
// enough to notice a change soon. With aggregate kpl, checks every entry, because consumers drop a misrouted
// aggregated record.
void Writer::note_shards(const Call& call, const PutRecordsResponse& response) {
  for (size_t i = 0; i < call.entries.size(); ++i) {
    const std::string_view shard_id = response.shard_ids[i];
    if (shard_id.empty()) continue;  // rejected
    if (is_in_unexpected_shard(call.entries[i], shard_id, shards_)) return target_.on_unexpected_shard();
    // A shard that is not in the list has its capacity, but no budget of its own.
    if (next_.has_limits() && !shards_.range_of(shard_id)) shards_.want();
    if (!aggregates_kpl()) return;
  }
}

bool Writer::is_misrouted(const PutEntry& entry, std::string_view shard_id) const {
  const bool by_key = target_.is_by_key_for_certain();
  // mutation: misrouted aggregates count as delivered
  return aggregates_kpl() && !consumers_accept(entry, shard_id, shards_, by_key);
}

// Retries the records of each key separately, because the shards have changed since the records were aggregated.
// If the service chooses the shards, RequestBuilder sends each record alone. After a shard that is not in the
// list, waits for the next list, because each try could end there again.
void Writer::retry_in_its_shards(WriterRecord* first, std::string_view shard_id) {
  const bool waits = !is_by_service() && !target_.is_by_key_for_certain() && !shards_.range_of(shard_id);
  const int64_t due_ms = waits ? env_.clock.monotonic_ms() + ShardMap::kPauseMs : kAtOnce;
  if (!is_by_service()) shards_.want();
  each_record(first, [this](const WriterRecord&) { ++counters_.misrouted_records; });
  for (WriterRecord* const chain : split_by_key(first)) next_.add_retry(*chain, due_ms);
}

}  // namespace penstock::kinesis
