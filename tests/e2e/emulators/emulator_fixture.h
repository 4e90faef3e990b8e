// One suite for the model and the emulators: each check compares with what the service documents. Known
// differences are in a table.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "tests/e2e/emulators/backend.h"
#include "tests/e2e/emulators/emulator_client.h"
#include "tests/model_kinesis/test_client.h"

namespace penstock::emulators {

class emulator : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override;

  // Creates a stream with that many shards and waits until it is active.
  void create(const std::string& stream, int shards);
  // Waits until the stream is active, for at most 30 s.
  void wait_until_active(const std::string& stream);
  std::string decoded(const model::Response& response, const std::string& path);

  // Checks that `observed` is as documented, or as the table of differences has it for this backend.
  void expect(const std::string& check, const std::string& documented, const std::string& observed);
  void expect(const std::string& check, const std::string& documented, const model::Response& observed) {
    expect(check, documented, outcome(observed));
  }
  // Returns "ok", the error code, "HTTP 500" if the response has no code, or "no answer".
  static std::string outcome(const model::Response& response);

  std::string backend_name() const { return GetParam(); }
  std::string url() const { return backend_->url(); }
  static std::string shard_id(int index) {
    const std::string number = std::to_string(index);
    return "shardId-" + std::string(12 - number.size(), '0') + number;
  }

 private:
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<EmulatorClient> http_;

 protected:
  model::TestClient client_;

  emulator();
};

}  // namespace penstock::emulators
