// Fast path for the usual PutRecords response, in which all records succeeded; it needs no JSON parser.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace penstock::kinesis {

// Returns the shard id of each record, in order, if the response says that all sent_records succeeded and has the
// service's usual form:
// {"EncryptionType":"KMS","FailedRecordCount":0,"Records":[{"SequenceNumber":"1","ShardId":"shardId-0"},...]}
// The first two members may have any place, or be absent. nullopt only means that the JSON parser must read the
// response. The ids point into the response.
std::optional<std::vector<std::string_view>> parse_all_succeeded(std::string_view response, size_t sent_records);

}  // namespace penstock::kinesis
