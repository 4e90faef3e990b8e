// Parser of the responses with a queue's records, which are most of what a queue input receives.
#include <cmath>
#include <utility>

#include "base/base64.h"
#include "base/rapidjson_reader.h"
#include "core/kinesis/padded_body.h"
#include "core/kinesis/queue/queue_api.h"
#include "core/kinesis/response.h"

namespace penstock::kinesis {

namespace {

// SAX handler that parses a response in one pass, in place: strings stay where they are, and base64 is decoded
// where it is. Skips unknown objects and arrays by their depth.
class QueueRecordsHandler
    : public penstock_rapidjson::BaseReaderHandler<penstock_rapidjson::UTF8<>, QueueRecordsHandler> {
 public:
  explicit QueueRecordsHandler(QueueRecords& response) : response_(response) {}

  const char* problem() const { return problem_; }
  bool complete() const { return saw_records_; }

  bool Default() { return true; }

  bool Key(const char* text, penstock_rapidjson::SizeType size, bool) {
    key_ = {text, size};
    return true;
  }

  bool String(const char* text, penstock_rapidjson::SizeType size, bool) {
    if (!in_record()) return true;
    const std::string_view value(text, size);
    if (key_ == "ReceiptHandle") record_.receipt_handle = value;
    if (key_ == "RecordId") record_.record_id = value;
    if (key_ == "PartitionKey") record_.partition_key = value;
    if (key_ == "Data") {
      // The text is our own buffer, which RapidJSON's in-situ parser passes as const.
      const auto data = decode_base64_in_place({const_cast<char*>(text), size});
      if (!data) return fail("a record's Data is not base64");
      record_.data = *data;
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
    return true;
  }

  bool EndObject(penstock_rapidjson::SizeType) {
    if (in_record()) {
      if (record_.receipt_handle.empty()) return fail("a record has no ReceiptHandle");
      if (record_.record_id.empty()) return fail("a record has no RecordId");
      response_.records.push_back(record_);
    }
    --depth_;
    return true;
  }

  bool StartArray() {
    if (depth_ == 1) in_records_ = key_ == "QueueRecords";
    saw_records_ = saw_records_ || in_records_;
    ++depth_;
    return true;
  }

  bool EndArray(penstock_rapidjson::SizeType) {
    --depth_;
    if (depth_ == 1) in_records_ = false;
    return true;
  }

 private:
  bool in_record() const { return in_records_ && depth_ == 3; }

  bool number(double value) {
    if (!in_record()) return true;
    if (key_ == "ReceiveCount") record_.receive_count = std::llround(value);
    if (key_ == "ApproximateArrivalTimestamp") {
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

  QueueRecords& response_;
  QueueRecord record_;
  std::string_view key_;
  int depth_ = 0;
  bool in_records_ = false;
  bool saw_records_ = false;
  const char* problem_ = nullptr;
};

}  // namespace

Result<QueueRecords> read_queue_records(const char* operation, std::string body) {
  QueueRecords response;
  response.body = padded_for_reader(std::move(body));
  QueueRecordsHandler handler(response);
  penstock_rapidjson::InsituStringStream text(response.body.data());
  FastJsonReader reader;
  constexpr unsigned kFlags = penstock_rapidjson::kParseInsituFlag | penstock_rapidjson::kParseIterativeFlag;
  const auto result = reader.Parse<kFlags>(text, handler);
  if (handler.problem() != nullptr) return unexpected_response(operation, handler.problem());
  if (result.IsError())
    return unexpected_response(operation, std::string(penstock_rapidjson::GetParseError_En(result.Code())) +
                                              " at byte " + std::to_string(result.Offset()));
  if (!handler.complete()) return unexpected_response(operation, "it has no array QueueRecords");
  return response;
}

}  // namespace penstock::kinesis
