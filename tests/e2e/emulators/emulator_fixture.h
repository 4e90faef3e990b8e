// One suite for the model and the emulators: each check says what the service documents; known differences
// are in a table of their own.
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

  // A stream of that many shards, active.
  void create(const std::string& stream, int shards);
  // Waits until the stream is active, half a minute at most.
  void wait_until_active(const std::string& stream);
  std::string decoded(const model::Response& answer, const std::string& path);

  // Observed is as documented, or as the table of differences has it for this backend.
  void expect(const std::string& check, const std::string& documented, const std::string& observed);
  void expect(const std::string& check, const std::string& documented, const model::Response& observed) {
    expect(check, documented, outcome(observed));
  }
  // "ok", or the refusal's code, or "HTTP 500" where it has none, or "no answer".
  static std::string outcome(const model::Response& answer);

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
