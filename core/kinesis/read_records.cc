// Parser of the GetRecords response. These responses are most of what the input receives, so it reads at least
// sixteen bytes at a time, and their data only once.
#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/base64.h"
#include "base/block.h"
#include "base/rapidjson_reader.h"
#include "core/kinesis/padded_body.h"
#include "core/kinesis/read_api.h"
#include "core/kinesis/response.h"

namespace penstock::kinesis {

namespace {

// SAX handler that parses a GetRecords response in one pass, in place: strings stay where they are, and base64 is
// decoded where it is. Skips unknown objects and arrays by their depth.
class GetRecordsHandler
    : public penstock_rapidjson::BaseReaderHandler<penstock_rapidjson::UTF8<>, GetRecordsHandler> {
 public:
  explicit GetRecordsHandler(GetRecordsResponse& response) : response_(response) {}

  const char* problem() const { return problem_; }
  bool complete() const { return saw_records_; }

  // Returns whether the next value is a record's data.
  bool is_before_data() const { return in_record() && key_ == "Data"; }
  // Sets how many bytes at the front of the next string, which is the data, are decoded already.
  void on_decoded(size_t bytes) { decoded_bytes_ = bytes; }

  bool Default() { return true; }

  bool Key(const char* text, penstock_rapidjson::SizeType size, bool) {
    key_ = {text, size};
    return true;
  }

  bool String(const char* text, penstock_rapidjson::SizeType size, bool) {
    const std::string_view value(text, size);
    if (at_top()) {
      if (key_ == "NextShardIterator") response_.next_iterator = value;
    } else if (in_record()) {
      if (key_ == "SequenceNumber") record_.sequence_number = value;
      if (key_ == "PartitionKey") record_.partition_key = value;
      if (key_ == "Data") {
        // The text is our own buffer, which RapidJSON's in-situ parser passes as const.
        const auto rest =
            decode_base64_in_place({const_cast<char*>(text) + decoded_bytes_, size - decoded_bytes_});
        if (!rest) return fail("a record's Data is not base64");
        record_.data = {text, decoded_bytes_ + rest->size()};
      }
    } else if (in_children_) {
      read_child(value);
    }
    return true;
  }

  bool Int(int value) { return number(value); }
  bool Uint(unsigned value) { return number(value); }
  bool Int64(int64_t value) { return number(static_cast<double>(value)); }
  bool Uint64(uint64_t value) { return number(static_cast<double>(value)); }
  bool Double(double value) { return number(value); }

  bool StartObject() {
    ++depth_;
    if (in_record()) record_ = {};
    if (in_children_ && depth_ == 3) response_.child_shards.emplace_back();
    return true;
  }

  bool EndObject(penstock_rapidjson::SizeType) {
    if (in_record()) {
      if (record_.sequence_number.empty()) return fail("a record has no SequenceNumber");
      response_.records.push_back(record_);
    }
    --depth_;
    return true;
  }

  bool StartArray() {
    if (depth_ == 1) {
      in_records_ = key_ == "Records";
      in_children_ = key_ == "ChildShards";
      saw_records_ = saw_records_ || in_records_;
    }
    ++depth_;
    return true;
  }

  bool EndArray(penstock_rapidjson::SizeType) {
    --depth_;
    if (depth_ == 1) in_records_ = in_children_ = false;
    return true;
  }

 private:
  bool at_top() const { return depth_ == 1; }
  bool in_record() const { return in_records_ && depth_ == 3; }

  // Reads a text in a child shard: its id, one of its parents, or an end of its range of hash keys.
  void read_child(std::string_view value) {
    if (response_.child_shards.empty()) return;
    ShardInfo& child = response_.child_shards.back();
    if (key_ == "ShardId") child.id = value;
    if (key_ == "ParentShards") child.parent_ids.emplace_back(value);
    if (key_ == "StartingHashKey") child.first_hash_key = parse_hash_key(value).value_or(0);
    if (key_ == "EndingHashKey") child.last_hash_key = parse_hash_key(value).value_or(0);
  }

  bool number(double value) {
    if (at_top() && key_ == "MillisBehindLatest")
      response_.behind_latest_ms = static_cast<int64_t>(std::clamp(value, 0.0, kLargestSeconds * 1000));
    if (in_record() && key_ == "ApproximateArrivalTimestamp") {
      if (!(value >= 0 && value < kLargestSeconds))
        return fail("a record's ApproximateArrivalTimestamp is out of range");
      record_.arrival_time_ms = std::llround(value * 1000);
    }
    return true;
  }

  bool fail(const char* problem) {
    problem_ = problem;
    return false;
  }

  GetRecordsResponse& response_;
  SourceRecord record_;
  std::string_view key_;
  size_t decoded_bytes_ = 0;
  int depth_ = 0;
  bool in_records_ = false;
  bool in_children_ = false;
  bool saw_records_ = false;
  const char* problem_ = nullptr;
};

// The text of a response, for RapidJSON's in-situ parser. At the beginning of a string it takes what needs no
// unescaping, and of data, decodes as much as it can; RapidJSON takes the rest, character by character.
class ResponseText {
 public:
  using Ch = char;

  // text: the response, and kReaderPadding NUL bytes after it.
  ResponseText(std::span<char> text, GetRecordsHandler& handler)
      : begin_(text.data()), end_(begin_ + text.size()), handler_(handler), src_(begin_) {}

  Ch Peek() const { return *src_; }
  Ch Take() { return *src_++; }
  size_t Tell() const { return static_cast<size_t>(src_ - begin_); }

  Ch* PutBegin() {
    Ch* const string = src_;
    handler_.on_decoded(0);
    // A string after a colon is not the next key.
    if (string - begin_ >= 2 && string[-2] == ':' && handler_.is_before_data()) {
      const size_t decoded = decode_base64_front_in_place({string, end_});
      src_ += decoded;
      dst_ = string + decoded / 4 * 3;
      handler_.on_decoded(static_cast<size_t>(dst_ - string));
    } else {
      skip_plain_text();
      dst_ = src_;
    }
    return string;
  }
  void Put(Ch c) { *dst_++ = c; }
  void Flush() {}
  size_t PutEnd(const Ch* string) const { return static_cast<size_t>(dst_ - string); }

 private:
  void skip_plain_text() {
    static_assert(kReaderPadding >= kBlockBytes);  // the padding stops it
    for (;; src_ += kBlockBytes) {
      const Block block = load_block(src_);
      const uint32_t special = bits_of((block == '"') | (block == '\\') | (block < 0x20));
      if (special == 0) continue;
      src_ += first_of(special);
      return;
    }
  }

  Ch* const begin_;
  Ch* const end_;
  GetRecordsHandler& handler_;
  Ch* src_;
  Ch* dst_ = nullptr;
};

}  // namespace

Result<GetRecordsResponse> read_get_records(std::string body) {
  GetRecordsResponse response;
  response.body = padded_for_reader(std::move(body));
  GetRecordsHandler handler(response);
  ResponseText text(response.body, handler);
  FastJsonReader reader;
  constexpr unsigned kFlags = penstock_rapidjson::kParseInsituFlag | penstock_rapidjson::kParseIterativeFlag;
  const auto result = reader.Parse<kFlags>(text, handler);
  if (handler.problem() != nullptr) return unexpected_response("GetRecords", handler.problem());
  if (result.IsError())
    return unexpected_response("GetRecords", std::string(penstock_rapidjson::GetParseError_En(result.Code())) +
                                                 " at byte " + std::to_string(result.Offset()));
  if (!handler.complete()) return unexpected_response("GetRecords", "it has no array Records");
  return response;
}

}  // namespace penstock::kinesis
