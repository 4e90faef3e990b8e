#include "fluentbit/output/delivery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>

#include "tests/unit/fluentbit/fake_stages.h"
#include "tests/unit/fluentbit/output/chunks.h"
#include "tests/unit/fluentbit/output/fake_output.h"

namespace penstock::fluentbit {
namespace {

constexpr int64_t kTimeoutMs = 10'000;

class Delivering : public testing::Test {
 protected:
  Delivering() {
    FakeOutput::next = &output_;
    FakeReceipts::redeemed.clear();
  }

  Delivery& delivery() {
    if (delivery_ == nullptr) {
      delivery_ =
          std::make_unique<Delivery>(DeliveryStages{&FakeOutput::stage, {}, &FakeReceipts::calls, kTimeoutMs},
                                     RecordFormat(options_), relay_);
      EXPECT_EQ(delivery_->open(), "");
    }
    return *delivery_;
  }

  // Starts a flush.
  Flush& begin(const std::string& data, const std::string& tag = "tag") {
    texts_.push_back(data);
    texts_.push_back(tag);
    flushes_.push_back({texts_[texts_.size() - 2], texts_.back()});
    delivery().begin(flushes_.back(), now_ms_);
    return flushes_.back();
  }

  // Takes turns until there is nothing more to do at this time.
  void turn() {
    do {
      delivery().turn(now_ms_, true);
      for (Flush* flush : delivery().ended()) {
        // The buffer belongs to the agent again.
        std::memset(const_cast<char*>(flush->data.data()), 0xc1, flush->data.size());
        ended_.push_back(flush);
      }
    } while (delivery().next_ms(now_ms_) <= now_ms_);
  }

  bool ended(const Flush& flush) const { return std::find(ended_.begin(), ended_.end(), &flush) != ended_.end(); }

  proxy::FlushResult flush(const std::string& data, const std::string& tag = "tag") {
    const Flush& one = begin(data, tag);
    turn();
    EXPECT_TRUE(ended(one));
    return one.result;
  }

  // A flush that exceeds its time limit.
  void flush_until_timeout(const std::string& data, const std::string& tag = "tag") {
    const Flush& one = begin(data, tag);
    turn();
    EXPECT_FALSE(ended(one));
    now_ms_ += kTimeoutMs;
    turn();
    EXPECT_TRUE(ended(one));
    EXPECT_EQ(one.result, proxy::kFlushRetry);
  }

  size_t copies_of(const std::string& body) {
    const std::vector<std::string> bodies = output_.bodies();
    return static_cast<size_t>(std::count(bodies.begin(), bodies.end(), body));
  }

  std::vector<std::string> lines() {
    std::vector<std::string> out;
    relay_.print([&](int32_t, const std::string& line) { out.push_back(line); });
    return out;
  }

