#include "fluentbit/input/reader.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/fluentbit/fake_stages.h"

namespace penstock::fluentbit {
namespace {

using Acked = std::map<uint64_t, int32_t>;

class Reading : public testing::Test {
 protected:
  explicit Reading(size_t queue_bytes = size_t{1} << 20) : queue_(queue_bytes) {
    FakeInput::next = &input_;
    FakeFilter::apply = nullptr;
    FakeReceipts::settled.clear();
    FakeReceipts::redeemed.clear();
    FakeReceipts::issued = 0;
    stages_.input = &FakeInput::stage;
  }

  Reader& reader() {
    if (reader_ == nullptr) {
      reader_ = std::make_unique<Reader>(stages_, format_, queue_, relay_);
      EXPECT_EQ(reader_->open(), "");
    }
    return *reader_;
  }

  void filter(std::function<int32_t(const std::string&, std::vector<std::string>&, penstock_error*)> apply) {
    FakeFilter::apply = std::move(apply);
    stages_.filter = &FakeFilter::stage;
  }

  // Reading stops when limit_bytes of records are not yet delivered.
  void with_receipts(size_t limit_bytes) {
    stages_.receipts = &FakeReceipts::calls;
    stages_.max_unacknowledged_bytes = limit_bytes;
  }

  std::vector<std::string> lines() {
    std::vector<std::string> out;
    relay_.print([&](int32_t, const std::string& line) { out.push_back(line); });
    return out;
  }

  std::string queued() {
    std::string out;
    queue_.copy(out);
    return out;
  }

  void take_all() {
    while (queue_.front() != nullptr) queue_.settle_front();
  }

