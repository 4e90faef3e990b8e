// How long commands wait for a service that does not answer, in virtual time.
#include "plugin/commands/patience.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plugin/commands/describe_stream.h"
#include "plugin/commands/position_age.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock::plugin {
namespace {

class patience : public testing::Test {
 protected:
  patience() { service.create_stream("in", 40); }

  kinesis::InputStream stream(const std::string& name = "in") {
    return {kinesis::parse_stream_names(name, {}).front(), &client};
  }
  std::vector<PositionQuestion> questions(size_t count, const std::string& name = "in") {
    std::vector<PositionQuestion> out;
    for (size_t i = 0; i < count; ++i) {
      model::Shard& shard = service.stream(name)->shards()[i];
      service.stream(name)->append(shard, "key", "data", clock.unix_ms());
      const std::string number(shard.records.back().sequence_number.text());
      out.push_back({stream(name), shard.id(), number});
    }
    return out;
  }
  // For that time, calls that contain `text` are throttled because other clients use up the limit.
  void throttle(const std::string& operation, int64_t for_ms, const std::string& text = "") {
    sim.transport().set_latency_ms(10, 10);
    throttled = {operation, text, for_ms == kNever ? kNever : clock.monotonic_ms() + for_ms};
  }
  model::Reply serve(model::Request request) {
    const bool rejects = clock.monotonic_ms() < throttled.until_ms && request.body.find(throttled.text) != npos;
    if (rejects) service.faults().next_calls(throttled.operation, model::throttle());
    model::Reply reply = service.handle(std::move(request));
    service.faults().forget();
    return reply;
  }
  // Makes a call that is answered after that time.
  Result<HttpResponse> call_that_takes(int64_t ms) {
    sim.transport().set_latency_ms(ms, ms);
    return waiting.wait<HttpResponse>("Call", [&](auto done) {
      HttpRequest request;
      request.url = "https://kinesis.us-east-1.amazonaws.com/";
      request.timeout_ms = 2 * Patience::kMs;
      sim.env().transport.start(std::move(request), [done](HttpResponse response) { done(std::move(response)); });
    });
  }
  int64_t elapsed_ms() { return clock.monotonic_ms() - start_ms; }

  static constexpr size_t npos = std::string::npos;
  struct {
    std::string operation, text;
    int64_t until_ms = 0;
  } throttled;
  sim::SimClock clock;
  model::Service service{{}, [this] { return clock.unix_ms(); }};
  sim::SimEnv sim{clock, [this](const std::string&, model::Request request) { return serve(std::move(request)); },
                  1};
  sim::SimClient client{sim.env()};
  Patience waiting{sim.env()};
  int64_t start_ms = clock.monotonic_ms();
};

TEST_F(patience, commands_wait_60_s_for_a_response) {
  EXPECT_TRUE(call_that_takes(Patience::kMs - 1).ok());
  const Result<HttpResponse> late = call_that_takes(Patience::kMs + 1);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.status().message(), "Call: gave up after 60 s without a response");
  EXPECT_TRUE(waiting.is_over());
  sim.env().transport.drive(clock.monotonic_ms() + 10);  // the response arrives, and is lost
}

