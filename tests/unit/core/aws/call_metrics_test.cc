#include "core/aws/call_metrics.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "core/aws/credentials/credentials_environment.h"
#include "core/aws/service_client.h"
#include "tests/unit/core/fake_env.h"

namespace penstock::aws {
namespace {

// A network on which a test ends each call.
class WaitingTransport : public KeepingTransport {
 public:
  CallId start(HttpRequest request, Done done) override {
    done_ = std::move(done);
    return KeepingTransport::start(std::move(request), nullptr);
  }
  void end(HttpResponse response) { std::exchange(done_, nullptr)(std::move(response)); }

 private:
  Done done_;
};

class call_metrics : public testing::Test {
 protected:
  call_metrics() {
    fake_.variables["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE";
    fake_.variables["AWS_SECRET_ACCESS_KEY"] = "secret";
  }

  void call(const char* operation, int64_t duration_ms, HttpResponse response) {
    client_.call(operation, "{}", 1 << 20, [](const Result<ServiceResponse>&) {});
    fake_.clock.advance(duration_ms);
    transport_.end(std::move(response));
  }
  static HttpResponse rejection(const std::string& code) {
    HttpResponse response;
    response.http_status = 400;
    response.body = R"({"__type":")" + code + R"("})";
    return response;
  }
  static HttpResponse success() {
    HttpResponse response;
    response.http_status = 200;
    return response;
  }

  // Values, by name and labels.
  std::map<std::string, int64_t> reported() {
    std::map<std::string, int64_t> values;
    metrics_.stats(MetricsSink(
        [](void* ctx, const penstock_stat* stat) {
          auto& to = *static_cast<std::map<std::string, int64_t>*>(ctx);
          const std::string name = stat->name + (" " + std::string(view(stat->label)));
          to[name] = stat->value;
          if (stat->histogram != nullptr) to[name + " sum"] = stat->histogram->sum;
        },
        &values));
    return values;
  }

  FakeEnv fake_;
  WaitingTransport transport_;
  Env env_ = {fake_.env.clock, fake_.env.random, transport_, fake_.env.files, fake_.env.variable, fake_.env.log};
  ServiceClock clock_{fake_.clock};
  CredentialsCache credentials_{env_, clock_, std::make_unique<EnvironmentCredentials>(env_)};
  CallMetrics metrics_;
  ServiceClient client_{env_,         kKinesisProtocol, *make_endpoint("kinesis", "us-east-1", "", false),
                        credentials_, clock_,           metrics_,
                        1000};
};

TEST_F(call_metrics, the_duration_of_each_call_is_counted_under_its_operation) {
  call("GetRecords", 7, success());
  call("GetRecords", 30, rejection("ExpiredIteratorException"));
  call("ListShards", 400, success());
  const auto values = reported();
  EXPECT_EQ(values.at("call_duration_ms GetRecords"), 2);
  EXPECT_EQ(values.at("call_duration_ms GetRecords sum"), 37);
  EXPECT_EQ(values.at("call_duration_ms ListShards"), 1);
  EXPECT_EQ(values.at("call_errors GetRecords/ExpiredIteratorException"), 1);
  EXPECT_FALSE(values.contains("call_errors ListShards/other"));
}

TEST_F(call_metrics, codes_that_are_unknown_are_counted_together) {
  for (const char* code : {"Invented1Exception", "Invented2Exception", "ThrottlingException"})
    call("PutRecords", 1, rejection(code));
  const auto values = reported();
  EXPECT_EQ(values.at("call_errors PutRecords/other"), 2);
  EXPECT_EQ(values.at("call_errors PutRecords/ThrottlingException"), 1);
}

TEST_F(call_metrics, a_call_without_a_response_and_one_that_is_too_large_have_codes_of_their_own) {
  HttpResponse none, large;
  none.transport = {Code::transient, "PS0000", "timed out"};
  large.transport = {Code::too_large, "PS0000", "too large"};
  call("PutRecords", 1000, none);
  call("PutRecords", 1, large);
  const auto values = reported();
  EXPECT_EQ(values.at("call_errors PutRecords/no_response"), 1);
  EXPECT_EQ(values.at("call_errors PutRecords/response_too_large"), 1);
}

}  // namespace
}  // namespace penstock::aws
