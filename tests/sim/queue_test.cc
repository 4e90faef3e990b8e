// The queue input: starting, receiving, acknowledging, and ending.
#include "tests/kpl_bytes.h"
#include "tests/sim/queue_fixture.h"

namespace penstock::sim {
namespace {

using Texts = std::vector<std::string>;

TEST_F(queue_input, every_record_is_emitted_once_and_acknowledged) {
  put_many("a", 500);
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(500));
  ASSERT_TRUE(reader->run_until_acknowledged());
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_EQ(reader->ids.size(), 500U);
  EXPECT_EQ(reader->stat("acknowledged_records"), 500);
  EXPECT_EQ(reader->stream_of_last, "in");
  EXPECT_EQ(counts().visible + counts().in_flight, 0U);
  EXPECT_TRUE(reader->close().ok());
}

TEST_F(queue_input, records_are_received_once_the_queue_is_active) {
  put("a");
  service.queue(arn)->set_active_ms(clock.unix_ms() + 7 * kSecondMs);
  const auto reader = start();
  reader->run_for(6 * kSecondMs);
  EXPECT_EQ(calls("ReceiveQueueRecords"), 0U);
  EXPECT_TRUE(sim.logged("it is CREATING; waiting for ACTIVE"));
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_TRUE(sim.logged("it is ACTIVE"));
}

TEST_F(queue_input, a_queue_that_does_not_exist_is_looked_up_until_it_does) {
  service.delete_queue(arn);
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_TRUE(sim.logged("PS0285: queue "));
  EXPECT_EQ(calls("ReceiveQueueRecords"), 0U);
  EXPECT_LE(calls("DescribeQueue"), 3U);
  ASSERT_EQ(service.create_queue("q", "in"), arn);
  put("a");
  EXPECT_TRUE(reader->run_until_ids(1));
}

TEST_F(queue_input, without_permission_to_describe_the_queue_its_records_are_received) {
  service.faults().next_calls("DescribeQueue",
                              model::error_fault({400, "AccessDeniedException", "not authorized"}), 1000);
  put("a");
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_TRUE(sim.logged("PS0622"));
}

TEST_F(queue_input, a_raw_record_has_its_record_id_as_event_id) {
  service.preload("in", "k", "plain text");
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(1, false));
  EXPECT_EQ(reader->ids[0], reader->record_id_of_last);
  EXPECT_EQ(reader->ids[0].size(), 40U);
  const std::string id = reader->ids[0];
  reader->settle(PENSTOCK_RELEASED);
  ASSERT_TRUE(reader->run_until_ids(2));
  EXPECT_EQ(reader->ids[1], id) << "the same at each receive";
}

TEST_F(queue_input, user_records_of_one_record_have_different_ids) {
  std::string aggregated = kpl_bytes::partition_key("k");
  for (const char* const text : {"one", "two"}) aggregated += kpl_bytes::user_record(0, text);
  service.preload("in", "k", kpl_bytes::sealed(aggregated));
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(2));
  EXPECT_EQ(reader->ids, (Texts{reader->record_id_of_last, reader->record_id_of_last + ":1"}));
  EXPECT_TRUE(reader->run_until_acknowledged());
}

TEST_F(queue_input, a_record_is_acknowledged_as_soon_as_it_is_settled) {
  put("a");
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(1, false));
  EXPECT_EQ(calls("AcknowledgeQueueRecords"), 0U);
  reader->settle();
  const int64_t settled_ms = clock.monotonic_ms();
  while (reader->stat("open_records") > 0 && clock.monotonic_ms() < settled_ms + kSecondMs)
    reader->input.pump(clock.monotonic_ms() + 1);
  EXPECT_LE(clock.monotonic_ms() - settled_ms, 20) << "one round trip, without waiting for nine more";
  EXPECT_EQ(calls("AcknowledgeQueueRecords"), 1U);
}

TEST_F(queue_input, ten_records_are_acknowledged_in_one_call_and_eleven_in_two) {
  for (const int records : {10, 11}) {
    const uint64_t before = calls("AcknowledgeQueueRecords");
    put_many("a", records);
    const auto reader = start();
    ASSERT_TRUE(reader->run_until_ids(static_cast<size_t>(records), false));
    reader->settle();
    ASSERT_TRUE(reader->run_until_acknowledged());
    EXPECT_EQ(calls("AcknowledgeQueueRecords") - before, records == 10 ? 1U : 2U);
    EXPECT_TRUE(reader->close().ok());
  }
}