TEST_F(patience, each_response_restarts_the_wait_of_commands) {
  sim.transport().set_latency_ms(25'000, 25'000);
  const Result<StreamDescription> look = describe_stream(waiting, stream());
  ASSERT_TRUE(look.ok()) << look.status().message();
  const std::vector<PositionAge> ages = ask_ages(waiting, questions(1));
  EXPECT_TRUE(ages.front().status.ok()) << ages.front().status.message();
  EXPECT_EQ(elapsed_ms(), 100'000);
}

TEST_F(patience, commands_stop_waiting_for_a_silent_stream_also_between_retries) {
  sim.transport().cut_off_until(kNever);
  const Result<StreamDescription> look = describe_stream(waiting, stream());
  ASSERT_FALSE(look.ok());
  EXPECT_EQ(look.status().message().find("stream in: DescribeStreamSummary: "), 0U) << look.status().message();
  EXPECT_EQ(elapsed_ms(), Patience::kMs);
}

TEST_F(patience, commands_wait_60_s_for_all_silent_shards_together) {
  sim.transport().cut_off_until(kNever);
  const std::vector<PositionAge> ages = ask_ages(waiting, questions(40));
  EXPECT_NE(ages.front().status.message().find("; gave up after 60 s without progress"), npos)
      << ages.front().status.message();
  for (const PositionAge& age : ages) EXPECT_FALSE(age.status.ok());
  EXPECT_EQ(elapsed_ms(), Patience::kMs);
  sim.env().transport.drive(clock.monotonic_ms() + 60'000);  // completions now go nowhere
}

TEST_F(patience, commands_outlast_throttling_of_less_than_60_s) {
  for (const char* operation : {"GetShardIterator", "GetRecords"}) {
    throttle(operation, Patience::kMs - 3'000);
    const PositionAge age = ask_ages(waiting, questions(1)).front();
    EXPECT_TRUE(age.status.ok()) << age.status.message();
    EXPECT_TRUE(age.age_ms);
  }
  for (const char* operation : {"DescribeStreamSummary", "ListShards"}) {
    throttle(operation, Patience::kMs - 3'000);
    const Result<StreamDescription> look = describe_stream(waiting, stream());
    EXPECT_TRUE(look.ok()) << look.status().message();
  }
}

TEST_F(patience, commands_stop_60_s_after_the_last_progress_under_endless_throttling) {
  throttle("GetRecords", kNever);
  const PositionAge age = ask_ages(waiting, questions(1)).front();
  EXPECT_EQ(elapsed_ms(), 10 + Patience::kMs) << "an iterator for each retry is not progress";
  EXPECT_EQ(age.status.code(), Code::throttled);
  EXPECT_EQ(age.status.message().find("GetRecords: "), 0U) << age.status.message();
  EXPECT_TRUE(age.status.message().ends_with("; gave up after 60 s without progress")) << age.status.message();
}

TEST_F(patience, describing_a_throttled_stream_stops_after_60_s_and_names_the_call) {
  throttle("ListShards", kNever);
  const Result<StreamDescription> look = describe_stream(waiting, stream());
  ASSERT_FALSE(look.ok());
  EXPECT_EQ(elapsed_ms(), 10 + Patience::kMs);
  EXPECT_EQ(look.status().message().find("stream in: ListShards: "), 0U) << look.status().message();
  EXPECT_TRUE(look.status().message().ends_with("; gave up after 60 s without progress"));
}

TEST_F(patience, a_throttled_stream_does_not_shorten_the_wait_for_another) {
  service.create_stream("other", 40);
  throttle("GetShardIterator", kNever, "\"in\"");
  std::vector<PositionQuestion> asked = questions(40);
  for (PositionQuestion& question : questions(40, "other")) asked.push_back(std::move(question));
  const std::vector<PositionAge> ages = ask_ages(waiting, asked);
  ASSERT_EQ(ages.size(), 80U);
  for (size_t i = 0; i < 40; ++i) EXPECT_EQ(ages[i].status.code(), Code::throttled) << ages[i].status.message();
  for (size_t i = 40; i < 80; ++i) EXPECT_TRUE(ages[i].status.ok()) << ages[i].status.message();
  EXPECT_LT(elapsed_ms(), Patience::kMs + 10'000);
}

TEST_F(patience, commands_do_not_wait_for_missing_credentials) {
  sim.variables().clear();
  const Result<StreamDescription> look = describe_stream(waiting, stream());
  ASSERT_FALSE(look.ok());
  EXPECT_EQ(look.status().code(), Code::credentials) << look.status().message();
  EXPECT_EQ(ask_ages(waiting, questions(1)).front().status.code(), Code::credentials);
  EXPECT_LT(elapsed_ms(), Patience::kMs / 2);
}

}  // namespace
}  // namespace penstock::plugin