  FakeInput input_;
  Wakeup ready_;
  LogRelay relay_{PENSTOCK_LOG_DEBUG, ready_};
  ChunkQueue queue_;
  ReaderStages stages_{};
  ChunkFormat format_;
  std::unique_ptr<Reader> reader_;
};

using fluentbit_reader = Reading;

class SmallQueue : public Reading {
 protected:
  SmallQueue() : Reading(64) {}
};

using fluentbit_reader_with_a_full_queue = SmallQueue;

TEST_F(fluentbit_reader, a_reader_reports_why_its_input_cannot_be_created) {
  input_.create_error = "stream is missing";
  Reader reader(stages_, format_, queue_, relay_);
  EXPECT_EQ(reader.open(), "PS0950: stream is missing");
}

TEST_F(fluentbit_reader, a_new_input_is_polled) {
  EXPECT_FALSE(reader().turn(0, false));
  EXPECT_EQ(input_.polls(), 1);
  EXPECT_FALSE(reader().turn(1, false));
  EXPECT_EQ(input_.polls(), 1) << "it has nothing to do";
  reader().turn(2, true);
  EXPECT_EQ(input_.polls(), 2);
}

TEST_F(fluentbit_reader, an_input_is_polled_at_its_deadline) {
  input_.next_deadline_ms = 500;
  reader().turn(0, false);
  EXPECT_EQ(reader().next_ms(0), 500);
  reader().turn(499, false);
  EXPECT_EQ(input_.polls(), 1);
  reader().turn(500, false);
  EXPECT_EQ(input_.polls(), 2);
}

TEST_F(fluentbit_reader, a_batch_is_settled_only_after_the_agent_has_accepted_it) {
  input_.add({1, {"a", "b"}});
  EXPECT_TRUE(reader().turn(0, false));
  reader().turn(1, true);
  EXPECT_EQ(input_.acked(), Acked{});
  take_all();
  reader().turn(2, false);
  EXPECT_EQ(input_.acked(), (Acked{{1, PENSTOCK_DELIVERED}}));
}

TEST_F(fluentbit_reader, a_batch_in_several_chunks_is_settled_with_the_last) {
  format_.chunk_bytes = 1;
  input_.add({1, {"a", "b"}});
  reader().turn(0, false);
  queue_.settle_front();
  reader().turn(1, false);
  EXPECT_EQ(input_.acked(), Acked{});
  queue_.settle_front();
  reader().turn(2, false);
  EXPECT_EQ(input_.acked(), (Acked{{1, PENSTOCK_DELIVERED}}));
}

TEST_F(fluentbit_reader, a_batch_without_records_after_the_filter_is_settled_as_filtered) {
  filter([](const std::string&, std::vector<std::string>&, penstock_error*) { return PENSTOCK_OK; });
  input_.add({1, {"a"}});
  EXPECT_FALSE(reader().turn(0, false));
  EXPECT_EQ(reader().next_ms(0), 0);
  reader().turn(0, false);
  EXPECT_EQ(input_.acked(), (Acked{{1, PENSTOCK_FILTERED}}));
}

TEST_F(fluentbit_reader, a_batch_without_records_is_settled) {
  input_.add({1, {}});
  reader().turn(0, false);
  reader().turn(0, false);
  EXPECT_EQ(input_.acked(), (Acked{{1, PENSTOCK_FILTERED}}));
}

TEST_F(fluentbit_reader, records_of_the_filter_are_passed_on) {
  filter([](const std::string& body, std::vector<std::string>& out, penstock_error*) {
    out.push_back("{\"made_of\":\"" + body + "\"}");
    return PENSTOCK_OK;
  });
  input_.add({1, {"one", "two"}});
  reader().turn(0, false);
  EXPECT_NE(queued().find("\xa7made_of\xa3one"), std::string::npos);
  EXPECT_NE(queued().find("\xa7made_of\xa3two"), std::string::npos);
}

TEST_F(fluentbit_reader, a_batch_is_passed_unchanged_if_the_filter_fails_in_its_middle) {
  filter([](const std::string& body, std::vector<std::string>& out, penstock_error* error) {
    if (body == "bad") {
      std::snprintf(error->text, sizeof error->text, "a defect");
      return PENSTOCK_E_DATA;
    }
    out.emplace_back("{\"made\":1}");
    return PENSTOCK_OK;
  });
  input_.add({1, {"good", "bad", "late"}});
  reader().turn(0, false);
  EXPECT_EQ(queued().find("made"), std::string::npos);
  for (const char* const body : {"\xa3log\xa4good",
                                 "\xa3log\xa3"
                                 "bad",
                                 "\xa3log\xa4late"})
    EXPECT_NE(queued().find(body), std::string::npos) << body;
  EXPECT_EQ(lines(), std::vector<std::string>{"PS0950: filter fake: a defect"});
}

TEST_F(fluentbit_reader, a_batch_is_filtered_again_if_the_filter_was_out_of_memory) {
  int calls = 0;
  filter([&](const std::string&, std::vector<std::string>& out, penstock_error* error) {
    if (++calls == 1) {
      error->retryable = 1;
      return PENSTOCK_E_MEMORY;
    }
    out.emplace_back("{}");
    return PENSTOCK_OK;
  });
  input_.add({1, {"a"}});
  EXPECT_FALSE(reader().turn(0, false));
  EXPECT_EQ(reader().next_ms(0), 1000);
  EXPECT_TRUE(reader().turn(1000, false));
  take_all();
  reader().turn(1000, false);
  EXPECT_EQ(input_.acked(), (Acked{{1, PENSTOCK_DELIVERED}}));
}

TEST_F(fluentbit_reader, a_failing_input_is_logged_once_per_30_s_and_polled_every_100_ms) {
  input_.poll_result = PENSTOCK_E_IO;
  input_.next_deadline_ms = 0;
  reader().turn(0, false);
  EXPECT_EQ(lines(), std::vector<std::string>{"PS0950: the stream is gone"});
  reader().turn(99, true);
  EXPECT_EQ(input_.polls(), 1);
  EXPECT_EQ(reader().descriptor(99), -1) << "it would never be idle";
  reader().turn(100, false);
  EXPECT_EQ(input_.polls(), 2);
  EXPECT_TRUE(lines().empty());
  reader().turn(29'999, true);
  EXPECT_TRUE(lines().empty());
  reader().turn(30'099, true);
  EXPECT_EQ(lines(), std::vector<std::string>{"PS0950: the stream is gone (repeats not logged: 2)"});
}

TEST_F(fluentbit_reader, an_error_that_differs_only_in_a_number_is_logged_once_per_30_s) {
  int calls = 0;
  filter([&](const std::string&, std::vector<std::string>&, penstock_error* error) {
    std::snprintf(error->text, sizeof error->text, "%s after %d.5 s", calls % 2 == 0 ? "timed out" : "gone",
                  calls);
    ++calls;
    return PENSTOCK_E_INTERNAL;
  });
  for (int turn = 0; turn < 6; ++turn) {
    input_.add({static_cast<uint64_t>(turn + 1), {"a"}});
    reader().turn(turn * 100, false);
  }
  EXPECT_EQ(calls, 6);
  EXPECT_EQ(lines(), (std::vector<std::string>{"PS0950: filter fake: timed out after 0.5 s",
                                               "PS0950: filter fake: gone after 1.5 s"}));
}

TEST_F(fluentbit_reader, after_the_end_nothing_is_read_but_checkpoints_are_saved) {
  input_.poll_result = PENSTOCK_END;
  reader().turn(0, false);
  reader().turn(100, true);
  EXPECT_EQ(input_.polls(), 1);
  EXPECT_EQ(input_.pumps(), 1);
}

TEST_F(fluentbit_reader_with_a_full_queue, a_reader_with_a_full_queue_waits_until_the_agent_accepts_something) {
  input_.add({1, {std::string(64, 'a')}});
  input_.add({2, {"b"}});
  EXPECT_TRUE(reader().turn(0, false));
  EXPECT_EQ(input_.polls(), 1) << "the second waits";
  reader().turn(100, true);
  EXPECT_EQ(input_.polls(), 1);
  EXPECT_EQ(input_.pumps(), 1) << "it saves checkpoints and finishes calls meanwhile";
  queue_.settle_front();
  EXPECT_TRUE(reader().turn(101, false));
  EXPECT_NE(queued().find("\xa3log\xa1"
                          "b"),
            std::string::npos);
}

TEST_F(fluentbit_reader, a_batch_with_receipts_is_settled_when_they_are_redeemed) {
  with_receipts(1 << 20);
  input_.add({1, {"a", "b"}});
  reader().turn(0, false);
  EXPECT_NE(queued().find("receipt 1 0."), std::string::npos);
  EXPECT_NE(queued().find("receipt 1 1."), std::string::npos);
  take_all();
  reader().turn(1, false);
  EXPECT_EQ(input_.acked(), Acked{});
  EXPECT_EQ(reader().next_ms(1), 101) << "redeemed receipts do not wake it";
  FakeReceipts::settled = {{1, PENSTOCK_DEAD_LETTERED}};
  reader().turn(2, false);
  EXPECT_EQ(input_.acked(), (Acked{{1, PENSTOCK_DEAD_LETTERED}}));
  EXPECT_EQ(reader().next_ms(2), INT64_MAX);
}

TEST_F(fluentbit_reader, receipts_of_records_that_the_filter_left_out_are_redeemed) {
  with_receipts(1 << 20);
  filter([](const std::string& body, std::vector<std::string>& out, penstock_error*) {
    if (body != "out") out.emplace_back("{}");
    return PENSTOCK_OK;
  });
  input_.add({1, {"out", "a", "out"}});
  reader().turn(0, false);
  EXPECT_NE(queued().find("receipt 1 0."), std::string::npos);
  ASSERT_EQ(FakeReceipts::redeemed.size(), 2u);
  EXPECT_EQ(FakeReceipts::redeemed[0].substr(0, 12), "receipt 1 1.");
}

TEST_F(fluentbit_reader, a_batch_without_records_after_the_filter_gets_no_receipts) {
  with_receipts(1 << 20);
  filter([](const std::string&, std::vector<std::string>&, penstock_error*) { return PENSTOCK_OK; });
  input_.add({1, {"a", "b"}});
  reader().turn(0, false);
  reader().turn(0, false);
  EXPECT_EQ(input_.acked(), (Acked{{1, PENSTOCK_FILTERED}}));
  EXPECT_EQ(FakeReceipts::issued, 0);
  input_.add({2, {"c"}});
  FakeFilter::apply = [](const std::string&, std::vector<std::string>& out, penstock_error*) {
    out.emplace_back("{}");
    return PENSTOCK_OK;
  };
  reader().turn(1, true);
  EXPECT_EQ(FakeReceipts::issued, 1);
  EXPECT_NE(queued().find("receipt 2 0."), std::string::npos);
}

TEST_F(fluentbit_reader, reading_with_receipts_stops_at_the_limit_and_continues_after_redemption) {
  with_receipts(64);
  input_.add({1, {std::string(64, 'a')}});
  input_.add({2, {"b"}});
  reader().turn(0, false);
  take_all();
  reader().turn(5000, true);
  EXPECT_EQ(input_.polls(), 1);
  EXPECT_EQ(input_.pumps(), 1);
  const std::vector<std::string> log = lines();
  ASSERT_EQ(log.size(), 1u);
  EXPECT_NE(
      log[0].find(
          "The oldest: stream logs, shardId-000000000000, sequence number 4958, read 5 s ago; undelivered: "),
      std::string::npos)
      << log[0];
  reader().turn(34'999, true);
  EXPECT_TRUE(lines().empty());
  reader().turn(35'000, true);
  EXPECT_EQ(lines().size(), 1u);
  FakeReceipts::settled = {{1, PENSTOCK_DELIVERED}};
  EXPECT_TRUE(reader().turn(35'001, false));
  EXPECT_EQ(input_.polls(), 2);
}

TEST_F(fluentbit_reader, batches_that_the_agent_accepted_are_settled_before_the_close) {
  input_.add({1, {"a"}});
  reader().turn(0, false);
  input_.add({2, {"b"}});
  reader().turn(1, true);
  queue_.settle_front();
  reader().close(1000);
  EXPECT_EQ(input_.acked(), (Acked{{1, PENSTOCK_DELIVERED}})) << "the second is read again";
  EXPECT_EQ(input_.closes(), 1);
}

}  // namespace
}  // namespace penstock::fluentbit
