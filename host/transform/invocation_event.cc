#include "host/transform/invocation_event.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/json_reader.h"
#include "base/time.h"

namespace penstock::host {

namespace {

constexpr size_t kTop = 1;      // {"Records": ...} or {"awslogs": ...}
constexpr size_t kAwsLogs = 2;  // {"data": ...}
constexpr size_t kList = 2;     // [{...}, ...]
constexpr size_t kRecord = 3;   // [{"eventID": ..., "kinesis": ...}] or [{"Data": ..., "SequenceNumber": ...}]
constexpr size_t kKinesis = 4;  // {"data": ...}

// Returns milliseconds since 1970 from the forms of the API and the AWS CLI: seconds as a number, or
// "2026-09-14T22:25:42.188000+02:00". Returns 0 for any other text.
int64_t arrival_ms(std::string_view text) {
  static constexpr int64_t kYear9999Ms = 253'402'300'799'000;
  if (const std::optional<int64_t> time_ms = parse_rfc3339(text))
    return *time_ms > 0 && *time_ms <= kYear9999Ms ? *time_ms : 0;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return 0;
  return seconds > 0 && seconds * 1000 <= double{kYear9999Ms} ? std::llround(seconds * 1000) : 0;
}

class Events : public JsonEvents {
 public:
  explicit Events(const std::function<void(KinesisRecord&)>& take) : take_(take) {}

  bool is_event() const { return is_event_; }
  bool is_message() const { return is_message_; }

  bool on_object() override {
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
  bool on_object_end() override {
    if (begins_record() || begins_awslogs()) take_(record_);
    --depth_;
    return true;
  }
  bool on_array() override {
    ++depth_;
    if (depth_ == kList && keys_[kTop] == "Records") in_list_ = is_event_ = true;
    return true;
  }
  bool on_array_end() override {
    if (depth_ == kList) in_list_ = false;
    --depth_;
    return true;
  }
  bool on_key(std::string_view key) override {
    if (depth_ < keys_.size()) keys_[depth_] = key;
    if (depth_ != kTop) return true;
    may_be_event_ = may_be_event_ || key == "Records" || key == "awslogs";
    // Stops reading: most documents are messages.
    is_message_ = !may_be_event_ && (key == "messageType" || key == "logEvents");
    return !is_message_;
  }
  bool on_number(std::string_view as_written) override { return on_string(as_written); }
  bool on_string(std::string_view text) override {
    if (begins_awslogs() && keys_[kAwsLogs] == "data") record_.data = std::string(text);
    if (!in_record()) return on_literal();
    if (depth_ == kRecord) of_record(keys_[kRecord], text);
    if (depth_ == kKinesis && keys_[kRecord] == "kinesis") of_kinesis(keys_[kKinesis], text);
    return true;
  }
  bool on_literal() override {
    if (!in_list_ || depth_ != kList) return true;
    record_ = KinesisRecord();  // an element that is not an object
    record_.index = next_index_++;
    take_(record_);
    return true;
  }

 private:
  bool in_record() const { return in_list_ && depth_ >= kRecord; }
  bool begins_record() const { return in_list_ && depth_ == kRecord; }
  bool begins_awslogs() const { return depth_ == kAwsLogs && keys_[kTop] == "awslogs"; }

  void of_record(std::string_view key, std::string_view value) {
    // Members in the output of get-records.
    if (key == "Data") record_.data = value;
    if (key == "SequenceNumber") record_.sequence_number = value;
    if (key == "PartitionKey") record_.partition_key = value;
    if (key == "ApproximateArrivalTimestamp") record_.arrival_time_ms = arrival_ms(value);
    if (key == "Data" || key == "SequenceNumber") record_.member = "Data";
    // Members of a Lambda event.
    if (key == "awsRegion") record_.region = value;
    // "shardId-000000000000:4959..."
    if (key == "eventID") record_.shard_id = value.substr(0, value.find(':'));
    // "arn:aws:kinesis:us-east-1:012345678901:stream/NAME"
    static constexpr std::string_view kBeforeName = ":stream/";
    const size_t name = value.find(kBeforeName);
    if (key == "eventSourceARN" && name != std::string_view::npos)
      record_.stream = value.substr(name + kBeforeName.size());
  }

  void of_kinesis(std::string_view key, std::string_view value) {
    if (key == "data") record_.data = value;
    if (key == "sequenceNumber") record_.sequence_number = value;
    if (key == "partitionKey") record_.partition_key = value;
    if (key == "approximateArrivalTimestamp") record_.arrival_time_ms = arrival_ms(value);
  }

  const std::function<void(KinesisRecord&)>& take_;
  size_t depth_ = 0;                            // of open objects and arrays
  std::array<std::string, kKinesis + 1> keys_;  // the last key at each depth
  bool may_be_event_ = false;                   // it has a member "Records" or "awslogs"
  bool is_event_ = false;                       // that member is a list or an object, respectively
  bool in_list_ = false;                        // in the list "Records"
  bool is_message_ = false;
  int64_t next_index_ = 0;
  KinesisRecord record_;
};

}  // namespace

EventForm read_invocation_event(std::string_view json, const std::function<void(KinesisRecord&)>& take,
                                std::string& error) {
  Events events(take);
  error = read_json(json, events);
  if (events.is_message()) {
    error.clear();
    return EventForm::other;
  }
  if (!error.empty()) return EventForm::unreadable;
  return events.is_event() ? EventForm::event : EventForm::other;
}

}  // namespace penstock::host