  FakeOutput output_;
  Wakeup ready_;
  LogRelay relay_{PENSTOCK_LOG_DEBUG, ready_};
  RecordFormat::Options options_;
  int64_t now_ms_ = 1000;
  std::deque<std::string> texts_;
  std::deque<Flush> flushes_;
  std::vector<Flush*> ended_;
  std::unique_ptr<Delivery> delivery_;
};

using fluentbit_delivery = Delivering;

const std::string kChunk = log_event("a") + log_event("b");

// A chunk of three batches.
std::string large_chunk() {
  const std::string text(RecordBatch::kBytes, 'x');
  return log_event(text + "1") + log_event(text + "2") + log_event(text + "3");
}

std::string receipt(char c) { return std::string(PENSTOCK_RECEIPT_BYTES, c); }

TEST_F(fluentbit_delivery, the_agents_output_reports_why_it_cannot_be_created) {
  output_.create_error = "stream is missing";
  Delivery other({&FakeOutput::stage, {}, &FakeReceipts::calls, kTimeoutMs}, RecordFormat({}), relay_);
  EXPECT_EQ(other.open(), "PS0950: stream is missing");
}

TEST_F(fluentbit_delivery, a_flush_ends_when_all_its_records_are_delivered) {
  output_.keep();
  const Flush& one = begin(kChunk);
  turn();
  EXPECT_EQ(output_.bodies(), (std::vector<std::string>{json_of("a"), json_of("b")}));
  EXPECT_FALSE(ended(one));
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  ASSERT_TRUE(ended(one));
  EXPECT_EQ(one.result, proxy::kFlushOk);
}

TEST_F(fluentbit_delivery, a_flush_of_a_chunk_without_records_ends_at_once) {
  EXPECT_EQ(flush(""), proxy::kFlushOk);
  EXPECT_EQ(output_.batches(), 0u);
}

TEST_F(fluentbit_delivery, a_dead_lettered_record_counts_as_delivered) {
  output_.settle(PENSTOCK_DEAD_LETTERED);
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
}

TEST_F(fluentbit_delivery, a_flush_is_retried_at_its_timeout_and_not_before) {
  output_.keep();
  const Flush& one = begin(kChunk);
  turn();
  EXPECT_EQ(delivery().next_ms(now_ms_), now_ms_ + kTimeoutMs);
  now_ms_ += kTimeoutMs - 1;
  turn();
  EXPECT_FALSE(ended(one));
  ++now_ms_;
  turn();
  ASSERT_TRUE(ended(one));
  EXPECT_EQ(one.result, proxy::kFlushRetry);
}

TEST_F(fluentbit_delivery, a_retried_chunk_is_not_written_again) {
  output_.keep();
  flush_until_timeout(kChunk);
  flush_until_timeout(kChunk);
  const Flush& one = begin(kChunk);
  turn();
  EXPECT_FALSE(ended(one)) << "it is still in flight";
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_TRUE(ended(one));
  EXPECT_EQ(copies_of(json_of("a")), 1u);
}

TEST_F(fluentbit_delivery, a_retried_chunk_that_ended_meanwhile_is_reported_at_once) {
  output_.keep();
  flush_until_timeout(kChunk);
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("a")), 1u);
}

TEST_F(fluentbit_delivery, equal_chunks_are_all_delivered) {
  output_.keep();
  begin(kChunk);
  const Flush& second = begin(kChunk);
  turn();
  EXPECT_EQ(copies_of(json_of("a")), 2u);
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_TRUE(ended(second));
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("a")), 3u);
}

TEST_F(fluentbit_delivery, equal_chunks_are_all_delivered_even_if_their_flushes_are_swapped) {
  output_.keep();
  flush_until_timeout(kChunk);
  output_.settle(PENSTOCK_DELIVERED);
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk) << "an equal chunk before the first is retried";
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("a")), 2u);
}

TEST_F(fluentbit_delivery, equal_chunks_that_all_timed_out_are_written_once_each) {
  output_.keep();
  begin(kChunk);
  begin(kChunk);
  turn();
  now_ms_ += kTimeoutMs;
  turn();
  output_.settle(PENSTOCK_DELIVERED);
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("a")), 2u);
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("a")), 3u);
}

TEST_F(fluentbit_delivery, a_chunk_with_another_tag_is_another_chunk) {
  output_.keep();
  flush_until_timeout(kChunk, "one");
  output_.settle(PENSTOCK_DELIVERED);
  EXPECT_EQ(flush(kChunk, "two"), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("a")), 2u);
}

TEST_F(fluentbit_delivery, nothing_is_written_while_the_output_is_full) {
  output_.keep();
  output_.full_from(1);
  begin(kChunk);
  const Flush& second = begin(log_event("c"));
  turn();
  EXPECT_EQ(output_.batches(), 1u);
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_EQ(output_.batches(), 2u);
  EXPECT_TRUE(ended(second));
}

TEST_F(fluentbit_delivery, chunks_that_were_never_written_are_not_remembered) {
  output_.keep();
  output_.full_from(1);
  begin(kChunk);
  const std::string other = log_event("c");
  flush_until_timeout(other);
  EXPECT_EQ(copies_of(json_of("c")), 0u);
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_EQ(copies_of(json_of("c")), 0u) << "no flush waits for it";
  EXPECT_EQ(flush(other), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("c")), 1u);
}

