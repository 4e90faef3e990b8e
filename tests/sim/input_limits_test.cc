// How much one record can make the input emit, hold and write at a time, and how much memory records use that wait
// to be settled.
#include "base/base64.h"
#include "tests/gzip.h"
#include "tests/kpl_bytes.h"
#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

using Texts = std::vector<std::string>;

std::string aggregated(const Texts& texts, const std::string& key = "k") {
  std::string out = kpl_bytes::partition_key(key);
  for (const std::string& text : texts) out += kpl_bytes::user_record(0, text);
  return kpl_bytes::sealed(out);
}

std::string message_with(size_t events, size_t body_bytes) {
  const std::string event = R"({"message":")" + std::string(body_bytes, 'x') + "\"}";
  std::string list;
  for (size_t i = 0; i < events; ++i) list += (i > 0 ? "," : "") + event;
  return R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":[)" + list + "]}";
}

class input_limits : public input {
 protected:
  // What one call of poll() emits.
  struct Emitted {
    Reader& reader;
    size_t events = 0, batches = 0, text_bytes = 0, max_event_bytes = 0;

    static int32_t emit(void* ctx, const penstock_batch* batch) {
      auto& self = *static_cast<Emitted*>(ctx);
      for (uint64_t i = 0; i < batch->record_count; ++i) {
        self.text_bytes += batch->records[i].body.size;
        self.max_event_bytes = std::max(self.max_event_bytes, batch->records[i].body.size);
      }
      self.events += batch->record_count;
      ++self.batches;
      self.reader.unsettled.push_back(batch->ack_id);
      return PENSTOCK_OK;
    }
  };
  // Polls once, without waiting.
  Emitted poll(Reader& reader) {
    Emitted emitted{reader};
    reader.input.poll(clock.monotonic_ms(), Emitted::emit, &emitted);
    if (emitted.batches == 0) clock.advance(100);
    return emitted;
  }
  size_t failure_lines() const {
    const std::string file = sim.files().content("/failures").value_or("");
    return static_cast<size_t>(std::count(file.begin(), file.end(), '\n'));
  }
};

TEST_F(input_limits, a_poll_emits_a_mebibyte_whatever_a_record_contains) {
  constexpr size_t kEvents = 30'000, kParts = 8;
  make_stream(1);
  service.preload("in", "k", aggregated(Texts(kParts, gzip(message_with(kEvents, 100)))));
  put("after");
  const auto reader = start();
  size_t events = 0, polls = 0;
  int64_t inflated_bytes = 0;
  while (events < kEvents * kParts + 1 && ++polls < 1000) {
    const Emitted emitted = poll(*reader);
    events += emitted.events;
    EXPECT_LE(emitted.text_bytes, size_t{1} << 20);
    const int64_t now_inflated_bytes = reader->stat("inflated_bytes");
    EXPECT_LE(now_inflated_bytes - inflated_bytes, (1 << 20) + (4 << 20)) << "one part more than enough";
    inflated_bytes = now_inflated_bytes;
    EXPECT_LE(reader->stat("memory_bytes"), 24 << 20);
    if (polls % 2 == 0) reader->settle();
  }
  EXPECT_EQ(events, kEvents * kParts + 1);
  EXPECT_GT(polls, 24U);
  reader->settle();
  EXPECT_TRUE(reader->run([&] { return reader->stat("open_records") == 0; }));
}

TEST_F(input_limits, an_event_larger_than_a_mebibyte_is_emitted_alone) {
  make_stream(1);
  service.preload("in", "k", aggregated(Texts(4, gzip(message_with(2, 3 << 20)))));
  const auto reader = start();
  size_t events = 0;
  for (int polls = 0; polls < 200 && events < 8; ++polls) {
    const Emitted emitted = poll(*reader);
    EXPECT_LE(emitted.events, 1U);
    events += emitted.events;
  }
  EXPECT_EQ(events, 8U);
}

TEST_F(input_limits, a_poll_inflates_little_more_than_a_mebibyte_even_without_events) {
  const std::string control = R"({"messageType":"CONTROL_MESSAGE","x":")" + std::string(2 << 20, ' ') + "\"}";
  make_stream(1);
  service.preload("in", "k", aggregated(Texts(20, gzip(control))));
  const auto reader = start();
  int64_t inflated_bytes = 0;
  for (int polls = 0; polls < 500 && reader->stat("control_messages") < 20; ++polls) {
    poll(*reader);
    const int64_t now_inflated_bytes = reader->stat("inflated_bytes");
    EXPECT_LE(now_inflated_bytes - inflated_bytes, 4 << 20);
    inflated_bytes = now_inflated_bytes;
  }
  EXPECT_EQ(reader->stat("control_messages"), 20);
}

