#include "tests/model_kinesis/load.h"

#include <algorithm>

#include "tests/model_kinesis/codec.h"
#include "tests/model_kinesis/json_in.h"

namespace penstock::model {
namespace {

using rapidjson::Value;

bool load_one(Service& service, const std::string& stream, const Value& record, const char* key_name) {
  const Value* data = find_member(record, "data");
  const Value* key = find_member(record, key_name);
  if (data == nullptr || !data->IsString() || key == nullptr || !key->IsString()) return false;
  std::string text(view(*data));
  const std::optional<std::string_view> decoded = decode_base64(text);
  if (!decoded) return false;
  service.preload(stream, view(*key), *decoded);
  return true;
}

std::string load_event(Service& service, const std::string& stream, const Value& records) {
  size_t number = 0;
  for (const Value& record : records.GetArray()) {
    const Value* kinesis = find_member(record, "kinesis");
    if (kinesis == nullptr || !load_one(service, stream, *kinesis, "partitionKey"))
      return "Records[" + std::to_string(number) + "] has no kinesis.data in base64 and kinesis.partitionKey";
    ++number;
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
  if (service.stream(stream) == nullptr) return "unknown stream " + stream;
  rapidjson::Document event;
  event.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  const Value* records = event.HasParseError() ? nullptr : find_member(event, "Records");
  return records != nullptr && records->IsArray() ? load_event(service, stream, *records)
                                                  : load_lines(service, stream, text);
}

}  // namespace penstock::model