TEST_F(queue_input, a_record_with_an_unsettled_batch_is_not_acknowledged) {
  std::string aggregated = kpl_bytes::partition_key("k");
  for (const char* const text : {"one", "two"}) aggregated += kpl_bytes::user_record(0, text);
  service.preload("in", "k", kpl_bytes::sealed(aggregated));
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(2, false));
  EXPECT_TRUE(reader->input.ack(reader->unsettled[1], PENSTOCK_DELIVERED));
  reader->unsettled.pop_back();
  reader->run_for(5 * kMinuteMs, false);
  EXPECT_EQ(calls("AcknowledgeQueueRecords"), 0U);
  EXPECT_EQ(reader->ids.size(), 2U) << "and it is not delivered again";
  reader->settle();
  EXPECT_TRUE(reader->run_until_acknowledged());
}

TEST_F(queue_input, entries_that_fail_are_acknowledged_again) {
  put_many("a", 100);
  service.faults().next_calls("AcknowledgeQueueRecords", model::reject_records(0.5), 20);
  service.faults().next_calls("AcknowledgeQueueRecords", model::reject_records(1), 3);
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(100));
  ASSERT_TRUE(reader->run_until_acknowledged());
  EXPECT_EQ(reader->ids.size(), 100U);
  EXPECT_GT(reader->stat("retries"), 20);
  EXPECT_EQ(counts().in_flight, 0U);
}

TEST_F(queue_input, a_lost_response_to_an_acknowledgment_does_no_harm) {
  put_many("a", 30);
  service.faults().next_calls("AcknowledgeQueueRecords", model::lose_response(), 2);
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(30));
  ASSERT_TRUE(reader->run_until_acknowledged());
  EXPECT_EQ(reader->ids.size(), 30U);
  EXPECT_EQ(reader->stat("expired_records"), 0);
}

TEST_F(queue_input, records_in_flight_stay_invisible_for_as_long_as_it_takes) {
  put_many("a", 25);
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(25, false));
  reader->run_for(60 * kMinuteMs, false);
  EXPECT_EQ(reader->ids.size(), 25U);
  EXPECT_EQ(counts().in_flight, 25U);
  EXPECT_TRUE(sim.logged("PS0625"));
  EXPECT_LE(calls("UpdateQueueRecordsVisibility"), 3U * 20) << "the timeout doubles with each extension";
  reader->settle();
  ASSERT_TRUE(reader->run_until_acknowledged());
  EXPECT_EQ(reader->stat("expired_records"), 0);
  EXPECT_TRUE(sim.logged("the records that were stuck are settled"));
}

TEST_F(queue_input, the_longest_visibility_timeout_of_a_queue_is_used_and_not_exceeded) {
  service.queue(arn)->attributes().visibility_timeout_s = 43'200;
  put("a");
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(1, false));
  for (int hours = 0; hours < 13; ++hours) {
    reader->run_for(60 * kMinuteMs, false);
    EXPECT_EQ(counts().in_flight, 1U);
  }
  EXPECT_EQ(calls("UpdateQueueRecordsVisibility"), 2U) << "every six hours";
  EXPECT_EQ(reader->stat("retries"), 0);
  reader->settle();
  EXPECT_TRUE(reader->run_until_acknowledged());
}

