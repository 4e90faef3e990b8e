// The simulated network: virtual time, and how the service's faults reach the caller.
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>

#include "tests/model_kinesis/test_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {
namespace {

constexpr int64_t kMinuteMs = 60'000;

class sim_transport : public testing::Test {
 protected:
  void SetUp() override { service.create_stream("s", 1); }

  HttpRequest list() {
    const model::Request request = client.request("ListShards", R"({"StreamName":"s"})");
    HttpRequest out{request.method, "http://kinesis.test/", {}, request.body, 5000, 1 << 20};
    for (const auto& [name, value] : request.headers)
      if (name != "Host") out.headers.emplace_back(name, value);
    return out;
  }
  // Begins the call and drives until it ended.
  HttpResponse call(HttpRequest request) {
    std::optional<HttpResponse> out;
    transport.start(std::move(request), [&](HttpResponse response) { out = std::move(response); });
    EXPECT_FALSE(out);
    transport.drive(kNever);
    return out.value_or(HttpResponse{});
  }

  SimClock clock;
  model::Service service{{}, [this] { return clock.unix_ms(); }};
  SimEnv sim{clock, service, 1};
  SimTransport& transport = sim.transport();
  model::TestClient client = [this] {
    model::TestClient out([](const model::Request&) { return model::Reply{}; },
                          [this] { return clock.unix_ms(); });
    out.host = "kinesis.test";
    return out;
  }();
};

TEST_F(sim_transport, a_call_takes_its_latency_in_virtual_time) {
  transport.set_latency_ms(30, 30);
  const int64_t before_ms = clock.monotonic_ms();
  const HttpResponse response = call(list());
  EXPECT_TRUE(response.transport.ok()) << response.transport.message();
  EXPECT_EQ(response.http_status, 200) << response.body;
  EXPECT_NE(response.header("date"), "");
  EXPECT_FALSE(response.over_tls);
  EXPECT_EQ(clock.monotonic_ms(), before_ms + 30);
}

TEST_F(sim_transport, https_is_told) {
  HttpRequest request = list();
  request.url = "https://kinesis.test/";
  EXPECT_TRUE(call(request).over_tls);
}

TEST_F(sim_transport, drive_goes_to_its_deadline_and_no_further) {
  transport.set_latency_ms(100, 100);
  bool done = false;
  const int64_t start_ms = clock.monotonic_ms();
  transport.start(list(), [&](const HttpResponse&) { done = true; });
  transport.drive(0);
  EXPECT_EQ(clock.monotonic_ms(), start_ms);
  transport.drive(start_ms + 99);
  EXPECT_EQ(clock.monotonic_ms(), start_ms + 99);
  EXPECT_FALSE(done);
  EXPECT_EQ(transport.next_deadline_ms(), start_ms + 100);
  transport.drive(start_ms + 10 * kMinuteMs);
  EXPECT_TRUE(done);
  EXPECT_EQ(clock.monotonic_ms(), start_ms + 100);
  EXPECT_EQ(transport.next_deadline_ms(), kNever);
  transport.drive(start_ms + 10 * kMinuteMs);
  EXPECT_EQ(clock.monotonic_ms(), start_ms + 10 * kMinuteMs);
}

TEST_F(sim_transport, a_call_begun_inside_done_ends_in_a_later_drive) {
  transport.set_latency_ms(0, 0);
  int ended = 0;
  transport.start(list(), [&](const HttpResponse&) {
    ++ended;
    transport.start(list(), [&](const HttpResponse&) { ++ended; });
  });
  transport.drive(kNever);
  if (ended == 1) transport.drive(kNever);
  EXPECT_EQ(ended, 2);
}

TEST_F(sim_transport, waiting_for_nothing_without_a_deadline_is_an_error) {
  EXPECT_THROW(transport.drive(kNever), std::logic_error);
}

TEST_F(sim_transport, closed_lost_and_truncated_answers_are_transient) {
  for (const model::Fault& fault : {model::close_before(), model::lose_answer(), model::truncate_answer()}) {
    service.faults().next_calls("ListShards", fault);
    const HttpResponse response = call(list());
    EXPECT_EQ(response.transport.code(), Code::transient);
    EXPECT_EQ(response.body, "");
  }
}

TEST_F(sim_transport, a_slow_answer_comes_late_or_times_out) {
  transport.set_latency_ms(0, 0);
  const int64_t start_ms = clock.monotonic_ms();
  service.faults().next_calls("ListShards", model::delay(5000));
  service.faults().next_calls("ListShards", model::delay(5001));
  EXPECT_TRUE(call(list()).transport.ok());
  EXPECT_EQ(clock.monotonic_ms(), start_ms + 5000);
  EXPECT_EQ(call(list()).transport.code(), Code::transient);
  EXPECT_EQ(clock.monotonic_ms(), start_ms + 10'000);
}

TEST_F(sim_transport, an_answer_over_the_limit_is_too_large) {
  HttpRequest request = list();
  const size_t size = call(request).body.size();
  request.max_answer_bytes = size;
  EXPECT_TRUE(call(request).transport.ok());
  request.max_answer_bytes = size - 1;
  EXPECT_EQ(call(request).transport.code(), Code::too_large);
}

TEST_F(sim_transport, ten_minutes_cut_off_pass_at_once) {
  const int64_t end_ms = clock.monotonic_ms() + 10 * kMinuteMs;
  transport.cut_off_until(end_ms);
  int failures = 0;
  while (!call(list()).transport.ok()) ++failures;
  EXPECT_EQ(failures, 120);
  EXPECT_GE(clock.monotonic_ms(), end_ms);
  EXPECT_EQ(service.stats().requests, 1U);
}

TEST_F(sim_transport, calls_of_a_dead_process_are_told_to_nobody_and_may_arrive) {
  uint64_t arrived = 0;
  for (int i = 0; i < 100; ++i) {
    transport.start(list(), [](const HttpResponse&) { ADD_FAILURE() << "told after death"; });
    sim.kill();
    EXPECT_EQ(transport.calls_under_way(), 0U);
    arrived = service.stats().requests;
  }
  EXPECT_GT(arrived, 20U);
  EXPECT_LT(arrived, 80U);
}

TEST_F(sim_transport, the_same_seed_gives_the_same_times) {
  const auto run = [](uint64_t seed) {
    SimClock own;
    SimEnv other(
        own, [](const std::string&, const model::Request&) { return model::Reply{}; }, seed);
    std::vector<int64_t> times;
    for (int i = 0; i < 20; ++i) {
      other.transport().start({"GET", "http://h", {}, "", 1000, 10},
                              [&](const HttpResponse&) { times.push_back(own.monotonic_ms()); });
      other.transport().drive(kNever);
    }
    return times;
  };
  EXPECT_EQ(run(5), run(5));
  EXPECT_NE(run(5), run(6));
}

}  // namespace
}  // namespace penstock::sim
