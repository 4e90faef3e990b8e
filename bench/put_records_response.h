// The response to a PutRecords call in which every record succeeded.
#pragma once

#include <cstddef>
#include <string>

namespace penstock {

// Returns a response as long as a real one: sequence numbers have 56 digits.
inline std::string put_records_answer(size_t records) {
  std::string body = R"({"EncryptionType":"NONE","FailedRecordCount":0,"Records":[)";
  for (size_t i = 0; i < records; ++i) {
    if (i > 0) body += ',';
    body += R"({"SequenceNumber":"49670151112374628937465928374652938475629384756293847562",)"
            R"("ShardId":"shardId-000000000000"})";
  }
  return body += "]}";
}

}  // namespace penstock