TEST_F(input_limits, a_full_batch_continues_in_the_next_poll) {
  make_stream(1);
  service.preload("in", "k", aggregated(Texts(3, gzip(message_with(20'000, 100)))));
  const auto reader = start();
  reader->emit_result = PENSTOCK_FULL;
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 60'000; }));
  EXPECT_EQ(reader->stat("emitted_events"), 60'000);
  EXPECT_TRUE(reader->run([&] { return reader->stat("open_records") == 0; }));
}

TEST_F(input_limits, sixty_thousand_undecodable_user_records_become_lines_a_few_mebibytes_at_a_time) {
  constexpr size_t kRecords = 60'000;
  options.decode.hash_range_rule = false;
  make_stream(1);
  put("before");
  service.preload("in", "k", aggregated(Texts(kRecords, "\x1F\x8B"), std::string(256, 'k')));
  put("after");
  const auto reader = start();
  ASSERT_TRUE(
      reader->run([&] { return reader->stat("dead_letter_records") == kRecords && reader->ids.size() == 2; }));
  EXPECT_EQ(reader->ids, (Texts{"before", "after"}));
  EXPECT_EQ(failure_lines(), kRecords);
  EXPECT_LE(reader->max_memory, 24 << 20);
  EXPECT_LT(sim.files().content("/failures")->size(), kRecords * 800);
  EXPECT_TRUE(reader->run([&] { return reader->stat("open_records") == 0; }));
}

TEST_F(input_limits, a_record_of_failures_waits_midway_while_the_dead_letter_file_is_unwritable) {
  options.decode.hash_range_rule = false;
  make_stream(1);
  const auto reader = start();
  reader->run_for(5000);
  sim.files().fail_syncs(true);
  service.preload("in", "k", aggregated(Texts(60'000, "\x1F\x8B")));
  reader->run_for(20'000);
  EXPECT_GT(reader->stat("pending_dead_letter_records"), 1000);
  EXPECT_LT(reader->stat("pending_dead_letter_records"), 20'000);
  EXPECT_LE(reader->max_memory, 24 << 20);
  EXPECT_GT(reader->input.next_deadline_ms(), clock.monotonic_ms()) << "it does not spin";
  sim.files().fail_syncs(false);
  EXPECT_TRUE(reader->run([&] { return reader->stat("dead_letter_records") == 60'000; }));
}

TEST_F(input_limits, an_aggregated_record_with_too_long_a_key_is_one_complete_line) {
  const std::string data = aggregated(Texts(2'000, "\x1F\x8B"), std::string(500'000, 'k'));
  make_stream(1);
  service.preload("in", "k", data);
  put("after");
  const auto reader = start();
  ASSERT_TRUE(reader->run([&] { return reader->stat("dead_letter_records") == 1 && reader->ids.size() == 1; }));
  EXPECT_EQ(failure_lines(), 1U);
  const std::string file = *sim.files().content("/failures");
  EXPECT_NE(file.find("\"data\":\"" + base64(data) + "\""), std::string::npos);
  EXPECT_NE(file.find("a partition key has more than 256 characters"), std::string::npos);
  EXPECT_LT(file.size(), base64(data).size() + 1000);
}

TEST_F(input_limits, one_record_that_is_never_settled_uses_constant_memory) {
  options.decode.format = kinesis::RecordFormat::raw;
  options.decode.hash_range_rule = false;
  make_stream(1);
  put("stuck");
  for (int i = 0; i < 10; ++i) service.preload("in", "k", aggregated(Texts(5'000, "x")));
  const auto reader = start();
  ASSERT_TRUE(reader->run([&] { return !reader->unsettled.empty(); }, kMinuteMs, false));
  const uint64_t stuck = reader->unsettled.front();
  reader->unsettled.erase(reader->unsettled.begin());
  ASSERT_TRUE(reader->run([&] { return reader->ids.size() == 50'001; }));
  reader->settle();
  EXPECT_EQ(reader->stat("unacked_batches"), 1);
  EXPECT_EQ(reader->stat("open_records"), 50'001);
  EXPECT_LT(reader->stat("memory_bytes"), 64 << 10);
  EXPECT_TRUE(reader->input.ack(stuck, PENSTOCK_DELIVERED));
  reader->run_for(10'000);
  EXPECT_EQ(reader->stat("open_records"), 0);
}

TEST_F(input_limits, unsettled_records_count_toward_the_memory_limit_and_pause_reading) {
  options.decode.format = kinesis::RecordFormat::raw;
  options.decode.hash_range_rule = false;
  options.mem_limit_bytes = 1 << 20;
  make_stream(1);
  for (int i = 0; i < 8; ++i) service.preload("in", "k", aggregated(Texts(5'000, "x")));
  const auto reader = start();
  std::vector<uint64_t> kept;
  const auto settle_every_other = [&] {
    for (const uint64_t id : std::exchange(reader->unsettled, {}))
      if (id % 2 == 0)
        kept.push_back(id);
      else
        EXPECT_TRUE(reader->input.ack(id, PENSTOCK_DELIVERED));
  };
  for (int i = 0; i < 300; ++i) {
    reader->run([] { return false; }, 200, false);
    settle_every_other();
  }
  const size_t emitted = reader->ids.size();
  EXPECT_GT(emitted, 2'000U);
  EXPECT_LT(emitted, 20'000U);
  EXPECT_LE(reader->max_memory, 1 << 20);
  EXPECT_GT(reader->input.next_deadline_ms(), clock.monotonic_ms()) << "it does not spin";
  reader->unsettled = kept;
  reader->settle();
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 40'000; }));
  EXPECT_TRUE(reader->run([&] { return reader->stat("open_records") == 0; }));
}

}  // namespace
}  // namespace penstock::sim
