// For tests: signed calls to tables. The caller passes the function that sends, so that the same tests run against
// the model in memory and any service over HTTP.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/aws/service_call.h"
#include "tests/model_kinesis/test_client.h"

namespace penstock::dynamodb {

class TableClient {
 public:
  using Send = model::TestClient::Send;

  TableClient(Send send, std::function<int64_t()> now_ms) : send_(std::move(send)), now_ms_(std::move(now_ms)) {}

  // body is JSON.
  model::Response call(std::string_view operation, std::string body) const;
  // Returns a call function for LeaseTable. Calls complete before they return. REQUIRES: the client outlives it.
  aws::ServiceCall service_call() const;

  model::AccessKey key;

 private:
  Send send_;
  std::function<int64_t()> now_ms_;
};

}  // namespace penstock::dynamodb
