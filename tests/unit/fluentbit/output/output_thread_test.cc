#include "fluentbit/output/output_thread.h"

#include <gtest/gtest.h>

#include <array>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/fluentbit/fake_stages.h"
#include "tests/unit/fluentbit/output/chunks.h"
#include "tests/unit/fluentbit/output/fake_output.h"

namespace penstock::fluentbit {
namespace {

void print_nothing(int32_t, const std::string&) {}

class Flushing : public testing::Test {
 protected:
  explicit Flushing(int64_t timeout_ms = 3'600'000)
      : delivery_({&FakeOutput::stage, {}, &FakeReceipts::calls, timeout_ms}, RecordFormat({}), relay_) {
    FakeOutput::next = &output_;
    EXPECT_EQ(delivery_.open(), "");
    flusher_ = std::make_unique<OutputThread>(delivery_, relay_, log_waiting_);
  }

  std::future<proxy::FlushResult> begin(const std::string& chunk, const LogRelay::Print& print = print_nothing) {
    return std::async(std::launch::async, [this, chunk, print] { return flusher_->flush(chunk, "tag", print); });
  }

  FakeOutput output_;
  Wakeup log_waiting_;
  LogRelay relay_{PENSTOCK_LOG_DEBUG, log_waiting_};
  Delivery delivery_;
  std::unique_ptr<OutputThread> flusher_;
};

using fluentbit_output_thread = Flushing;

class FlushingWithoutTime : public Flushing {
 protected:
  FlushingWithoutTime() : Flushing(1) {}
};

using fluentbit_output_thread_without_time = FlushingWithoutTime;

TEST_F(fluentbit_output_thread, a_flush_returns_when_its_chunk_is_delivered) {
  EXPECT_EQ(flusher_->flush(log_event("a"), "tag", print_nothing), proxy::kFlushOk);
  EXPECT_EQ(output_.bodies(), (std::vector<std::string>{json_of("a")}));
}

TEST_F(fluentbit_output_thread, the_output_thread_waits_for_the_outputs_descriptor_and_deadline) {
  output_.keep();
  auto result = begin(log_event("a"));
  output_.wait_for_batches(1);
  output_.settle(PENSTOCK_DELIVERED);
  EXPECT_EQ(result.get(), proxy::kFlushOk);
}

TEST_F(fluentbit_output_thread, the_output_thread_accepts_a_chunk_while_others_wait) {
  output_.keep();
  auto first = begin(log_event("a")), second = begin(log_event("b"));
  output_.wait_for_batches(2);
  output_.settle(PENSTOCK_DELIVERED);
  EXPECT_EQ(first.get(), proxy::kFlushOk);
  EXPECT_EQ(second.get(), proxy::kFlushOk);
}

TEST_F(fluentbit_output_thread, chunks_flushed_by_many_threads_at_once_are_delivered) {
  std::array<std::future<int>, 4> threads;
  for (auto& thread : threads)
    thread = std::async(std::launch::async, [&] {
      int delivered = 0;
      for (int i = 0; i < 100; ++i)
        delivered += flusher_->flush(log_event("a"), "tag", print_nothing) == proxy::kFlushOk ? 1 : 0;
      return delivered;
    });
  for (auto& thread : threads) EXPECT_EQ(thread.get(), 100);
  EXPECT_EQ(output_.records().size(), 400u);
}

TEST_F(fluentbit_output_thread_without_time, a_flush_without_time_returns_retry) {
  output_.keep();
  EXPECT_EQ(flusher_->flush(log_event("a"), "tag", print_nothing), proxy::kFlushRetry);
}

TEST_F(fluentbit_output_thread, log_lines_are_printed_while_a_flush_waits) {
  output_.keep();
  std::promise<std::string> printed;
  auto result = begin(log_event("a"), [&](int32_t, const std::string& line) { printed.set_value(line); });
  output_.wait_for_batches(1);
  relay_.line(PENSTOCK_LOG_WARN, "the stream refuses records");
  EXPECT_EQ(printed.get_future().get(), "the stream refuses records");
  output_.settle(PENSTOCK_DELIVERED);
  EXPECT_EQ(result.get(), proxy::kFlushOk);
}

TEST_F(fluentbit_output_thread, stopping_the_output_thread_returns_retry_to_current_and_later_flushes) {
  output_.keep();
  auto result = begin(log_event("a"));
  output_.wait_for_batches(1);
  flusher_->stop();
  EXPECT_EQ(result.get(), proxy::kFlushRetry);
  EXPECT_EQ(flusher_->flush(log_event("b"), "tag", print_nothing), proxy::kFlushRetry);
  EXPECT_EQ(output_.closes(), 1);
  EXPECT_EQ(output_.batches(), 1u);
}

}  // namespace
}  // namespace penstock::fluentbit
