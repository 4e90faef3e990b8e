// The usual answer to PutRecords, that all records are taken, read without a JSON parser.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace penstock::kinesis {

// The shard id of each record, in order, where the response says of all sent_records that they are taken, in the
// form in which the service writes it:
// {"EncryptionType":"KMS","FailedRecordCount":0,"Records":[{"SequenceNumber":"1","ShardId":"shardId-0"},...]}, the
// first two in any place, or left out. nullopt says nothing: what it means takes a JSON parser to tell. The ids
// lie in the response.
std::optional<std::vector<std::string_view>> parse_all_succeeded(std::string_view response, size_t sent_records);

}  // namespace penstock::kinesis
