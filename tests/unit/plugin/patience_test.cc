// How long commands wait for a service that does not answer, in virtual time.
#include "plugin/patience.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plugin/position_age.h"
#include "plugin/stream_look.h"
#include "tests/sim/sim_client.h"
#include "tests/sim/sim_env.h"

namespace penstock {
namespace {

class patience : public testing::Test {
 protected:
  patience() { service.create_stream("in", 40); }

  InputStream stream() { return {parse_stream_names("in")->front(), &client}; }
  std::vector<PositionQuestion> questions(size_t count) {
    std::vector<PositionQuestion> out;
    for (size_t i = 0; i < count; ++i) {
      model::Shard& shard = service.stream("in")->shards()[i];
      service.stream("in")->append(shard, "key", "data", clock.unix_ms());
      const std::string number(shard.records.back().sequence_number.text());
      out.push_back({stream(), shard.id(), number});
    }
    return out;
  }
  // A call that is answered after so long.
  Result<HttpResponse> answered_after(int64_t ms) {
    sim.transport().set_latency_ms(ms, ms);
    return waiting.wait<HttpResponse>("Call", [&](auto done) {
      HttpRequest request;
      request.url = "https://kinesis.us-east-1.amazonaws.com/";
      request.timeout_ms = 2 * Patience::kMs;
      sim.env().transport.start(std::move(request), [done](HttpResponse response) { done(std::move(response)); });
    });
  }
  int64_t elapsed_ms() { return clock.monotonic_ms() - start_ms; }

  sim::SimClock clock;
  model::Service service{{}, [this] { return clock.unix_ms(); }};
  sim::SimEnv sim{clock, service, 1};
  sim::SimClient client{sim.env()};
  Patience waiting{sim.env()};
  int64_t start_ms = clock.monotonic_ms();
};

TEST_F(patience, lasts_for_60_s) {
  EXPECT_TRUE(answered_after(Patience::kMs - 1).ok());
  const Result<HttpResponse> late = answered_after(Patience::kMs + 1);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.status().message(), "Call: gave up after 60 s without an answer");
  EXPECT_TRUE(waiting.is_over());
  sim.env().transport.drive(clock.monotonic_ms() + 10);  // the answer comes, and is lost
}

TEST_F(patience, is_renewed_by_each_answer) {
  sim.transport().set_latency_ms(25'000, 25'000);
  const Result<StreamLook> look = look_at(waiting, stream());
  ASSERT_TRUE(look.ok()) << look.status().message();
  const std::vector<PositionAge> ages = ask_ages(waiting, questions(1));
  EXPECT_TRUE(ages.front().status.ok()) << ages.front().status.message();
  EXPECT_EQ(elapsed_ms(), 100'000);
}

TEST_F(patience, with_a_stream_that_never_answers_ends_also_between_two_tries) {
  sim.transport().cut_off_until(kNever);
  const Result<StreamLook> look = look_at(waiting, stream());
  ASSERT_FALSE(look.ok());
  EXPECT_EQ(look.status().message().find("stream in: DescribeStreamSummary: "), 0U) << look.status().message();
  EXPECT_EQ(elapsed_ms(), Patience::kMs);
}

TEST_F(patience, with_shards_that_never_answer_is_one_for_all_of_them) {
  sim.transport().cut_off_until(kNever);
  for (const PositionAge& age : ask_ages(waiting, questions(40)))
    EXPECT_EQ(age.status.message(), "gave up after 60 s without an answer");
  EXPECT_EQ(elapsed_ms(), Patience::kMs);
  sim.env().transport.drive(clock.monotonic_ms() + 60'000);  // what the calls tell now is lost
}

}  // namespace
}  // namespace penstock