TEST_F(fluentbit_delivery, a_partly_written_chunk_continues_where_it_stopped) {
  output_.keep();
  output_.full_from(2);
  const std::string chunk = large_chunk();
  flush_until_timeout(chunk);
  EXPECT_EQ(output_.batches(), 2u);
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_EQ(output_.batches(), 2u) << "its bytes belong to the agent until the retry";
  EXPECT_EQ(flush(chunk), proxy::kFlushOk);
  EXPECT_EQ(output_.batches(), 3u);
  EXPECT_EQ(output_.bodies().back().back(), '}');
  EXPECT_EQ(output_.bodies()[2].at(json_of("").size() - 2 + RecordBatch::kBytes), '3');
}

TEST_F(fluentbit_delivery, a_flush_ends_when_the_last_of_its_batches_is_settled) {
  const std::string chunk = large_chunk();
  EXPECT_EQ(flush(chunk), proxy::kFlushOk);
  EXPECT_EQ(output_.batches(), 3u);
}

TEST_F(fluentbit_delivery, a_flush_is_retried_later_if_the_output_rejects_its_records) {
  output_.reject_writes(PENSTOCK_E_MEMORY);
  const Flush& one = begin(kChunk);
  turn();
  EXPECT_EQ(lines(), (std::vector<std::string>{"PS0950: it accepts nothing"}));
  EXPECT_GT(delivery().next_ms(now_ms_), now_ms_);
  EXPECT_LT(delivery().next_ms(now_ms_), now_ms_ + 1000);
  output_.reject_writes(PENSTOCK_OK);
  now_ms_ = delivery().next_ms(now_ms_);
  turn();
  EXPECT_TRUE(ended(one));
  EXPECT_EQ(copies_of(json_of("a")), 1u);
  EXPECT_TRUE(lines().empty());
}

TEST_F(fluentbit_delivery, a_failing_output_is_pumped_with_pauses_and_logged_once) {
  output_.keep();
  output_.pump_error = "the stream is gone";
  begin(kChunk);
  for (int i = 0; i < 10; ++i) {
    turn();
    EXPECT_GT(delivery().next_ms(now_ms_), now_ms_);
    now_ms_ = delivery().next_ms(now_ms_);
  }
  EXPECT_LE(output_.pumps(), 10);
  EXPECT_EQ(lines(), (std::vector<std::string>{"PS0950: the stream is gone"}));
}

TEST_F(fluentbit_delivery, a_pump_error_that_differs_only_in_a_number_is_logged_once_per_30_s) {
  output_.keep();
  begin(kChunk);
  for (int i = 0; i < 10; ++i) {
    output_.pump_error = "no answer for " + std::to_string(i) + ".25 s";
    turn();
    now_ms_ = delivery().next_ms(now_ms_);
  }
  EXPECT_EQ(lines(), (std::vector<std::string>{"PS0950: no answer for 0.25 s"}));
}

TEST_F(fluentbit_delivery, a_chunk_that_is_not_log_events_is_an_error_once_dead_lettered) {
  output_.keep();
  const Flush& one = begin("\xc1 what");
  turn();
  EXPECT_FALSE(ended(one));
  ASSERT_EQ(output_.records().size(), 1u);
  EXPECT_EQ(output_.records()[0].body, "\xc1 what");
  EXPECT_EQ(output_.records()[0].flags, uint32_t{PENSTOCK_RECORD_UNREADABLE});
  output_.settle(PENSTOCK_DEAD_LETTERED);
  turn();
  ASSERT_TRUE(ended(one));
  EXPECT_EQ(one.result, proxy::kFlushError);
  const std::vector<std::string> said = lines();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("PS0971: a part of a chunk with tag 'tag' is not log events in msgpack"),
            std::string::npos);
  EXPECT_TRUE(said[0].ends_with("; bytes: 6 of 6")) << said[0];
}

