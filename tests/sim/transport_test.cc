// The simulated network: virtual time, and how the service's faults reach the caller.
#include <gtest/gtest.h>

#include <algorithm>
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
  // Makes the call, and drives the transport until it has completed.
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

TEST_F(sim_transport, a_simulated_call_takes_its_latency_in_virtual_time) {
  transport.set_latency_ms(30, 30);
  const int64_t before_ms = clock.monotonic_ms();
  const HttpResponse response = call(list());
  EXPECT_TRUE(response.transport.ok()) << response.transport.message();
  EXPECT_EQ(response.http_status, 200) << response.body;
  EXPECT_NE(response.header("date"), "");
  EXPECT_FALSE(response.over_tls);
  EXPECT_EQ(clock.monotonic_ms(), before_ms + 30);
}

TEST_F(sim_transport, a_simulated_call_knows_whether_it_uses_https) {
  HttpRequest request = list();
  request.url = "https://kinesis.test/";
  EXPECT_TRUE(call(request).over_tls);
}

TEST_F(sim_transport, drive_advances_at_most_to_its_deadline) {
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

TEST_F(sim_transport, a_call_started_in_a_callback_completes_in_a_later_drive) {
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

TEST_F(sim_transport, waiting_with_no_call_and_no_deadline_is_an_error) {
  EXPECT_THROW(transport.drive(kNever), std::logic_error);
}

TEST_F(sim_transport, closed_lost_and_truncated_responses_are_transient_errors) {
  for (const model::Fault& fault : {model::close_before(), model::lose_response(), model::truncate_response()}) {
    service.faults().next_calls("ListShards", fault);
    const HttpResponse response = call(list());
    EXPECT_EQ(response.transport.code(), Code::transient);
    EXPECT_EQ(response.body, "");
  }
}

TEST_F(sim_transport, a_slow_response_arrives_late_or_times_out) {
  transport.set_latency_ms(0, 0);
  const int64_t start_ms = clock.monotonic_ms();
  service.faults().next_calls("ListShards", model::delay(5000));
  service.faults().next_calls("ListShards", model::delay(5001));
  EXPECT_TRUE(call(list()).transport.ok());
  EXPECT_EQ(clock.monotonic_ms(), start_ms + 5000);
  EXPECT_EQ(call(list()).transport.code(), Code::transient);
  EXPECT_EQ(clock.monotonic_ms(), start_ms + 10'000);
}

TEST_F(sim_transport, a_simulated_response_over_the_limit_is_too_large) {
  HttpRequest request = list();
  const size_t size = call(request).body.size();
  request.max_response_bytes = size;
  EXPECT_TRUE(call(request).transport.ok());
  request.max_response_bytes = size - 1;
  EXPECT_EQ(call(request).transport.code(), Code::too_large);
}

TEST_F(sim_transport, ten_minutes_without_network_pass_at_once) {
  const int64_t end_ms = clock.monotonic_ms() + 10 * kMinuteMs;
  transport.cut_off_until(end_ms);
  int failures = 0;
  while (!call(list()).transport.ok()) ++failures;
  EXPECT_EQ(failures, 120);
  EXPECT_GE(clock.monotonic_ms(), end_ms);
  EXPECT_EQ(service.stats().requests, 1U);
}

TEST_F(sim_transport, a_host_is_cut_off_for_its_time_and_others_are_not) {
  transport.set_latency_ms(100, 100);
  const int64_t from_ms = clock.monotonic_ms() + 1000;
  transport.cut_off("kinesis", from_ms, from_ms + 20'000);
  transport.cut_off("dynamodb", 0, kNever);
  EXPECT_TRUE(call(list()).transport.ok()) << "before";
  clock.advance_to(from_ms - 101);
  transport.start(list(),
                  [](const HttpResponse& response) { EXPECT_TRUE(response.transport.ok()) << "just before"; });
  clock.advance_to(from_ms - 100);
  std::optional<HttpResponse> then;
  transport.start(list(), [&](HttpResponse response) { then = std::move(response); });
  while (!then) transport.drive(kNever);
  EXPECT_FALSE(then->transport.ok()) << "the response arrives at that moment";
  EXPECT_EQ(service.stats().requests, 3U);
  EXPECT_EQ(clock.monotonic_ms(), from_ms - 100 + 5000);
  clock.advance_to(from_ms + 19'999);
  EXPECT_FALSE(call(list()).transport.ok()) << "started just before the end";
  EXPECT_EQ(service.stats().requests, 3U);
  clock.advance_to(from_ms + 20'000);
  EXPECT_TRUE(call(list()).transport.ok());
}

TEST_F(sim_transport, each_network_fault_has_its_effect) {
  transport.set_latency_ms(10, 10);
  const auto with = [&](const NetworkFaults& faults, bool ok, uint64_t served, int64_t took_ms) {
    transport.set_faults(faults, 1);
    const int64_t start_ms = clock.monotonic_ms();
    const uint64_t before = service.stats().requests;
    const HttpResponse response = call(list());
    EXPECT_EQ(response.transport.ok(), ok) << response.transport.message();
    EXPECT_TRUE(ok || response.transport.code() == Code::transient);
    EXPECT_EQ(clock.monotonic_ms() - start_ms, took_ms);
    transport.set_faults({}, 1);
    clock.advance(60'000);
    transport.carry();
    EXPECT_EQ(service.stats().requests - before, served);
  };
  with({}, true, 1, 10);
  with({.connection_refused = 1}, false, 0, 5);
  with({.request_lost = 1}, false, 0, 5000);
  with({.response_lost = 1}, false, 1, 5000);
  with({.truncated = 1}, false, 1, 10);
  with({.twice = 1}, true, 2, 10);
  with({.request_delay = 1, .delay_ms = 0}, true, 1, 10);
}

TEST_F(sim_transport, a_delayed_request_arrives_after_its_caller_has_given_up_or_died) {
  transport.set_faults({.request_delay = 1, .delay_ms = 60'000}, 1);
  int timed_out = 0;
  for (int i = 0; i < 20; ++i) timed_out += call(list()).transport.ok() ? 0 : 1;
  EXPECT_GT(timed_out, 10);
  for (int i = 0; i < 20; ++i)
    transport.start(list(), [](const HttpResponse&) { ADD_FAILURE() << "completed after death"; });
  sim.kill();
  EXPECT_EQ(transport.calls_under_way(), 0U);
  EXPECT_LT(service.stats().requests, 30U);
  for (int second = 0; second < 60; ++second) {
    clock.advance(1000);
    transport.carry();
  }
  EXPECT_EQ(service.stats().requests, 40U);
  EXPECT_EQ(transport.next_deadline_ms(), kNever);
}

TEST_F(sim_transport, responses_overtake_each_other_and_time_out) {
  transport.set_faults({.response_delay = 0.5, .delay_ms = 8000}, 3);
  std::vector<int> order;
  int failed = 0;
  for (int i = 0; i < 20; ++i)
    transport.start(list(), [&, i](const HttpResponse& response) {
      order.push_back(i);
      failed += response.transport.ok() ? 0 : 1;
    });
  while (transport.calls_under_way() > 0) transport.drive(kNever);
  EXPECT_EQ(order.size(), 20U);
  EXPECT_FALSE(std::ranges::is_sorted(order));
  EXPECT_GT(failed, 0);
  EXPECT_LT(failed, 10);
}

TEST_F(sim_transport, requests_of_a_frozen_process_arrive_and_their_responses_wait) {
  bool succeeded = false;
  transport.start(list(), [&](const HttpResponse& response) { succeeded = response.transport.ok(); });
  clock.advance(60'000);
  transport.carry();
  EXPECT_EQ(service.stats().requests, 1U);
  EXPECT_FALSE(succeeded);
}

TEST_F(sim_transport, deadlines_are_on_the_clock_of_a_machine_that_slept) {
  sim.clock().fall_asleep();
  clock.advance(60'000);
  sim.clock().wake();
  Clock& own = sim.env().clock;
  const int64_t start_ms = own.monotonic_ms();
  transport.set_latency_ms(100, 100);
  bool done = false;
  transport.start(list(), [&](const HttpResponse& response) { done = response.transport.ok(); });
  EXPECT_EQ(transport.next_deadline_ms(), start_ms + 50);
  transport.drive(start_ms + 99);
  EXPECT_EQ(own.monotonic_ms(), start_ms + 99);
  EXPECT_FALSE(done);
  transport.drive(kNever);
  EXPECT_TRUE(done);
  EXPECT_EQ(own.monotonic_ms(), start_ms + 100);
}

TEST_F(sim_transport, calls_of_a_dead_process_have_no_callback_and_may_arrive) {
  uint64_t arrived = 0;
  for (int i = 0; i < 100; ++i) {
    transport.start(list(), [](const HttpResponse&) { ADD_FAILURE() << "completed after death"; });
    sim.kill();
    EXPECT_EQ(transport.calls_under_way(), 0U);
    arrived = service.stats().requests;
  }
  EXPECT_GT(arrived, 20U);
  EXPECT_LT(arrived, 80U);
}

TEST_F(sim_transport, the_same_seed_gives_the_same_latencies) {
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
