#include "host/transform/invocation_event.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>

#include "base/rapidjson.h"

namespace penstock::host {

namespace {

constexpr size_t kTop = 1;      // {"Records": ...} or {"awslogs": ...}
constexpr size_t kAwsLogs = 2;  // {"data": ...}
constexpr size_t kList = 2;     // [{...}, ...]
constexpr size_t kRecord = 3;   // [{"eventID": ..., "kinesis": ...}] or [{"Data": ..., "SequenceNumber": ...}]
constexpr size_t kKinesis = 4;  // {"data": ...}

// Milliseconds since 1970 of what the API and the AWS CLI write: seconds as a number, or
// "2026-09-14T22:25:42.188000+02:00". 0: it is neither.
int64_t arrival_ms(const std::string& text) {
  static constexpr double kYear9999 = 253402300799.0;
  char* end = nullptr;
  double seconds = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0') {
    std::tm tm{};
    end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &tm);
    if (end == nullptr) return 0;
    seconds = static_cast<double>(timegm(&tm));
    if (*end == '.') seconds += std::strtod(end, &end);
    std::tm offset{};
    const bool is_offset = *end == '+' || *end == '-';
    const char* const rest = is_offset ? strptime(end + 1, "%H:%M", &offset) : *end == 'Z' ? end + 1 : nullptr;
    if (rest == nullptr || *rest != '\0') return 0;
    seconds -= (*end == '-' ? -60.0 : 60.0) * (offset.tm_hour * 60 + offset.tm_min);
  }
  return seconds > 0 && seconds <= kYear9999 ? std::llround(seconds * 1000) : 0;
}

class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  explicit Handler(const std::function<void(KinesisRecord&)>& take) : take_(take) {}

  bool is_event() const { return is_event_; }
  bool is_message() const { return is_message_; }

  bool StartObject() {
    ++depth_;
    if (begins_record()) {
      record_ = KinesisRecord();
      record_.index = next_index_++;
    } else if (begins_awslogs()) {
      is_event_ = true;
      record_ = KinesisRecord();
      record_.member = "awslogs.data";
      record_.index = {};
    }
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    if (begins_record() || begins_awslogs()) take_(record_);
    --depth_;
    return true;
  }
  bool StartArray() {
    ++depth_;
    if (depth_ == kList && keys_[kTop] == "Records") in_list_ = is_event_ = true;
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    if (depth_ == kList) in_list_ = false;
    --depth_;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view key(text, size);
    if (depth_ < keys_.size()) keys_[depth_] = key;
    if (depth_ != kTop) return true;
    may_be_event_ = may_be_event_ || key == "Records" || key == "awslogs";
    // No need to read on: this is what most documents are.
    is_message_ = !may_be_event_ && (key == "messageType" || key == "logEvents");
    return !is_message_;
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) { return String(text, size, copy); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (begins_awslogs() && keys_[kAwsLogs] == "data") record_.data = std::string(text, size);
    if (!in_record()) return Default();
    if (depth_ == kRecord) of_record(keys_[kRecord], {text, size});
    if (depth_ == kKinesis && keys_[kRecord] == "kinesis") of_kinesis(keys_[kKinesis], {text, size});
    return true;
  }
  bool Default() {
    if (!in_list_ || depth_ != kList) return true;
    record_ = KinesisRecord();  // an element that is no object
    record_.index = next_index_++;
    take_(record_);
    return true;
  }

 private:
  bool in_record() const { return in_list_ && depth_ >= kRecord; }
  bool begins_record() const { return in_list_ && depth_ == kRecord; }
  bool begins_awslogs() const { return depth_ == kAwsLogs && keys_[kTop] == "awslogs"; }

  void of_record(std::string_view key, std::string_view value) {
    // Of the output of get-records.
    if (key == "Data") record_.data = value;
    if (key == "SequenceNumber") record_.sequence_number = value;
    if (key == "PartitionKey") record_.partition_key = value;
    if (key == "ApproximateArrivalTimestamp") record_.arrival_time_ms = arrival_ms(std::string(value));
    if (key == "Data" || key == "SequenceNumber") record_.member = "Data";
    // Of the event.
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
    if (key == "approximateArrivalTimestamp") record_.arrival_time_ms = arrival_ms(std::string(value));
  }

  const std::function<void(KinesisRecord&)>& take_;
  size_t depth_ = 0;                            // of open objects and arrays
  std::array<std::string, kKinesis + 1> keys_;  // the last key met at each depth
  bool may_be_event_ = false;                   // it has such a member
  bool is_event_ = false;                       // which is a list, or an object
  bool in_list_ = false;                        // of "Records"
  bool is_message_ = false;
  int64_t next_index_ = 0;
  KinesisRecord record_;
};

}  // namespace

EventForm read_invocation_event(std::string_view json, const std::function<void(KinesisRecord&)>& take,
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
