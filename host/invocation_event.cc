#include "host/invocation_event.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <array>
#include <cmath>
#include <cstdlib>

namespace penstock::host {

namespace {

constexpr size_t kTop = 1;      // {"Records": ...}
constexpr size_t kRecord = 3;   // [{"eventID": ..., "kinesis": ...}]
constexpr size_t kKinesis = 4;  // {"data": ...}

class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  explicit Handler(const std::function<void(const KinesisRecord&)>& take) : take_(take) {}

  bool is_event() const { return is_event_; }
  bool is_message() const { return is_message_; }

  bool StartObject() {
    ++depth_;
    if (in_record() && depth_ == kRecord) begin_record();
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    if (in_record() && depth_ == kRecord) take_(record_);
    --depth_;
    return true;
  }
  bool StartArray() {
    ++depth_;
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    --depth_;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view key(text, size);
    if (depth_ < keys_.size()) keys_[depth_] = key;
    if (depth_ != kTop) return true;
    is_event_ = is_event_ || key == "Records";
    // No need to read on: this is what most documents are.
    is_message_ = !is_event_ && (key == "messageType" || key == "logEvents");
    return !is_message_;
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) { return String(text, size, copy); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (!in_record()) return true;
    if (depth_ == kRecord) of_record(keys_[kRecord], {text, size});
    if (depth_ == kKinesis && keys_[kRecord] == "kinesis") of_kinesis(keys_[kKinesis], {text, size});
    return true;
  }
  bool Default() { return true; }

 private:
  bool in_record() const { return depth_ >= kRecord && keys_[kTop] == "Records"; }

  void begin_record() {
    record_ = KinesisRecord();
    record_.index = next_index_++;
  }

  void of_record(std::string_view key, std::string_view value) {
    if (key == "awsRegion") record_.region = value;
    // "shardId-000000000000:4959..."
    if (key == "eventID") record_.shard_id = value.substr(0, value.find(':'));
    // "arn:aws:kinesis:us-east-1:012345678901:stream/NAME"
    static constexpr std::string_view kBeforeName = ":stream/";
    const size_t name = value.find(kBeforeName);
    if (key == "eventSourceARN" && name != std::string_view::npos) {
      record_.stream = value.substr(name + kBeforeName.size());
    }
  }

  void of_kinesis(std::string_view key, std::string_view value) {
    if (key == "data") record_.data = value;
    if (key == "sequenceNumber") record_.sequence_number = value;
    if (key == "partitionKey") record_.partition_key = value;
    if (key == "approximateArrivalTimestamp") {
      const double seconds = std::strtod(std::string(value).c_str(), nullptr);
      static constexpr double kYear9999 = 253402300799.0;
      if (seconds > 0 && seconds <= kYear9999) record_.arrival_time_ms = std::llround(seconds * 1000);
    }
  }

  const std::function<void(const KinesisRecord&)>& take_;
  size_t depth_ = 0;                            // of open objects and arrays
  std::array<std::string, kKinesis + 1> keys_;  // the last key met at each depth
  bool is_event_ = false;
  bool is_message_ = false;
  int64_t next_index_ = 0;
  KinesisRecord record_;
};

}  // namespace

EventForm read_invocation_event(std::string_view json, const std::function<void(const KinesisRecord&)>& take,
                                std::string& error) {
  Handler handler(take);
  rapidjson::MemoryStream stream(json.data(), json.size());
  rapidjson::Reader reader;
  static constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (handler.is_message()) return EventForm::other;
  if (result.IsError()) {
    error = std::string("invalid JSON at byte ") + std::to_string(result.Offset()) + ": " +
            rapidjson::GetParseError_En(result.Code());
    return EventForm::unreadable;
  }
  return handler.is_event() ? EventForm::event : EventForm::other;
}

}  // namespace penstock::host
