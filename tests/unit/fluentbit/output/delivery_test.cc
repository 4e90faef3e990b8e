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
  void flush_in_vain(const std::string& data, const std::string& tag = "tag") {
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

TEST_F(fluentbit_delivery, says_why_the_output_cannot_be_made) {
  output_.create_error = "stream is missing";
  Delivery other({&FakeOutput::stage, {}, &FakeReceipts::calls, kTimeoutMs}, RecordFormat({}), relay_);
  EXPECT_EQ(other.open(), "PS0950: stream is missing");
}

TEST_F(fluentbit_delivery, ends_a_flush_when_all_of_its_records_are_delivered) {
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

TEST_F(fluentbit_delivery, of_a_chunk_without_records_is_done_at_once) {
  EXPECT_EQ(flush(""), proxy::kFlushOk);
  EXPECT_EQ(output_.batches(), 0u);
}

TEST_F(fluentbit_delivery, in_the_failure_file_is_as_good_as_delivered) {
  output_.settle(PENSTOCK_DEAD_LETTERED);
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
}

TEST_F(fluentbit_delivery, asks_the_agent_to_come_again_at_the_timeout_and_not_before) {
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

TEST_F(fluentbit_delivery, does_not_write_again_what_comes_again) {
  output_.keep();
  flush_in_vain(kChunk);
  flush_in_vain(kChunk);
  const Flush& one = begin(kChunk);
  turn();
  EXPECT_FALSE(ended(one)) << "it is still under way";
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_TRUE(ended(one));
  EXPECT_EQ(copies_of(json_of("a")), 1u);
}

TEST_F(fluentbit_delivery, of_what_ended_meanwhile_is_told_at_once) {
  output_.keep();
  flush_in_vain(kChunk);
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("a")), 1u);
}

TEST_F(fluentbit_delivery, of_equal_chunks_delivers_each) {
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

TEST_F(fluentbit_delivery, of_equal_chunks_delivers_each_though_the_other_answers_for_it) {
  output_.keep();
  flush_in_vain(kChunk);
  output_.settle(PENSTOCK_DELIVERED);
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk) << "another chunk of the same bytes, before the first comes again";
  EXPECT_EQ(flush(kChunk), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("a")), 2u);
}

TEST_F(fluentbit_delivery, of_equal_chunks_that_all_ran_out_of_time_writes_each_once) {
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

TEST_F(fluentbit_delivery, under_another_tag_is_of_another_chunk) {
  output_.keep();
  flush_in_vain(kChunk, "one");
  output_.settle(PENSTOCK_DELIVERED);
  EXPECT_EQ(flush(kChunk, "two"), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("a")), 2u);
}

TEST_F(fluentbit_delivery, writes_nothing_while_the_output_is_full) {
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

TEST_F(fluentbit_delivery, of_what_was_never_written_remembers_nothing) {
  output_.keep();
  output_.full_from(1);
  begin(kChunk);
  const std::string other = log_event("c");
  flush_in_vain(other);
  EXPECT_EQ(copies_of(json_of("c")), 0u);
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_EQ(copies_of(json_of("c")), 0u) << "nobody waits for it";
  EXPECT_EQ(flush(other), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("c")), 1u);
}

TEST_F(fluentbit_delivery, of_a_chunk_written_in_part_goes_on_where_it_stopped) {
  output_.keep();
  output_.full_from(2);
  const std::string chunk = large_chunk();
  flush_in_vain(chunk);
  EXPECT_EQ(output_.batches(), 2u);
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_EQ(output_.batches(), 2u) << "its bytes are the agent's until they come again";
  EXPECT_EQ(flush(chunk), proxy::kFlushOk);
  EXPECT_EQ(output_.batches(), 3u);
  EXPECT_EQ(output_.bodies().back().back(), '}');
  EXPECT_EQ(output_.bodies()[2].at(json_of("").size() - 2 + RecordBatch::kBytes), '3');
}

TEST_F(fluentbit_delivery, ends_a_flush_when_the_last_of_its_batches_is_settled) {
  const std::string chunk = large_chunk();
  EXPECT_EQ(flush(chunk), proxy::kFlushOk);
  EXPECT_EQ(output_.batches(), 3u);
}

