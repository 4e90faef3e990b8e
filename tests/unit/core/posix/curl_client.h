// A real transport and the responses to its calls, for tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/posix/posix_env.h"

namespace penstock::posix {

inline constexpr int64_t kTestLimitMs = 30000;  // a test that needs longer has failed

class CurlClient {
 public:
  explicit CurlClient(const CurlOptions& options = {}) {
    setenv("no_proxy", "*", 1);  // ignores a proxy that the machine has configured
    Result<std::unique_ptr<Transport>> made = make_curl_transport(*clock_, options);
    EXPECT_TRUE(made.ok()) << made.status().message();
    transport_ = std::move(*made);
  }

  Transport& transport() { return *transport_; }
  void destroy_transport() { transport_.reset(); }
  Clock& clock() { return *clock_; }

  static HttpRequest get(const std::string& url) { return {"GET", url, {}, "", kTestLimitMs, 1 << 20}; }

  // Starts a call. The result is filled in when the call completes.
  std::shared_ptr<std::optional<HttpResponse>> start(HttpRequest request) {
    auto result = std::make_shared<std::optional<HttpResponse>>();
    transport_->start(std::move(request), [result](HttpResponse response) { *result = std::move(response); });
    return result;
  }

  template <typename Condition>
  bool drive_until(Condition condition) {
    const int64_t deadline_ms = clock_->monotonic_ms() + kTestLimitMs;
    while (!condition() && clock_->monotonic_ms() < deadline_ms) transport_->drive(deadline_ms);
    return condition();
  }

  HttpResponse call(HttpRequest request) {
    const auto response = start(std::move(request));
    if (!drive_until([&] { return response->has_value(); })) {
      ADD_FAILURE() << "the call never ended";
      return {};
    }
    return std::move(**response);
  }

 private:
  std::unique_ptr<Clock> clock_ = make_system_clock();
  std::unique_ptr<Transport> transport_;
};

inline bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace penstock::posix
