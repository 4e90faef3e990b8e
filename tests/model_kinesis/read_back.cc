#include "tests/model_kinesis/read_back.h"

#include "tests/model_kinesis/codec.h"
#include "tests/model_kinesis/json_out.h"

namespace penstock::model {
std::string records_as_json_lines(const Service& service, std::string_view stream) {
  std::string out;
  service.each_record(stream, [&out](const Shard& shard, const Record& record) {
    JsonOut json;
    json.open('{').key("shard").string(shard.id());
    json.key("sequence_number").string(record.sequence_number.text()).key("arrival_ms").number(record.arrival_ms);
    json.key("partition_key").string(record.partition_key);
    if (is_utf8(record.data))
      json.key("data").string(record.data);
    else
      json.key("data_base64").base64(record.data);
    out += json.close('}').take();
    out += '\n';
  });
  return out;
}

std::string stats_as_json(const Service& service) {
  const Stats& stats = service.stats();
  JsonOut json;
  json.open('{');
  for (const auto& [name, value] : {std::pair("requests", stats.requests),
                                    {"unsigned_requests", stats.unsigned_requests},
                                    {"records_put", stats.records_put},
                                    {"records_rejected_by_limits", stats.records_rejected_by_limits},
                                    {"records_rejected_by_faults", stats.records_rejected_by_faults},
                                    {"records_read", stats.records_read},
                                    {"throttled_calls", stats.throttled_calls},
                                    {"injected_errors", stats.injected_errors},
                                    {"closed_connections", stats.closed_connections},
                                    {"lost_responses", stats.lost_responses},
                                    {"lost_response_records", stats.lost_response_records},
                                    {"truncated_responses", stats.truncated_responses}})
    json.key(name).number(static_cast<int64_t>(value));
  json.key("calls").open('{');
  for (const auto& [operation, count] : stats.calls) json.key(operation).number(static_cast<int64_t>(count));
  json.close('}').key("streams").open('{');
  for (const auto& [name, stream] : service.streams()) {
    size_t records = 0;
    for (const Shard& shard : stream.shards()) records += shard.records.size();
    json.key(name).open('{').key("open_shards").number(static_cast<int64_t>(stream.open_shard_count()));
    json.key("records").number(static_cast<int64_t>(records)).close('}');
  }
  return json.close('}').close('}').take() + "\n";
}

}  // namespace penstock::model