TEST_F(fluentbit_delivery, tries_again_in_a_while_when_the_output_takes_nothing) {
  output_.refuse_writes(PENSTOCK_E_MEMORY);
  const Flush& one = begin(kChunk);
  turn();
  EXPECT_EQ(lines(), (std::vector<std::string>{"PS0950: it takes nothing"}));
  EXPECT_GT(delivery().next_ms(now_ms_), now_ms_);
  EXPECT_LT(delivery().next_ms(now_ms_), now_ms_ + 1000);
  output_.refuse_writes(PENSTOCK_OK);
  now_ms_ = delivery().next_ms(now_ms_);
  turn();
  EXPECT_TRUE(ended(one));
  EXPECT_EQ(copies_of(json_of("a")), 1u);
  EXPECT_TRUE(lines().empty());
}

TEST_F(fluentbit_delivery, does_not_ask_an_output_that_fails_again_at_once_and_says_so_once) {
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

TEST_F(fluentbit_delivery, tells_a_failure_in_which_only_a_number_changes_once_in_half_a_minute) {
  output_.keep();
  begin(kChunk);
  for (int i = 0; i < 10; ++i) {
    output_.pump_error = "no answer for " + std::to_string(i) + ".25 s";
    turn();
    now_ms_ = delivery().next_ms(now_ms_);
  }
  EXPECT_EQ(lines(), (std::vector<std::string>{"PS0950: no answer for 0.25 s"}));
}

TEST_F(fluentbit_delivery, of_bytes_that_are_no_log_events_is_an_error_once_the_failure_file_has_them) {
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

TEST_F(fluentbit_delivery, of_a_chunk_that_is_partly_bytes_of_something_else_is_no_error) {
  EXPECT_EQ(flush(kChunk + "\xc1"), proxy::kFlushOk);
  EXPECT_EQ(copies_of(json_of("b")), 1u);
}

TEST_F(fluentbit_delivery, tells_how_many_records_lack_the_log_key_at_times) {
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

TEST_F(fluentbit_delivery, redeems_the_receipts_of_a_chunk_when_it_is_delivered) {
  output_.keep();
  const std::string chunk = log_event("a", receipt('1')) + log_event("b", receipt('2'));
  flush_in_vain(chunk);
  EXPECT_TRUE(FakeReceipts::redeemed.empty());
  output_.settle(PENSTOCK_DELIVERED);
  turn();
  EXPECT_EQ(FakeReceipts::redeemed, (std::vector<std::string>{receipt('1'), receipt('2')}));
  EXPECT_EQ(flush(chunk), proxy::kFlushOk);
  EXPECT_EQ(FakeReceipts::redeemed.size(), 2u);
}

TEST_F(fluentbit_delivery, redeems_a_receipt_again_for_which_there_was_no_memory) {
  FakeReceipts::redeems_without_memory = 2;
  const Flush& one = begin(log_event("a", receipt('1')) + log_event("b", receipt('2')));
  turn();
  EXPECT_FALSE(ended(one)) << "the agent would forget the chunk";
  for (int i = 0; i < 5 && !ended(one); ++i) {
    now_ms_ = delivery().next_ms(now_ms_);
    turn();
  }
  EXPECT_EQ(one.result, proxy::kFlushOk);
  EXPECT_EQ(FakeReceipts::redeemed, (std::vector<std::string>{receipt('1'), receipt('2')}));
}

TEST_F(fluentbit_delivery, redeems_the_receipts_of_records_that_are_left_out) {
  options_.log_key = "message";
  EXPECT_EQ(flush(log_event("a", receipt('1'))), proxy::kFlushOk);
  EXPECT_EQ(FakeReceipts::redeemed, (std::vector<std::string>{receipt('1')}));
}

TEST_F(fluentbit_delivery, leaves_to_the_agent_what_is_given_back_at_the_end_and_redeems_none_of_it) {
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

TEST_F(fluentbit_delivery, ends_well_what_is_delivered_while_it_closes) {
  output_.keep();
  output_.outcome_at_close = PENSTOCK_DELIVERED;
  const Flush& one = begin(kChunk);
  turn();
  delivery().close(now_ms_);
  EXPECT_EQ(one.result, proxy::kFlushOk);
  EXPECT_TRUE(lines().empty());
}

TEST_F(fluentbit_delivery, ends_at_the_end_what_was_never_written_too) {
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
