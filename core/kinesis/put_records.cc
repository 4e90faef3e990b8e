#include "core/kinesis/put_records.h"

#include <cstdint>
#include <utility>

#include "base/base64.h"
#include "base/json_parser.h"
#include "base/json_writer.h"
#include "base/utf8.h"
#include "core/kinesis/put_records_fast_path.h"
#include "core/kinesis/response.h"

namespace penstock::kinesis {

namespace {

constexpr std::string_view kBegin = R"({"Records":[)";
constexpr std::string_view kBeforeData = R"({"Data":")";
constexpr std::string_view kBeforeKey = R"(","PartitionKey":)";
constexpr std::string_view kBeforeHashKey = R"(,"ExplicitHashKey":")";

// SAX handler for {"Records":[{"SequenceNumber":..., "ShardId":..., "ErrorCode":...}, ...]}. Skips everything
// else, at any depth.
class ResponseHandler {
 public:
  PutRecordsResponse response;

  bool Null() { return value({}); }
  bool Bool(bool) { return value({}); }
  bool Int(int) { return value({}); }
  bool Uint(unsigned) { return value({}); }
  bool Int64(int64_t) { return value({}); }
  bool Uint64(uint64_t) { return value({}); }
  bool Double(double) { return value({}); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return value({}); }
  bool String(const char* text, rapidjson::SizeType size, bool) { return value({text, size}); }

  bool Key(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view name(text, size);
    if (depth_ == 1)
      in_records_ = name == "Records";
    else if (depth_ == 3 && in_records_)
      member_ = name == "SequenceNumber" ? Member::sequence_number
                : name == "ShardId"      ? Member::shard_id
                : name == "ErrorCode"    ? Member::error_code
                                         : Member::other;
    return true;
  }

  bool StartObject() {
    if (depth_ == 2) {
      has_sequence_number_ = false;
      shard_id_ = code_ = {};
    }
    ++depth_;
    member_ = Member::other;
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    --depth_;
    if (depth_ == 2 && in_records_) end_record();
    return true;
  }
  bool StartArray() {
    if (depth_ == 0) return false;
    ++depth_;
    member_ = Member::other;
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    --depth_;
    return true;
  }

 private:
  enum class Member { other, sequence_number, shard_id, error_code };

  bool value(std::string_view text) {
    if (depth_ == 3 && member_ == Member::sequence_number) has_sequence_number_ = !text.empty();
    if (depth_ == 3 && member_ == Member::shard_id) shard_id_ = text;
    if (depth_ == 3 && member_ == Member::error_code) code_ = text;
    member_ = Member::other;
    return depth_ > 0;
  }

  void end_record() {
    // mutation: rejected records count as delivered
    if (!has_sequence_number_ || !code_.empty()) response.rejected.push_back({response.shard_ids.size(), code_});
    response.shard_ids.push_back(shard_id_);
  }

  size_t depth_ = 0;  // 1 in the response, 2 in Records, 3 in one record
  bool in_records_ = false;
  Member member_ = Member::other;
  bool has_sequence_number_ = false;
  std::string_view shard_id_, code_;
};

}  // namespace

bool is_partition_key(std::string_view text) {
  size_t characters = 0;
  for (size_t at = 0; at < text.size(); ++characters) {
    const Utf8Step step = utf8_step(text, at);
    if (!step.valid || characters == kMaxPartitionKeyCharacters) return false;
    at += step.size;
  }
  return characters > 0;
}

void append_stream_member(std::string& json, std::string_view stream) {
  append_json_member(json, stream.starts_with("arn:") ? "StreamARN" : "StreamName", stream);
}

size_t put_records_body_bytes(size_t records, size_t bytes) {
  // Base64 rounds up to four; two quotes, a brace and a comma close a record; the ARN of a stream has at most
  // about 200 bytes.
  constexpr size_t kRecordOverheadBytes = kBeforeData.size() + kBeforeKey.size() + 4 + 4;
  return bytes / 3 * 4 + records * kRecordOverheadBytes + 256;
}

void begin_put_records(std::string& body) { body += kBegin; }

void append_put_record(std::string& body, std::string_view data, std::string_view partition_key) {
  if (body.back() != '[') body += ',';
  body += kBeforeData;
  append_base64(body, data);
  body += kBeforeKey;
  append_json_string(body, partition_key);
  body += '}';
}

void append_put_record(std::string& body, std::string_view data, std::string_view partition_key,
                       HashKey hash_key) {
  append_put_record(body, data, partition_key);
  body.back() = kBeforeHashKey[0];
  body += kBeforeHashKey.substr(1);
  append_decimal(body, hash_key);
  body += "\"}";
}

void end_put_records(std::string& body, std::string_view stream) {
  body += ']';
  append_stream_member(body, stream);
  body += '}';
}

Result<PutRecordsResponse> read_put_records_response(std::string& body, size_t sent_records) {
  if (auto shard_ids = parse_all_succeeded(body, sent_records))
    return PutRecordsResponse{.rejected = {}, .shard_ids = std::move(*shard_ids)};
  ResponseHandler handler;
  handler.response.shard_ids.reserve(sent_records);
  JsonReader reader;
  rapidjson::InsituStringStream stream(body.data());
  constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag;
  const rapidjson::ParseResult parsed = reader.Parse<kFlags>(stream, handler);
  if (!parsed)
    return unexpected_response("PutRecords", std::string(rapidjson::GetParseError_En(parsed.Code())) +
                                                 " at byte " + std::to_string(parsed.Offset()));
  if (handler.response.shard_ids.size() != sent_records)
    return unexpected_response("PutRecords", "its number of records is not the number sent (" +
                                                 std::to_string(handler.response.shard_ids.size()) +
                                                 " instead of " + std::to_string(sent_records) + ")");
  return std::move(handler.response);
}

}  // namespace penstock::kinesis
