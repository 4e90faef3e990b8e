// Credentials that expire while a writer runs, between a model of Kinesis and a security token service, in virtual
// time.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "core/aws/credentials/credentials_web_identity.h"
#include "core/aws/credentials_cache.h"
#include "core/aws/service_client.h"
#include "core/kinesis/output/writer.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {
namespace {

constexpr int64_t kMinuteMs = 60'000;
constexpr int64_t kLifetimeMs = 15 * kMinuteMs;

class credentials_rotation : public testing::Test {
 protected:
  credentials_rotation() {
    service.create_stream("out", 1);
    service.set_keys({});
    sim.files().put("/token", "token");
  }

  model::Reply serve(const std::string& host, model::Request request) {
    if (host.starts_with("kinesis.")) {
      for (Issued& key : issued) key.access.expired = clock.unix_ms() >= key.expires_at_ms;
      std::vector<model::AccessKey> keys;
      for (const Issued& key : issued) keys.push_back(key.access);
      service.set_keys(keys);
      return service.handle(std::move(request));
    }
    EXPECT_EQ(host, "sts.us-east-1.amazonaws.com");
    ++asked;
    model::Reply response;
    if (clock.monotonic_ms() < sts_down_until_ms) {
      response.status = 503;
      return response;
    }
    const std::string number = std::to_string(asked);
    issued.push_back(
        {{"ASIA" + number, "secret" + number, "token" + number, false}, clock.unix_ms() + kLifetimeMs});
    response.delay_ms = sts_delay_ms;
    response.body = "<Credentials><AccessKeyId>ASIA" + number + "</AccessKeyId><SecretAccessKey>secret" + number +
                    "</SecretAccessKey><SessionToken>token" + number + "</SessionToken><Expiration>";
    append_rfc3339(response.body, issued.back().expires_at_ms);
    response.body += "</Expiration></Credentials>";
    return response;
  }