TEST_F(queue_input, a_visibility_timeout_outside_of_what_calls_may_set_is_not_requested) {
  for (const int64_t timeout_s : {0, 43'201}) {
    service.queue(arn)->attributes().visibility_timeout_s = timeout_s;
    put("a");
    const auto reader = start();
    ASSERT_TRUE(reader->run_until_ids(1, false)) << timeout_s;
    reader->run_for(10 * kMinuteMs, false);
    EXPECT_EQ(counts().in_flight, 1U) << timeout_s;
    EXPECT_EQ(reader->stat("retries"), 0) << timeout_s;
    reader->settle();
    EXPECT_TRUE(reader->run_until_acknowledged());
    EXPECT_TRUE(reader->close().ok());
  }
}

TEST_F(queue_input, handles_of_1024_characters_are_acknowledged_extended_and_released) {
  service.settings().receipt_handle_bytes = 1024;
  put_many("a", 30);
  auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(30, false));
  reader->run_for(2 * kMinuteMs, false);
  EXPECT_EQ(counts().in_flight, 30U);
  const std::vector<uint64_t> rest(reader->unsettled.begin() + 15, reader->unsettled.end());
  reader->unsettled.resize(15);
  reader->settle();
  reader->run_for(kSecondMs, false);
  EXPECT_EQ(counts().in_flight, 15U);
  EXPECT_TRUE(reader->close().ok());
  EXPECT_EQ(counts().visible, 15U);
}

TEST_F(queue_input, undelivered_records_are_visible_at_once_after_a_shutdown) {
  put_many("a", 200);
  auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(20, false));
  const int64_t closing_ms = clock.monotonic_ms();
  EXPECT_TRUE(reader->close().ok());
  EXPECT_LT(clock.monotonic_ms() - closing_ms, 1200);
  EXPECT_EQ(counts().visible, 200U) << "emitted, buffered, and received during the shutdown";
  reader.reset();
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(200));
  EXPECT_EQ(reader->distinct(), put_ids);
}

// A call of its own that waits for records receives some of those that it releases.
TEST_F(queue_input, a_shutdown_uses_up_one_more_receive_of_ten_records_at_most) {
  put_many("a", 200);
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(200, false));
  EXPECT_GT(reader->stat("receive_calls"), 5);
  EXPECT_TRUE(reader->close().ok());
  EXPECT_EQ(counts().visible, 200U);
  size_t received_twice = 0;
  for (const auto& [key, entry] : service.queue(arn)->entries()) {
    EXPECT_LE(entry.receives, 2);
    received_twice += entry.receives == 2 ? 1 : 0;
  }
  EXPECT_LE(received_twice, 10U);
}

TEST_F(queue_input, records_that_arrive_during_a_shutdown_are_released_too) {
  put_many("a", 200);
  const auto reader = start();
  reader->emit_result = PENSTOCK_FULL;
  ASSERT_TRUE(reader->run_until_ids(2, false));
  service.faults().next_calls("ReceiveQueueRecords", model::delay(800), 20);
  const auto some_wait_and_more_come = [&] {
    const auto open_records = static_cast<size_t>(reader->stat("open_records"));
    return reader->stat("receive_calls") > 0 && open_records > reader->ids.size();
  };
  ASSERT_TRUE(reader->run(some_wait_and_more_come, kMinuteMs, false));
  EXPECT_TRUE(reader->close().ok());
  EXPECT_EQ(counts().visible, 200U);
  EXPECT_FALSE(sim.logged("PS0002"));
}

TEST_F(queue_input, records_released_before_a_shutdown_are_visible_at_once_after_it) {
  put_many("a", 10);
  auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(10, false));
  reader->settle(PENSTOCK_RELEASED);
  EXPECT_TRUE(reader->close().ok());
  EXPECT_EQ(counts().visible, 10U);
}

// Before the first second is over, short calls end during the shutdown; then a long one may receive what has
// become visible meanwhile.
TEST_F(queue_input, a_shutdown_at_any_moment_leaves_records_released_before_it_visible) {
  sim.transport().set_latency_ms(2, 2);
  service.faults().next_calls("ReceiveQueueRecords", model::delay(30), 1000);
  for (int64_t after_ms = 900; after_ms < 1100; after_ms += 10) {
    SCOPED_TRACE(after_ms);
    auto reader = start();
    put_many(std::to_string(after_ms), 25);
    ASSERT_TRUE(reader->run_until_ids(25, false));
    reader->run_for(50, false);
    ASSERT_GT(reader->stat("receive_calls"), 1);
    for (const int64_t end_ms = clock.monotonic_ms() + after_ms; clock.monotonic_ms() < end_ms;)
      reader->input.pump(end_ms);
    reader->settle(PENSTOCK_RELEASED);
    EXPECT_TRUE(reader->close().ok());
    sim.transport().drive(clock.monotonic_ms() + kSecondMs);
    EXPECT_EQ(counts().visible, 25U);
    kill(reader);
    reader = start();
    ASSERT_TRUE(reader->run_until_ids(25));
    EXPECT_TRUE(reader->close().ok());
    kill(reader);
  }
}

