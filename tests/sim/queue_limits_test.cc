// The queue input: load, memory, records in flight, and records that cannot be decoded.
#include "base/base64.h"
#include "tests/sim/queue_fixture.h"

namespace penstock::sim {
namespace {

constexpr size_t kMiB = 1 << 20;

TEST_F(queue_input, an_idle_queue_takes_three_calls_a_minute) {
  const auto reader = start();
  reader->run_for(10 * kMinuteMs);
  EXPECT_LE(calls("ReceiveQueueRecords"), 31U);
  EXPECT_GE(calls("ReceiveQueueRecords"), 29U);
}

TEST_F(queue_input, a_record_that_arrives_on_an_idle_queue_is_emitted_at_once) {
  const auto reader = start();
  reader->run_for(kMinuteMs);
  put("a");
  const int64_t put_ms = clock.monotonic_ms();
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_LE(clock.monotonic_ms() - put_ms, 250);
}

TEST_F(queue_input, the_lag_is_unknown_at_first_and_0_once_no_more_records_are_visible) {
  put_many("a", 100);
  const auto reader = start();
  EXPECT_EQ(reader->stat("lag_ms"), -1);
  clock.advance(5000);
  ASSERT_TRUE(reader->run_until_ids(1));
  EXPECT_GE(reader->stat("lag_ms"), 5000);
  ASSERT_TRUE(reader->run_until_ids(100));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->stat("lag_ms"), 0);
}

TEST_F(queue_input, calls_in_flight_follow_the_load) {
  const auto reader = start();
  reader->run_for(5 * kSecondMs);
  EXPECT_EQ(reader->max_calls, 1);
  put_many("a", 5000);
  EXPECT_TRUE(reader->run_until_ids(5000));
  EXPECT_GE(reader->max_calls, 12);
  EXPECT_LE(reader->max_calls, 16);
  reader->run_for(7 * kMinuteMs);
  EXPECT_EQ(reader->stat("receive_calls"), 1);
}

TEST_F(queue_input, a_full_output_stops_receiving) {
  put_many("a", 1000);
  const auto reader = start();
  reader->emit_result = PENSTOCK_FULL;
  ASSERT_TRUE(reader->run_until_ids(1, false));
  for (int i = 0; i < 600; ++i) {
    reader->input.pump(clock.monotonic_ms() + 100);
    clock.advance(100);
  }
  EXPECT_LE(counts().in_flight, 30U);
  EXPECT_LE(calls("ReceiveQueueRecords"), 4U) << "pump() starts none";
  EXPECT_EQ(reader->stat("expired_records"), 0) << "pump() extends the visibility";
  reader->emit_result = PENSTOCK_OK;
  EXPECT_TRUE(reader->run_until_ids(1000));
  EXPECT_EQ(reader->ids.size(), 1000U);
}

TEST_F(queue_input, memory_stays_within_its_limit) {
  options.mem_limit_bytes = 2 * kMiB;
  options.decode.format = kinesis::RecordFormat::raw;
  for (int i = 0; i < 500; ++i) service.preload("in", std::to_string(i), std::string(30'000, 'x'));
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(500));
  EXPECT_TRUE(reader->run_until_acknowledged());
  EXPECT_LE(reader->max_memory, static_cast<int64_t>(2 * kMiB));
  EXPECT_EQ(reader->ids.size(), 500U);
}

TEST_F(queue_input, open_records_count_toward_the_memory_limit_and_pause_receiving) {
  options.mem_limit_bytes = kMiB;
  put_many("a", 3000);
  const auto reader = start();
  reader->run_for(20 * kMinuteMs, false);
  const size_t emitted = reader->ids.size();
  EXPECT_GT(emitted, 500U);
  EXPECT_LT(emitted, 3000U);
  EXPECT_LE(reader->max_memory, static_cast<int64_t>(kMiB));
  EXPECT_EQ(reader->distinct().size(), emitted) << "none expired meanwhile";
  reader->settle();
  ASSERT_TRUE(reader->run_until_ids(3000));
  EXPECT_EQ(reader->ids.size(), 3000U);
}

TEST_F(queue_input, the_largest_record_is_received_alone_even_above_the_memory_limit) {
  options.mem_limit_bytes = kMiB;
  options.decode.format = kinesis::RecordFormat::raw;
  attributes.max_receive_count = 2;
  for (int i = 0; i < 20; ++i) service.preload("in", std::to_string(i), "small");
  service.preload("in", "k", std::string(10 * kMiB, 'x'));
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(21));
  EXPECT_TRUE(reader->run_until_acknowledged());
  EXPECT_EQ(reader->ids.size(), 21U);
  EXPECT_EQ(counts().dead_letters, 0U);
  EXPECT_TRUE(sim.logged("PS0623"));
}

TEST_F(queue_input, the_queues_limit_of_records_in_flight_is_waited_for) {
  service.settings().limits.queue_records_in_flight = 100;
  put_many("a", 150);
  const auto reader = start();
  reader->run_for(kMinuteMs, false);
  EXPECT_EQ(reader->ids.size(), 100U);
  EXPECT_EQ(counts().in_flight, 100U);
  EXPECT_TRUE(sim.logged("ThrottlingException"));
  reader->settle();
  ASSERT_TRUE(reader->run_until_ids(150));
  EXPECT_EQ(reader->ids.size(), 150U);
  EXPECT_TRUE(sim.logged("its records are received again"));
}

TEST_F(queue_input, one_consumer_takes_120000_records_into_flight_and_no_more) {
  options.mem_limit_bytes = 400 * kMiB;
  options.decode.format = kinesis::RecordFormat::raw;
  for (int i = 0; i < 120'030; ++i) service.preload("in", "k", "x");
  const auto reader = start();
  ASSERT_TRUE(reader->run([&] { return reader->ids.size() >= 119'980; }, 5 * kMinuteMs, false));
  reader->run_for(5 * kSecondMs, false);
  EXPECT_LE(counts().in_flight, 120'000U);
  EXPECT_GT(counts().in_flight, 119'980U);
  EXPECT_FALSE(sim.logged("ThrottlingException")) << "it does not ask for more";
}

TEST_F(queue_input, an_undecodable_record_goes_to_the_dead_letter_file_and_is_acknowledged) {
  service.preload("in", "k", "\x1F\x8B garbage");
  put("a");
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(1));
  ASSERT_TRUE(reader->run_until_acknowledged());
  EXPECT_EQ(reader->stat("dead_letter_records"), 1);
  EXPECT_EQ(reader->stat("acknowledged_records"), 2);
  const std::string file = sim.files().content("/failures").value_or("");
  EXPECT_NE(file.find(base64("\x1F\x8B garbage")), std::string::npos);
  EXPECT_NE(file.find("\"stream\":\"in\",\"shard_id\":\"\",\"sequence_number\":\""), std::string::npos);
}

TEST_F(queue_input, an_undecodable_record_is_not_acknowledged_while_its_dead_letter_cannot_be_written) {
  sim.files().fail_syncs(true);
  service.preload("in", "k", "\x1F\x8B garbage");
  const auto reader = start();
  reader->run_for(5 * kMinuteMs);
  EXPECT_EQ(counts().in_flight, 1U);
  EXPECT_EQ(reader->stat("healthy"), 0);
  sim.files().fail_syncs(false);
  EXPECT_TRUE(reader->run_until_acknowledged());
  EXPECT_EQ(reader->stat("healthy"), 1);
  EXPECT_EQ(counts().in_flight, 0U);
}

TEST_F(queue_input, with_on_failure_queue_an_undecodable_record_becomes_a_dead_letter_of_the_queue) {
  on_failure = "queue";
  service.preload("in", "k", "\x1F\x8B garbage");
  put("a");
  const auto reader = start();
  reader->run_for(10 * kMinuteMs);
  EXPECT_EQ(reader->ids, (std::vector<std::string>{"a"}));
  EXPECT_EQ(counts().dead_letters, 1U);
  EXPECT_EQ(reader->stat("acknowledged_records"), 1);
  EXPECT_EQ(reader->stat("records_left_to_queue"), 6) << "at each of its receives";
  EXPECT_FALSE(sim.logged("PS0626"));
}

TEST_F(queue_input, on_failure_queue_without_dead_letter_handling_is_warned_about) {
  on_failure = "queue";
  service.queue(arn)->attributes().max_receive_count = 0;
  const auto reader = start();
  reader->run_for(kSecondMs);
  EXPECT_TRUE(sim.logged("PS0626"));
}

TEST_F(queue_input, a_record_that_the_host_rejects_too_often_becomes_a_dead_letter) {
  options.limits.retries = 3;
  put("a");
  const auto reader = start();
  reader->emit_result = PENSTOCK_E_INVALID;
  ASSERT_TRUE(reader->run([&] { return reader->stat("acknowledged_records") == 1; }));
  EXPECT_NE(sim.files().content("/failures").value_or("").find("record_retry_limit is reached"),
            std::string::npos);
}

TEST_F(queue_input, a_rejected_batch_is_emitted_again) {
  put_many("a", 5);
  const auto reader = start();
  reader->emit_result = PENSTOCK_E_INVALID;
  reader->run_for(2 * kMinuteMs);
  reader->emit_result = PENSTOCK_OK;
  ASSERT_TRUE(reader->run_until_ids(5));
  EXPECT_TRUE(reader->run_until_acknowledged());
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_EQ(reader->ids.size(), 5U);
}

TEST_F(queue_input, throttling_and_outages_lose_nothing) {
  model::FaultRates rates;
  rates.throttle = rates.internal_failure = rates.close = rates.lose_response = rates.truncate = 0.1;
  rates.reject_records = 0.2;
  service.faults().set_rates(rates);
  service.queue(arn)->attributes().max_receive_count = 0;
  put_many("a", 500);
  const auto reader = start();
  ASSERT_TRUE(reader->run([&] { return reader->distinct().size() == 500; }, 60 * kMinuteMs));
  service.faults().set_rates({});
  ASSERT_TRUE(reader->run([&] { return counts().visible + counts().in_flight == 0; }, 10 * kMinuteMs));
  EXPECT_EQ(reader->distinct(), put_ids);
}

}  // namespace
}  // namespace penstock::sim