  void write() {
    const std::string key = "k", data = std::to_string(written++);
    penstock_record record = {};
    record.key = bytes(key);
    record.body = bytes(data);
    penstock_batch batch = {};
    batch.struct_size = sizeof batch;
    batch.record_stride = sizeof record;
    batch.ack_id = static_cast<uint64_t>(written);
    batch.records = &record;
    batch.record_count = 1;
    ASSERT_TRUE(writer->write(batch).ok());
  }
  void turn() {
    sim.transport().drive(clock.monotonic_ms());
    writer->advance();
    for (const kinesis::SettledBatch& batch : writer->take_settled())
      delivered += batch.outcome == PENSTOCK_DELIVERED ? 1 : 0;
  }
  void run_for(int64_t ms) {
    const int64_t until_ms = clock.monotonic_ms() + ms;
    for (turn(); clock.monotonic_ms() < until_ms; turn())
      clock.advance_to(std::min({until_ms, std::max(writer->next_deadline_ms(), clock.monotonic_ms() + 1),
                                 std::max(sim.transport().next_deadline_ms(), clock.monotonic_ms() + 1)}));
  }
  // Writes a record every ten seconds.
  void write_for(int64_t ms) {
    for (int64_t gone_ms = 0; gone_ms < ms; gone_ms += 10'000) {
      write();
      run_for(10'000);
    }
  }
  // Returns how often each record is in the stream.
  std::map<std::string, int> stored() const {
    std::map<std::string, int> count;
    service.each_record(
        "out", [&](const model::Shard&, const model::Record& record) { ++count[std::string(record.data)]; });
    return count;
  }
  void expect_all_once() {
    EXPECT_EQ(delivered, written);
    EXPECT_EQ(stored().size(), static_cast<size_t>(written));
    for (const auto& [data, count] : stored()) EXPECT_EQ(count, 1) << data;
  }

  struct Issued {
    model::AccessKey access;
    int64_t expires_at_ms;
  };
  std::vector<Issued> issued;
  int asked = 0;
  int64_t sts_delay_ms = 50;
  int64_t sts_down_until_ms = 0;
  int written = 0;
  int delivered = 0;

  SimClock clock;
  model::Service service{{}, [this] { return clock.unix_ms(); }};
  SimEnv sim{clock,
             [this](const std::string& host, model::Request request) { return serve(host, std::move(request)); },
             7};
  aws::ServiceClock service_clock{clock};
  aws::CredentialsContext context{sim.env(), service_clock, *aws::make_endpoint("sts", "us-east-1", "", false),
                                  30'000};
  aws::CredentialsCache credentials{
      sim.env(), service_clock,
      std::make_unique<aws::WebIdentityCredentials>(
          context, aws::WebIdentity{"/token", {"arn:aws:iam::1:role/r", "", "", ""}})};
  aws::CallMetrics metrics;
  aws::ServiceClient client{
      sim.env(),   aws::kKinesisProtocol, *aws::make_endpoint("kinesis", "us-east-1", "", false),
      credentials, service_clock,         metrics,
      30'000};
  std::unique_ptr<kinesis::DeadLetterFile> failures =
      std::move(*kinesis::DeadLetterFile::open(sim.env(), "file:/failures"));
  std::unique_ptr<kinesis::Writer> writer = std::make_unique<kinesis::Writer>(
      sim.env(), *failures, kinesis::Writer::Options{.stream = "out", .mem_limit_bytes = 8 << 20},
      [this](std::string_view operation, std::string body, size_t most, aws::ServiceClient::Done done) {
        client.call(operation, std::move(body), most, std::move(done));
      });
};

TEST_F(credentials_rotation, credentials_rotated_during_a_run_cost_no_call_and_no_record) {
  write_for(180 * kMinuteMs);
  run_for(kMinuteMs);
  expect_all_once();
  EXPECT_EQ(writer->counters().failed_calls, 0U);
  EXPECT_GE(asked, 12);  // at least one per 15 minutes, at most one per 7.5
  EXPECT_LE(asked, 25);
}

TEST_F(credentials_rotation, slow_credentials_responses_delay_only_the_first_call) {
  sts_delay_ms = 20'000;
  write_for(60 * kMinuteMs);
  run_for(kMinuteMs);
  expect_all_once();
  EXPECT_EQ(writer->counters().failed_calls, 0U);
}

TEST_F(credentials_rotation, a_credentials_outage_shorter_than_their_validity_is_not_noticed) {
  write_for(7 * kMinuteMs);
  sts_down_until_ms = clock.monotonic_ms() + 6 * kMinuteMs;
  write_for(30 * kMinuteMs);
  run_for(kMinuteMs);
  expect_all_once();
  EXPECT_EQ(writer->counters().failed_calls, 0U);
  EXPECT_TRUE(sim.logged("cannot refresh the credentials, retrying: "));
}

TEST_F(credentials_rotation, a_credentials_outage_past_their_expiration_delays_records_and_loses_none) {
  write_for(5 * kMinuteMs);
  sts_down_until_ms = clock.monotonic_ms() + 60 * kMinuteMs;
  write_for(30 * kMinuteMs);
  EXPECT_LT(delivered, written);
  EXPECT_LT(asked, 120) << "it is not called constantly";
  run_for(45 * kMinuteMs);
  expect_all_once();
}

TEST_F(credentials_rotation, credentials_rejected_early_are_replaced_at_once) {
  write_for(kMinuteMs);
  EXPECT_EQ(asked, 1);
  issued.clear();
  write_for(kMinuteMs);
  EXPECT_EQ(asked, 2);
  run_for(kMinuteMs);
  expect_all_once();
  issued.back().expires_at_ms = clock.unix_ms();
  write_for(kMinuteMs);
  EXPECT_EQ(asked, 3);
  run_for(kMinuteMs);
  expect_all_once();
}

}  // namespace
}  // namespace penstock::sim
