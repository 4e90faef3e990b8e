// How the input handles aggregated, raw, rejected and old records: positions within a record, and failures of a
// single user record.
#include <gtest/gtest.h>

#include "base/base64.h"
#include "tests/kpl_bytes.h"
#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

using Ids = std::vector<std::string>;

// Returns a record with one user record for each of the texts, at the hash keys 0, 1, ...
std::string aggregated(const Ids& texts) {
  std::string out = kpl_bytes::partition_key("k");
  for (size_t i = 0; i < texts.size(); ++i) out += kpl_bytes::explicit_hash_key(std::to_string(i));
  for (size_t i = 0; i < texts.size(); ++i)
    out += kpl_bytes::user_record(0, texts[i], kpl_bytes::number_field(2, i));
  return kpl_bytes::sealed(out);
}

std::string aggregated_messages(const Ids& ids) {
  Ids texts;
  for (const std::string& id : ids) texts.push_back(message_of(id));
  return aggregated(texts);
}

// Returns a partition key that belongs in the second of two shards.
std::string key_of_upper_half() {
  std::string key = "a";
  while (*kinesis::hash_of_partition_key(key) >> 127 == 0) key += "a";
  return key;
}

// Returns a record with three user records: the first belongs in the second of two shards, the others in the
// first.
std::string misplaced_after_first(const std::string& id) {
  std::string out = kpl_bytes::partition_key(key_of_upper_half()) + kpl_bytes::explicit_hash_key("7") +
                    kpl_bytes::user_record(0, message_of(id));
  for (int i = 0; i < 2; ++i) out += kpl_bytes::user_record(0, message_of(id), kpl_bytes::number_field(2, 0));
  return kpl_bytes::sealed(out);
}

class input_decode : public input {
 protected:
  std::string dead_letters() const { return sim.files().content("/failures").value_or(""); }
  bool failed_with(const std::string& text) const { return dead_letters().find(text) != std::string::npos; }
  // Returns whether everything that was read gets settled and saved.
  bool ends(Reader& reader) {
    return reader.run([&] { return reader.stat("lag_ms") == 0 && reader.stat("open_records") == 0; }) &&
           (reader.run_for(10'000), true);
  }
};

TEST_F(input_decode, a_restart_within_an_aggregated_record_continues_after_the_settled_part) {
  make_stream(1);
  service.preload("in", "k", aggregated_messages({"0", "1", "2", "3"}));
  put("after");
  auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(5, false));
  for (const size_t i : {0U, 1U, 3U}) EXPECT_TRUE(reader->input.ack(reader->unsettled[i], PENSTOCK_DELIVERED));
  reader->unsettled.clear();
  reader->run_for(10'000);
  EXPECT_EQ(reader->stat("open_records"), 3) << "2 is not settled, nor are the records after it";
  kill(reader);
  reader = start();
  ASSERT_TRUE(reader->run_until_ids(3));
  EXPECT_TRUE(ends(*reader));
  EXPECT_EQ(reader->ids, (Ids{"2", "3", "after"}));
  EXPECT_EQ(reader->stat("gaps"), 0);
  kill(reader);
  reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, Ids{});
}

TEST_F(input_decode, a_user_record_that_cannot_be_decoded_fails_alone_with_its_number) {
  make_stream(1);
  service.preload("in", "outer", aggregated({message_of("0"), "\x1F\x8B, but no gzip", message_of("2")}));
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(2));
  EXPECT_TRUE(ends(*reader));
  EXPECT_EQ(reader->ids, (Ids{"0", "2"}));
  EXPECT_EQ(reader->stat("dead_letter_records"), 1);
  EXPECT_TRUE(failed_with(R"("sub_sequence_number":1,)")) << dead_letters();
  EXPECT_TRUE(failed_with(R"("partition_key":"k")")) << dead_letters();
  EXPECT_TRUE(failed_with("\"data\":\"" + base64("\x1F\x8B, but no gzip") + "\"")) << dead_letters();
}

TEST_F(input_decode, a_failed_user_record_holds_the_position_until_it_is_on_disk) {
  make_stream(1);
  const auto reader = start();
  reader->run_for(5000);
  sim.files().fail_syncs(true);
  service.preload("in", "k", aggregated({message_of("0"), "\x1F\x8B", message_of("2")}));
  ASSERT_TRUE(reader->run_until_ids(2));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->stat("open_records"), 2);
  sim.files().fail_syncs(false);
  EXPECT_TRUE(ends(*reader));
}

TEST_F(input_decode, user_records_of_other_shards_are_skipped_logged_once_and_passed) {
  make_stream(2);
  for (const char* id : {"a", "b"}) service.preload("in", key_of_upper_half(), misplaced_after_first(id));
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->stat("out_of_range_records") == 4; }));
  EXPECT_TRUE(ends(*reader));
  EXPECT_EQ(reader->ids, (Ids{"a", "b"}));
  EXPECT_EQ(reader->stat("user_records"), 6);
  EXPECT_EQ(reader->stat("dead_letter_records"), 0);
  EXPECT_EQ(std::count_if(sim.log().begin(), sim.log().end(),
                          [](const LogLine& line) { return line.text.find("hash_range_rule") != line.text.npos; }),
            1);
  EXPECT_NE(checkpoint_file().find("\"49"), std::string::npos) << checkpoint_file();
}

