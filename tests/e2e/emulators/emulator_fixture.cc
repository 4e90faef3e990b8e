#include "tests/e2e/emulators/emulator_fixture.h"

#include <chrono>

#include "tests/e2e/emulators/known_differences.h"
#include "tests/model_kinesis/codec.h"
#include "tests/model_kinesis/unix_now.h"

namespace penstock::emulators {

emulator::emulator()
    : client_([this](const model::Request& request) { return http_->post(request); }, model::unix_now_ms) {}

void emulator::SetUp() {
  std::string why;
  backend_ = start_backend(backend_name(), &why);
  if (!backend_ && why.ends_with("does not start")) FAIL() << why;
  if (!backend_) GTEST_SKIP() << why;
  http_ = std::make_unique<EmulatorClient>(backend_->url());
}

void emulator::create(const std::string& stream, int shards) {
  ASSERT_EQ(outcome(client_.create_stream(stream, shards)), "ok");
  wait_until_active(stream);
}

void emulator::wait_until_active(const std::string& stream) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const std::string body = R"({"StreamName":")" + stream + "\"}";
  while (client_.call("DescribeStreamSummary", body).text("StreamDescriptionSummary.StreamStatus") != "ACTIVE")
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << stream << " does not become active";
}

std::string emulator::decoded(const model::Response& response, const std::string& path) {
  std::string text = response.text(path);
  return std::string(model::decode_base64(text).value_or("not base64"));
}

std::string emulator::outcome(const model::Response& response) {
  if (response.reply().wire != model::Wire::whole) return "no answer";
  if (response.status() == 200) return "ok";
  return response.code().empty() ? "HTTP " + std::to_string(response.status()) : response.code();
}

void emulator::expect(const std::string& check, const std::string& documented, const std::string& observed) {
  const Difference* difference = known_difference(backend_name(), check);
  if (difference == nullptr)
    EXPECT_EQ(observed, documented) << "check " << check << " on " << backend_name();
  else
    EXPECT_EQ(observed, difference->observed)
        << "check " << check << " on " << backend_name() << ": the table of known differences is out of date";
}

}  // namespace penstock::emulators
