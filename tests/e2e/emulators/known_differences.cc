#include "tests/e2e/emulators/known_differences.h"

namespace penstock::emulators {
namespace {

constexpr Difference kDifferences[] = {
    {"kinesis_local", "iterator.type", "SerializationException",
     "a value outside the enumeration fails validation"},
    {"kinesis_local", "iterator.foreign_number", "ok",
     "a sequence number of another shard is an invalid argument"},
    {"kinesis_local", "get.forged", "HTTP 500",
     "an iterator that the service did not give is an invalid argument"},
    {"kinesis_local", "get.nothing", "SerializationException",
     "a required member that is missing fails validation"},
    {"kinesis_local", "limit.0", "InvalidArgumentException", "Limit has a least value of 1"},
    {"kinesalite", "limit.10001", "ValidationException", "a Limit above 10,000 is an invalid argument"},
    {"kinesis_local", "list.max_results.0", "HTTP 500", "MaxResults has a least value of 1"},
    {"kinesalite", "list.page", "3", "MaxResults bounds the page"},
    {"kinesalite", "list.token", "no", "a list cut short comes with NextToken"},
    {"kinesalite", "list.next", "ValidationException", "NextToken goes without the stream's name"},
    {"kinesalite", "list.rest", "", "the page after the token's"},
    {"kinesalite", "list.token_with_name", "ValidationException", "NextToken and StreamName exclude each other"},
    {"kinesalite", "by_arn", "InvalidArgumentException", "a stream goes by its ARN too"},
    {"kinesalite", "split.child_shards", "0", "the end of a closed shard comes with ChildShards"},
    {"kinesis_local", "records.501", "ok", "at most 500 records in a call"},
    {"kinesis_local", "records.0", "ok", "at least 1 record in a call"},
    {"kinesis_local", "record.over_with_key", "taken", "the record limit counts the partition key"},
    {"kinesis_local", "record.over", "taken", "a record is at most 1 MiB where the stream was not raised"},
    {"kinesalite", "record.over_with_key", "taken", "the record limit counts the partition key"},
    {"kinesis_local", "call.over", "ok", "at most 10 MiB in a call, partition keys included"},
    {"kinesalite", "call.over", "ok", "at most 10 MiB in a call, partition keys included"},
    {"kinesis_local", "key.0", "InvalidArgumentException",
     "a partition key has at least 1 character; shorter fails validation"},
    {"kinesis_local", "key.257", "InvalidArgumentException",
     "a partition key has at most 256 characters; longer fails validation"},
    {"kinesis_local", "body.empty", "SerializationException",
     "a required member that is missing fails validation"},
    {"kinesis_local", "body.base64", "HTTP 500", "a blob is base64"},
    {"kinesis_local", "operation.unknown", "AccessDeniedException", "an operation that is not there is unknown"},
    {"kinesis_local", "signature.forged", "ok", "every request is signed"},
    {"kinesalite", "signature.forged", "ok", "every request is signed"},
    {"kinesis_local", "rate.get_records", "never refuses", "5 calls a second and shard"},
    {"kinesis_local", "rate.put_records", "never refuses", "1,000 records a second and shard"},
    {"kinesalite", "rate.get_records", "never refuses", "5 calls a second and shard"},
    {"kinesalite", "rate.put_records", "never refuses", "1,000 records a second and shard"},
};

}  // namespace

const Difference* known_difference(const std::string& backend, const std::string& check) {
  for (const Difference& difference : kDifferences)
    if (backend == difference.backend && check == difference.check) return &difference;
  return nullptr;
}

}  // namespace penstock::emulators