TEST_F(input_decode, without_hash_key_filtering_user_records_of_other_shards_are_emitted) {
  options.decode.hash_range_rule = false;
  make_stream(2);
  service.preload("in", key_of_upper_half(), misplaced_after_first("a"));
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3));
  EXPECT_EQ(reader->stat("out_of_range_records"), 0);
}

TEST_F(input_decode, a_record_that_is_not_a_message_is_an_event_named_by_its_position) {
  make_stream(1);
  const std::string number(service.preload("in", "k", "START RequestId: x").sequence_number.text());
  const std::string other(service.preload("in", "k", aggregated({"text", "more"})).sequence_number.text());
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(3));
  const std::string shard = "shardId-000000000000:";
  EXPECT_EQ(reader->ids, (Ids{shard + number + ":0", shard + other + ":0", shard + other + ":1"}));
  EXPECT_EQ(reader->stat("raw_events"), 3);
  EXPECT_EQ(reader->stat("emitted_events"), 3);
}

// Rejects one ID the given number of times and accepts the others.
struct Rejecting {
  Reader& reader;
  std::string id;
  int calls = 0;

  static int32_t emit(void* ctx, const penstock_batch* batch) {
    auto& self = *static_cast<Rejecting*>(ctx);
    if (view(batch->records[0].id) != self.id) return Reader::emit(&self.reader, batch);
    ++self.calls;
    return PENSTOCK_E_MEMORY;
  }
  void run_for(int64_t ms) {
    for (const int64_t end_ms = reader.clock.monotonic_ms() + ms; reader.clock.monotonic_ms() < end_ms;) {
      reader.input.poll(std::min(end_ms, reader.clock.monotonic_ms() + 1000), emit, this);
      reader.settle();
    }
  }
};

TEST_F(input_decode, a_record_rejected_too_often_is_a_dead_letter_and_others_continue) {
  options.limits.retries = 3;
  make_stream(1);
  service.preload("in", "k", aggregated_messages({"0", "1", "2"}));
  put("after");
  const auto reader = start();
  Rejecting rejecting{*reader, "1"};
  rejecting.run_for(kMinuteMs);
  EXPECT_EQ(rejecting.calls, 4) << "the first time, and three retries";
  EXPECT_EQ(reader->ids, (Ids{"0", "2", "after"}));
  EXPECT_EQ(reader->stat("dead_letter_records"), 1);
  EXPECT_TRUE(failed_with("record_retry_limit is reached: the agent rejected the record (limit 3, "))
      << dead_letters();
  EXPECT_TRUE(failed_with(R"("sub_sequence_number":1,)")) << dead_letters();
  EXPECT_EQ(reader->stat("open_records"), 0);
}

TEST_F(input_decode, without_a_retry_limit_a_rejected_record_is_retried_forever) {
  make_stream(1);
  put("a");
  const auto reader = start();
  Rejecting rejecting{*reader, "a"};
  rejecting.run_for(kMinuteMs);
  EXPECT_GT(rejecting.calls, 100);
  EXPECT_EQ(reader->stat("dead_letter_records"), 0);
  rejecting.id = "";
  rejecting.run_for(1000);
  EXPECT_EQ(reader->ids, Ids{"a"});
}

TEST_F(input_decode, a_record_that_is_too_old_is_a_dead_letter_and_a_newer_one_is_emitted) {
  options.limits.age_ms = 60 * kMinuteMs;
  make_stream(1);
  put("old");
  clock.advance(30 * kMinuteMs);
  put("young");
  clock.advance(30 * kMinuteMs + 1);
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(1));
  EXPECT_TRUE(ends(*reader));
  EXPECT_EQ(reader->ids, Ids{"young"});
  EXPECT_EQ(reader->stat("dead_letter_records"), 1);
  EXPECT_TRUE(failed_with("older than max_record_age (limit 3600000 ms, ")) << dead_letters();
  EXPECT_TRUE(failed_with(base64(message_of("old")))) << dead_letters();
}

TEST_F(input_decode, a_record_that_becomes_too_old_while_it_is_rejected_is_a_dead_letter) {
  options.limits.age_ms = kMinuteMs;
  make_stream(1);
  put("a");
  const auto reader = start();
  Rejecting rejecting{*reader, "a"};
  rejecting.run_for(kMinuteMs - 5000);
  EXPECT_EQ(reader->stat("dead_letter_records"), 0);
  rejecting.run_for(10'000);
  EXPECT_EQ(reader->stat("dead_letter_records"), 1);
}

}  // namespace
}  // namespace penstock::sim
