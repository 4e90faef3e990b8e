// What the input reads, and which faults it survives.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

// A response with one record of 10 MiB in base64.
constexpr int64_t kLargestResponseBytes = 13'981'612;

TEST_F(input, every_shard_of_a_stream_listed_in_pages_is_read) {
  make_stream(5);
  put_many("a", 200);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(200));
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_EQ(reader->ids.size(), 200u);
  EXPECT_EQ(reader->stat("shards"), 5);
  EXPECT_GE(service.stats().calls.at("ListShards"), 3u);
}

TEST_F(input, read_limits_are_respected_while_catching_up) {
  make_stream(2);
  for (int i = 0; i < 2500; ++i) service.preload("in", std::to_string(i), std::string(8'000, 'x'));
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->stat("received_records") == 2500; }));
  EXPECT_EQ(service.stats().throttled_calls, 0u);
}

TEST_F(input, larger_records_are_read_in_smaller_numbers) {
  make_stream(1);
  for (int i = 0; i < 200; ++i) service.preload("in", "k", std::string(100, 'x'));
  for (int i = 0; i < 40; ++i) service.preload("in", "k", std::string(1'000'000, 'x'));
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->stat("received_records") == 240; }));
  EXPECT_LE(reader->max_memory, 24 << 20);
}

TEST_F(input, an_idle_shard_is_polled_once_per_poll_interval) {
  make_stream(1);
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_NEAR(static_cast<double>(service.stats().calls.at("GetRecords")), 60, 2);
}

TEST_F(input, a_stream_that_does_not_exist_yet_is_awaited_and_logged) {
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_TRUE(sim.logged("ResourceNotFoundException"));
  EXPECT_TRUE(sim.logged("stream in"));
  EXPECT_EQ(reader->stat("lag_ms"), kMinuteMs) << "not known yet";
  make_stream(1);
  put("a");
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_EQ(reader->stat("lag_ms"), 0);
}

TEST_F(input, an_expired_iterator_is_renewed_from_the_last_position_read) {
  make_stream(1);
  put_many("a", 10);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(10));
  service.expire_iterators();
  put_many("b", 10);
  EXPECT_TRUE(reader->run_until_ids(20));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids.size(), 20u) << "no duplicates";
  EXPECT_EQ(reader->distinct(), put_ids);
}

TEST_F(input, faults_of_every_kind_lose_and_duplicate_nothing) {
  make_stream(4);
  model::FaultRates rates;
  rates.throttle = rates.internal_failure = rates.close = rates.lose_response = rates.truncate = rates.delay = 0.1;
  rates.delay_ms = 40'000;  // longer than a call may take
  service.faults().set_rates(rates);
  put_many("a", 300);
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() >= 300; }, 30 * kMinuteMs));
  EXPECT_EQ(reader->ids.size(), 300u);
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_GT(reader->stat("retries"), 0);
}

TEST_F(input, a_rejected_batch_is_emitted_again_and_full_ends_the_poll) {
  make_stream(1);
  put_many("a", 3);
  const auto reader = start();
  reader->emit_result = PENSTOCK_E_MEMORY;
  reader->run_for(5000);
  EXPECT_TRUE(reader->ids.empty());
  reader->emit_result = PENSTOCK_FULL;
  EXPECT_EQ(reader->input.poll(clock.monotonic_ms() + 1000, Reader::emit, reader.get()), PENSTOCK_FULL);
  EXPECT_EQ(reader->ids.size(), 1u);
  EXPECT_GT(reader->input.next_deadline_ms(), clock.monotonic_ms())
      << "waiting batches are not counted until poll is called";
  reader->emit_result = PENSTOCK_OK;
  EXPECT_TRUE(reader->run_until_ids(3));
  EXPECT_EQ(reader->ids.size(), 3u);
}

TEST_F(input, memory_stays_under_the_limit_while_a_backlog_is_read) {
  options.mem_limit_bytes = 8 << 20;
  make_stream(8);
  std::string noise(100'000, 'x');
  for (int i = 0; i < 600; ++i) {
    const std::string id = std::to_string(i);
    std::string text = message_of(id);
    text.insert(text.size() - 4, noise);
    service.preload("in", id, text);
  }
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(600));
  EXPECT_LE(reader->max_memory, 8 << 20);
  EXPECT_GT(reader->max_memory, 1 << 20);
}

std::string large_message_of(const std::string& id, size_t bytes) {
  std::string text = message_of(id);
  return text.insert(text.size() - 4, std::string(bytes, 'x'));
}

TEST_F(input, a_record_larger_than_the_memory_limit_is_read_alone) {
  options.mem_limit_bytes = 1 << 20;
  make_stream(4);
  for (int i = 0; i < 12; ++i)
    service.preload("in", std::to_string(i), large_message_of(std::to_string(i), 1'000'000));
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(12));
  EXPECT_EQ(reader->distinct().size(), 12u);
  EXPECT_LE(reader->max_memory, kLargestResponseBytes);
}

