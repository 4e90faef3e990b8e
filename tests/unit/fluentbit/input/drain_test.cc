#include "fluentbit/input/drain.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::fluentbit {
namespace {

class Draining : public testing::Test {
 protected:
  Draining() {
    for (const char* const data : {"a", "b", "c"}) queue_.push({"", data});
  }

  Drain::End run(int64_t budget_ms = 1000) { return drain_.run(budget_ms, settled_); }

  int64_t now_ms_ = 0;
  int64_t append_ms_ = 0;  // how long the agent takes for a chunk
  bool takes_ = true;
  std::vector<std::string> offered_;
  size_t settled_ = 0;
  ChunkQueue queue_{100};
  Drain drain_{queue_,
               [this](const Chunk& chunk) {
                 now_ms_ += append_ms_;
                 offered_.push_back(chunk.data);
                 return takes_;
               },
               [this] { return now_ms_; }};
};

using fluentbit_drain = Draining;

TEST_F(fluentbit_drain, a_drain_passes_all_chunks_to_the_agent_in_order) {
  EXPECT_EQ(run(), Drain::End::kEmpty);
  EXPECT_EQ(offered_, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(settled_, 3u);
  EXPECT_EQ(queue_.front(), nullptr);
}

TEST_F(fluentbit_drain, a_drain_stops_at_its_time_limit) {
  append_ms_ = 100;
  EXPECT_EQ(run(200), Drain::End::kTimeIsUp);
  EXPECT_EQ(settled_, 2u);
  EXPECT_EQ(run(200), Drain::End::kEmpty);
}

TEST_F(fluentbit_drain, a_drain_ends_empty_if_the_last_chunk_used_up_the_time) {
  append_ms_ = 100;
  EXPECT_EQ(run(300), Drain::End::kEmpty);
}

TEST_F(fluentbit_drain, a_rejected_chunk_is_kept_and_offered_first) {
  takes_ = false;
  EXPECT_EQ(run(), Drain::End::kRefused);
  EXPECT_EQ(settled_, 0u);
  takes_ = true;
  EXPECT_EQ(run(), Drain::End::kEmpty);
  EXPECT_EQ(offered_, (std::vector<std::string>{"a", "a", "b", "c"}));
}

TEST_F(fluentbit_drain, a_drain_warns_every_30_seconds_while_everything_is_rejected) {
  takes_ = false;
  run();
  now_ms_ = 29'999;
  run();
  EXPECT_FALSE(drain_.warning());
  now_ms_ = 30'000;
  run();
  const auto warning = drain_.warning();
  ASSERT_TRUE(warning);
  EXPECT_TRUE(warning->starts_with("the agent rejects records of this input")) << *warning;
  EXPECT_TRUE(warning->ends_with("; seconds so far: 30")) << *warning;
  EXPECT_FALSE(drain_.warning());
  now_ms_ = 60'000;
  EXPECT_TRUE(drain_.warning());
}

TEST_F(fluentbit_drain, a_drain_does_not_warn_if_a_chunk_was_accepted_meanwhile) {
  takes_ = false;
  run();
  takes_ = true;
  run();
  now_ms_ = 60'000;
  EXPECT_FALSE(drain_.warning());
}

}  // namespace
}  // namespace penstock::fluentbit
