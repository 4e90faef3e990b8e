// For tests of the model in memory: a clock that the test advances, a service, a client.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/model_kinesis/codec.h"
#include "tests/model_kinesis/service.h"
#include "tests/model_kinesis/test_client.h"

namespace penstock::model {

class model : public testing::Test {
 protected:
  void start(Settings settings) {
    service = std::make_unique<Service>(std::move(settings), [this] { return now_ms; });
    service->create_stream("s", 1);
  }
  void SetUp() override { start({}); }

  std::string decoded(const Response& response, const std::string& path) {
    std::string text = response.text(path);
    return std::string(decode_base64(text).value_or("not base64"));
  }
  static std::string shard_id(int index) { return "shardId-00000000000" + std::to_string(index); }

  int64_t now_ms = 1'700'000'000'000;
  std::unique_ptr<Service> service;
  TestClient client{[this](Request request) { return service->handle(std::move(request)); },
                    [this] { return now_ms; }};
};

}  // namespace penstock::model
