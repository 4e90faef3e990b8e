// For tests: signed calls and access to the responses. The caller passes the function that sends, so that the same
// client works with the model in memory and any service over HTTP.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "tests/model_kinesis/service.h"

namespace penstock::model {

// A response with its JSON parsed. Paths are member names and indexes separated by dots: "Records.0.Data".
class Response {
 public:
  explicit Response(Reply reply);

  int status() const { return reply_.status; }
  const Reply& reply() const { return reply_; }
  bool ok() const { return reply_.status == 200 && reply_.wire == Wire::whole; }
  std::string code() const;  // the error code without its namespace; "" if not found
  std::string message() const;
  bool has(std::string_view path) const { return find(path) != nullptr; }
  bool null(std::string_view path) const;
  std::string text(std::string_view path) const;  // "" if the string does not exist
  int64_t number(std::string_view path) const;    // -1 if the number does not exist
  double real(std::string_view path) const;       // -1 if the number does not exist
  size_t size(std::string_view path) const;       // of an array; 0 if not found

 private:
  const rapidjson::Value* find(std::string_view path) const;

  Reply reply_;
  std::shared_ptr<rapidjson::Document> document_;
};

class TestClient {
 public:
  using Send = std::function<Reply(Request)>;

  TestClient(Send send, std::function<int64_t()> now_ms) : send_(std::move(send)), now_ms_(std::move(now_ms)) {}

  // body is JSON.
  Response call(std::string_view operation, std::string body);
  // Returns the signed request of such a call, for tests that modify it.
  Request request(std::string_view operation, std::string body) const;
  Response send(Request request) { return Response(send_(std::move(request))); }

  Response create_stream(const std::string& name, int shards);
  Response put(const std::string& stream, const std::string& partition_key, std::string_view data);
  std::string iterator(const std::string& stream, const std::string& shard, const std::string& type,
                       const std::string& sequence_number = "");
  Response get(const std::string& iterator, int limit = 10'000);

  AccessKey key;
  std::string host = "127.0.0.1";

 private:
  Send send_;
  std::function<int64_t()> now_ms_;
};

// {"Data":"<base64>","PartitionKey":"..."}; the partition key needs no escaping.
std::string entry(std::string_view partition_key, std::string_view data);
// The body of PutRecords with these entries, which are comma-separated.
std::string put_records_body(const std::string& stream, const std::string& entries);
// The same with `count` equal entries.
std::string put_records_body(const std::string& stream, int count, const std::string& one_entry);

}  // namespace penstock::model