TEST_F(fluentbit_delivery, a_chunk_that_is_partly_not_log_events_is_not_an_error) {
  EXPECT_EQ(flush(kChunk + "\xc1"), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("b")), 1u);
}

TEST_F(fluentbit_delivery, records_without_the_log_key_are_counted_in_the_log) {
  options_.log_key = "message";
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  std::vector<std::string> said = lines();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0],
            "PS0972: records without the member that log_key names are dropped; correct log_key, or remove it. "
            "Records: 2");
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  EXPECT_TRUE(lines().empty());
  now_ms_ += 30'000;
  turn();
  said = lines();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0],
            "PS0972: records without the member that log_key names are dropped; correct log_key, or remove it. "
            "Records: 4");
}

TEST_F(fluentbit_delivery, receipts_of_a_chunk_are_redeemed_on_delivery) {
  output_.keep();
  const std::string chunk = log_event("a", receipt('1')) + log_event("b", receipt('2'));
  flush_until_timeout(chunk);
  EXPECT_TRUE(FakeReceipts::redeemed.empty());
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_EQ(FakeReceipts::redeemed, (std::vector<std::string>{receipt('1'), receipt('2')}));
  EXPECT_EQ(flush(chunk), proxy::kFlushOk);
  EXPECT_EQ(FakeReceipts::redeemed.size(), 2u);
}

TEST_F(fluentbit_delivery, a_receipt_is_redeemed_again_after_running_out_of_memory) {
  FakeReceipts::redeems_without_memory = 2;
  const Flush& one = begin(log_event("a", receipt('1')) + log_event("b", receipt('2')));
  turn();
  EXPECT_FALSE(ended(one)) << "the agent would drop the chunk";
  for (int i = 0; i < 5 && !ended(one); ++i) {
    now_ms_ = delivery().next_ms(now_ms_);
    turn();
  }
  EXPECT_EQ(one.result, proxy::kFlushOk);
  EXPECT_EQ(FakeReceipts::redeemed, (std::vector<std::string>{receipt('1'), receipt('2')}));
}

TEST_F(fluentbit_delivery, receipts_of_records_left_out_are_redeemed) {
  options_.log_key = "message";
  EXPECT_EQ(flush(log_event("a", receipt('1'))), proxy::kFlushOk);
  EXPECT_EQ(FakeReceipts::redeemed, (std::vector<std::string>{receipt('1')}));
}

TEST_F(fluentbit_delivery, records_released_at_the_end_are_left_to_the_agent_without_redemption) {
  output_.keep();
  const std::string chunk = log_event("a", receipt('1'));
  const Flush& one = begin(chunk);
  turn();
  delivery().close(now_ms_);
  ASSERT_EQ(delivery().ended().size(), 1u);
  EXPECT_EQ(one.result, proxy::kFlushRetry);
  EXPECT_TRUE(FakeReceipts::redeemed.empty());
  EXPECT_EQ(output_.closes(), 1);
  const std::vector<std::string> said = lines();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_TRUE(said[0].starts_with("PS0970: some chunks were not delivered before the agent stops")) << said[0];
  EXPECT_TRUE(said[0].ends_with("; chunks: 1")) << said[0];
}

TEST_F(fluentbit_delivery, a_flush_delivered_during_the_close_succeeds) {
  output_.keep();
  output_.outcome_at_close = PENSTOCK_DELIVERED;
  const Flush& one = begin(kChunk);
  turn();
  delivery().close(now_ms_);
  EXPECT_EQ(one.result, proxy::kFlushOk);
  EXPECT_TRUE(lines().empty());
}

TEST_F(fluentbit_delivery, a_flush_that_was_never_written_ends_at_the_close) {
  output_.keep();
  output_.full_from(1);
  begin(kChunk);
  const Flush& unwritten = begin(log_event("c"));
  turn();
  delivery().close(now_ms_);
  EXPECT_EQ(delivery().ended().size(), 2u);
  EXPECT_EQ(unwritten.result, proxy::kFlushRetry);
}

}  // namespace
}  // namespace penstock::fluentbit
