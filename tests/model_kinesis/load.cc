#include "tests/model_kinesis/load.h"

#include <rapidjson/document.h>

#include "tests/model_kinesis/codec.h"

namespace penstock::model {
namespace {

using rapidjson::Value;

bool load_one(Service& service, const std::string& stream, const Value& record, const char* key_name) {
  if (!record.IsObject() || !record.HasMember("data") || !record["data"].IsString() ||
      !record.HasMember(key_name) || !record[key_name].IsString())
    return false;
  std::string data = record["data"].GetString();
  const std::optional<std::string_view> decoded = decode_base64(data);
  if (!decoded) return false;
  service.preload(stream, record[key_name].GetString(), *decoded);
  return true;
}

std::string load_event(Service& service, const std::string& stream, const Value& records) {
  for (rapidjson::SizeType i = 0; i < records.Size(); ++i) {
    const Value& record = records[i];
    const bool loaded = record.IsObject() && record.HasMember("kinesis") &&
                        load_one(service, stream, record["kinesis"], "partitionKey");
    if (!loaded)
      return "Records[" + std::to_string(i) + "] has no kinesis.data in base64 and kinesis.partitionKey";
  }
  return {};
}

std::string load_lines(Service& service, const std::string& stream, const std::string& text) {
  size_t number = 1;
  for (size_t start = 0; start < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', start), text.size());
    rapidjson::Document line;
    line.Parse<rapidjson::kParseIterativeFlag>(text.data() + start, end - start);
    if (end > start && (line.HasParseError() || !load_one(service, stream, line, "partition_key")))
      return "line " + std::to_string(number) + R"( is not {"data":"<base64>","partition_key":"..."})";
    start = end + 1;
  }
  return {};
}

}  // namespace

std::string load_records(Service& service, const std::string& stream, const std::string& text) {
  if (service.stream(stream) == nullptr) return "there is no stream " + stream;
  rapidjson::Document event;
  event.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  const bool is_event =
      !event.HasParseError() && event.IsObject() && event.HasMember("Records") && event["Records"].IsArray();
  return is_event ? load_event(service, stream, event["Records"]) : load_lines(service, stream, text);
}

}  // namespace penstock::model