TEST_F(queue_input, an_idle_shutdown_does_not_wait_for_the_long_poll) {
  auto reader = start();
  reader->run_for(5 * kSecondMs);
  const int64_t closing_ms = clock.monotonic_ms();
  EXPECT_TRUE(reader->close().ok());
  EXPECT_EQ(clock.monotonic_ms(), closing_ms);
}

TEST_F(queue_input, a_shutdown_that_cannot_release_its_records_says_so) {
  put("a");
  auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(1, false));
  sim.transport().cut_off_until(clock.monotonic_ms() + kMinuteMs);
  const Status closed = reader->close();
  EXPECT_NE(closed.text().find("PS0627"), std::string::npos);
}

TEST_F(queue_input, a_killed_process_loses_nothing_and_its_records_come_back_after_their_timeout) {
  put_many("a", 100);
  auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(40, false));
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(reader->input.ack(reader->unsettled[static_cast<size_t>(i)], PENSTOCK_DELIVERED));
  reader->unsettled.clear();
  reader->run_for(100, false);
  std::set<std::string> seen = reader->distinct();
  kill(reader);
  reader = start();
  reader->run_for(2 * kMinuteMs);
  const std::set<std::string> now = reader->distinct();
  seen.insert(now.begin(), now.end());
  EXPECT_EQ(seen, put_ids);
  EXPECT_EQ(counts().visible + counts().in_flight, 0U);
}

TEST_F(queue_input, each_crash_uses_up_a_receive_and_max_receive_count_makes_dead_letters) {
  put("a");
  for (int i = 0; i < 6; ++i) {
    auto reader = start();
    ASSERT_TRUE(reader->run_until_ids(1, false));
    kill(reader);
  }
  clock.advance(kMinuteMs);
  EXPECT_EQ(counts().dead_letters, 1U);
}

TEST_F(queue_input, a_record_whose_visibility_has_expired_is_not_emitted) {
  put_many("a", 30);
  auto reader = start();
  reader->emit_result = PENSTOCK_FULL;
  ASSERT_TRUE(reader->run_until_ids(1, false));
  const size_t emitted = reader->ids.size();
  // The process is stopped, or its machine sleeps.
  clock.advance(31 * kSecondMs);
  SimEnv elsewhere(clock, service, 1);
  QueueReader other(clock, elsewhere, arn, options, "drop");
  ASSERT_TRUE(other.run_until_ids(30));
  ASSERT_TRUE(other.run_until_acknowledged());
  reader->emit_result = PENSTOCK_OK;
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids.size(), emitted);
  EXPECT_EQ(reader->stat("open_records"), 0);
}

TEST_F(queue_input, a_released_batch_is_delivered_again_after_a_pause) {
  put("a");
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(1, false));
  reader->settle(PENSTOCK_RELEASED);
  const int64_t released_ms = clock.monotonic_ms();
  ASSERT_TRUE(reader->run_until_ids(2));
  EXPECT_GE(clock.monotonic_ms() - released_ms, 30 * kSecondMs);
  EXPECT_EQ(reader->stat("released_records"), 1);
  EXPECT_TRUE(reader->run_until_acknowledged());
}

TEST_F(queue_input, several_consumers_share_a_queue) {
  put_many("a", 300);
  SimEnv elsewhere(clock, service, 1);
  QueueReader one(clock, sim, arn, options, on_failure), other(clock, elsewhere, arn, options, on_failure);
  for (int i = 0; i < 3000 && one.ids.size() + other.ids.size() < 300; ++i) {
    one.run_for(20);
    other.run_for(20);
  }
  EXPECT_GT(one.ids.size(), 0U);
  EXPECT_GT(other.ids.size(), 0U);
  std::set<std::string> all = one.distinct();
  for (const std::string& id : other.ids) EXPECT_TRUE(all.insert(id).second) << id << " twice";
  EXPECT_EQ(all, put_ids);
}

}  // namespace
}  // namespace penstock::sim
