#include "tests/model_kinesis/test_client.h"

#include <charconv>
#include <utility>

#include "tests/model_kinesis/codec.h"
#include "tests/model_kinesis/json_in.h"

namespace penstock::model {

Response::Response(Reply reply) : reply_(std::move(reply)), document_(std::make_shared<rapidjson::Document>()) {
  document_->Parse(reply_.body.data(), reply_.body.size());
}

const rapidjson::Value* Response::find(std::string_view path) const {
  if (document_->HasParseError()) return nullptr;
  const rapidjson::Value* value = document_.get();
  while (!path.empty()) {
    const std::string name(path.substr(0, path.find('.')));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    if (value->IsArray()) {
      rapidjson::SizeType index = 0;
      std::from_chars(name.data(), name.data() + name.size(), index);
      if (index >= value->Size()) return nullptr;
      value = &(*value)[index];
    } else {
      value = find_member(*value, name);
      if (value == nullptr) return nullptr;
    }
  }
  return value;
}

std::string Response::code() const {
  const std::string type = text("__type");
  return type.substr(type.find('#') + 1);
}

std::string Response::message() const { return has("message") ? text("message") : text("Message"); }

bool Response::null(std::string_view path) const {
  const rapidjson::Value* value = find(path);
  return value == nullptr || value->IsNull();
}

std::string Response::text(std::string_view path) const {
  const rapidjson::Value* value = find(path);
  return value != nullptr && value->IsString() ? std::string(value->GetString(), value->GetStringLength()) : "";
}

int64_t Response::number(std::string_view path) const {
  const rapidjson::Value* value = find(path);
  return value != nullptr && value->IsInt64() ? value->GetInt64() : -1;
}

double Response::real(std::string_view path) const {
  const rapidjson::Value* value = find(path);
  return value != nullptr && value->IsNumber() ? value->GetDouble() : -1;
}

size_t Response::size(std::string_view path) const {
  const rapidjson::Value* value = find(path);
  return value != nullptr && value->IsArray() ? value->Size() : 0;
}

Request TestClient::request(std::string_view operation, std::string body) const {
  Request request;
  request.method = "POST";
  request.path = "/";
  request.body = std::move(body);
  request.headers = {{"Host", host},
                     {"Content-Type", "application/x-amz-json-1.1"},
                     {"X-Amz-Target", "Kinesis_20131202." + std::string(operation)}};
  sign(request, key, "us-east-1", "kinesis", now_ms_());
  return request;
}

Response TestClient::call(std::string_view operation, std::string body) {
  return send(request(operation, std::move(body)));
}

Response TestClient::create_stream(const std::string& name, int shards) {
  return call("CreateStream", R"({"StreamName":")" + name + R"(","ShardCount":)" + std::to_string(shards) + "}");
}

Response TestClient::put(const std::string& stream, const std::string& partition_key, std::string_view data) {
  return call("PutRecords", put_records_body(stream, entry(partition_key, data)));
}

std::string TestClient::iterator(const std::string& stream, const std::string& shard, const std::string& type,
                                 const std::string& sequence_number) {
  std::string body =
      R"({"StreamName":")" + stream + R"(","ShardId":")" + shard + R"(","ShardIteratorType":")" + type + "\"";
  if (!sequence_number.empty()) body += R"(,"StartingSequenceNumber":")" + sequence_number + "\"";
  return call("GetShardIterator", body + "}").text("ShardIterator");
}

Response TestClient::get(const std::string& iterator, int limit) {
  std::string text;
  for (const char c : iterator)
    text += c == '\n' ? "\\n" : std::string(1, c);  // some emulators' iterators have one
  return call("GetRecords", R"({"ShardIterator":")" + text + R"(","Limit":)" + std::to_string(limit) + "}");
}

std::string entry(std::string_view partition_key, std::string_view data) {
  std::string out = R"({"Data":")";
  append_base64(out, data);
  return out + R"(","PartitionKey":")" + std::string(partition_key) + "\"}";
}

std::string put_records_body(const std::string& stream, const std::string& entries) {
  return R"({"StreamName":")" + stream + R"(","Records":[)" + entries + "]}";
}

std::string put_records_body(const std::string& stream, int count, const std::string& one_entry) {
  std::string entries;
  for (int i = 0; i < count; ++i) entries.append(i == 0 ? "" : ",").append(one_entry);
  return put_records_body(stream, entries);
}

}  // namespace penstock::model