// A call for a record that did not fit in an eighth of the limit gets the space of a largest response. Next to a
// call that hangs in its eighth, the sum is an eighth of the limit and a largest response.
TEST_F(input, a_second_call_starts_only_if_both_fit_in_the_memory_limit) {
  options.reading.max_records = 1;
  const auto largest_bytes =
      static_cast<size_t>(kLargestResponseBytes + start()->stat("memory_bytes"));  // plus buffers
  size_t min_bytes = largest_bytes;
  while (min_bytes / 8 + largest_bytes > min_bytes) ++min_bytes;
  for (const size_t mem_limit_bytes : {min_bytes, min_bytes - 1}) {
    options.mem_limit_bytes = mem_limit_bytes;
    const std::string stream = std::to_string(mem_limit_bytes);
    service.create_stream(stream, 2);
    streams = stream;
    for (int i = 0; i < 8; ++i) service.preload(stream, std::to_string(i), large_message_of("a", 1'600'000));
    service.faults().next_calls("GetRecords", model::delay(29'000), 1);
    const auto reader = start();
    reader->run_for(10'000);
    EXPECT_EQ(reader->ids.empty(), mem_limit_bytes < min_bytes) << mem_limit_bytes;
    EXPECT_TRUE(reader->run_until_ids(8));
    EXPECT_LE(reader->max_memory, static_cast<int64_t>(mem_limit_bytes));
  }
}

// A single record may be larger than any before it, and space is reserved for it.
TEST_F(input, memory_stays_under_the_limit_with_calls_for_single_records) {
  options.reading.max_records = 1;
  for (const size_t mem_limit_bytes : {size_t{256} << 10, size_t{24} << 20}) {
    options.mem_limit_bytes = mem_limit_bytes;
    const std::string prefix = std::to_string(mem_limit_bytes) + "-";
    if (service.stream("in") == nullptr) make_stream(8);
    put_many(prefix, 100);
    const auto reader = start();
    EXPECT_TRUE(reader->run_until_ids(100));
    EXPECT_LE(reader->max_memory, static_cast<int64_t>(mem_limit_bytes));
    reader->run_for(kMinuteMs);
    EXPECT_TRUE(reader->input.close(clock.monotonic_ms() + 1000).ok());
  }
}

TEST_F(input, messages_of_an_unknown_type_are_skipped_counted_and_logged_once) {
  options.decode.format = kinesis::RecordFormat::cloudwatch_logs;
  make_stream(1);
  for (int i = 0; i < 3; ++i) service.preload("in", "k", R"({"messageType":"NEW_MESSAGE","logEvents":[]})");
  put("a");
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 1 && reader->stat("open_records") == 0; }));
  EXPECT_EQ(reader->stat("unknown_messages"), 3);
  EXPECT_EQ(std::count_if(sim.log().begin(), sim.log().end(),
                          [](const LogLine& line) { return line.text.find("NEW_MESSAGE") != std::string::npos; }),
            1);
}

TEST_F(input, missing_credentials_are_logged_and_found_later) {
  make_stream(1);
  put("a");
  auto keys = std::exchange(sim.variables(), {});
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_TRUE(sim.logged("AWS_ACCESS_KEY_ID"));
  sim.variables() = keys;
  EXPECT_TRUE(reader->run_until_ids(1));
}

TEST_F(input, changed_credentials_are_read_again) {
  make_stream(1);
  put("a");
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  service.set_keys({model::AccessKey{.id = "AKIDNEW", .secret = "new"}});
  sim.variables()["AWS_ACCESS_KEY_ID"] = "AKIDNEW";
  sim.variables()["AWS_SECRET_ACCESS_KEY"] = "new";
  put("b");
  EXPECT_TRUE(reader->run_until_ids(2));
  for (const LogLine& line : sim.log()) EXPECT_EQ(line.text.find("new"), std::string::npos) << line.text;
}

TEST_F(input, a_clock_that_is_an_hour_wrong_is_corrected_over_tls) {
  make_stream(1);
  put("a");
  clock.set_wall_error_ms(60 * kMinuteMs);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
}

TEST_F(input, a_failing_shard_does_not_delay_another) {
  make_stream(2);
  put_many("a", 50);
  const auto reader = start();
  // The iterator of the first shard is rejected for the rest of the test.
  service.faults().next_calls("GetShardIterator", model::error_fault({400, "AccessDeniedException", "no"}), 1);
  reader->run_for(10'000);
  std::set<std::string> shards;
  for (const auto& [id, shard] : reader->shard_of) shards.insert(shard);
  EXPECT_EQ(shards.size(), 1u);
  EXPECT_TRUE(sim.logged("AccessDeniedException"));
  EXPECT_TRUE(reader->run_until_ids(50));
}

}  // namespace
}  // namespace penstock::sim
