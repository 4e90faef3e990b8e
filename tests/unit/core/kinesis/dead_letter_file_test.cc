#include "core/kinesis/dead_letter_file.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/bytes.h"
#include "core/kinesis/output/dead_letters.h"
#include "tests/unit/core/kinesis/output/writer_fakes.h"

namespace penstock::kinesis {
namespace {

penstock_batch origin() {
  penstock_batch batch = {};
  batch.struct_size = sizeof batch;
  batch.log_group = bytes("/aws/lambda/f");
  batch.log_stream = bytes("2023/11/14/[$LATEST]ab");
  batch.owner = bytes("123456789012");
  batch.region = bytes("eu-west-1");
  batch.stream = bytes("in");
  batch.shard_id = bytes("shardId-000000000001");
  batch.sequence_number = bytes("4957");
  batch.sub_sequence_number = 3;
  batch.arrival_time_ms = 1'700'000'000'000;
  return batch;
}

TEST(dead_letter_file, a_dead_letter_has_stage_reason_position_origin_key_and_data) {
  FakeSystem system;
  auto log = DeadLetterFile::open(system.env, "file:/var/lib/failures.jsonl");
  ASSERT_TRUE(log.ok()) << log.status().message();
  EXPECT_EQ(system.files.path, "/var/lib/failures.jsonl");
  (*log)->add("input", "not \"gzip\"", origin(), "key", std::string_view("\x00\xFF", 2));
  EXPECT_EQ(system.files.appended, "");
  EXPECT_GT((*log)->pending_bytes(), 0U);
  ASSERT_TRUE((*log)->flush().ok());
  EXPECT_EQ(
      system.files.synced,
      R"({"time":"2023-11-14T22:13:20.123Z","stage":"input","reason":"not \"gzip\"","stream":"in",)"
      R"("shard_id":"shardId-000000000001","sequence_number":"4957","sub_sequence_number":3,)"
      R"("log_group":"/aws/lambda/f","log_stream":"2023/11/14/[$LATEST]ab","owner":"123456789012","region":"eu-west-1",)"
      R"("partition_key":"key","arrival_time_ms":1700000000000,"data":"AP8="})"
      "\n");
  EXPECT_EQ((*log)->pending_bytes(), 0U);
  EXPECT_EQ((*log)->recorded(), 1);
}

TEST(dead_letter_file, a_dead_letter_has_the_central_log_group_only_if_there_is_one) {
  FakeSystem system;
  auto log = DeadLetterFile::open(system.env, "file:f");
  ASSERT_TRUE(log.ok());
  penstock_batch from = origin();
  from.central_log_group = bytes("/central");
  (*log)->add("output", "r", from, "", "");
  ASSERT_TRUE((*log)->flush().ok());
  EXPECT_NE(
      system.files.synced.find(R"("log_group":"/aws/lambda/f","central_log_group":"/central","log_stream":)"),
      std::string::npos)
      << system.files.synced;
}

TEST(dead_letter_file, text_in_a_dead_letter_is_truncated_at_two_kib_but_data_is_complete) {
  FakeSystem system;
  auto log = DeadLetterFile::open(system.env, "file:f");
  ASSERT_TRUE(log.ok());
  const std::string longest(2048, 'g'), too_long(900'000, 'x'), data(3'000'000, 'd');
  std::string characters = "x";
  while (characters.size() < 4096) characters += "\u00E9";
  penstock_batch from = origin();
  from.log_group = bytes(longest);
  from.log_stream = from.owner = from.region = from.stream = from.shard_id = from.sequence_number =
      bytes(too_long);
  (*log)->add("input", too_long, from, characters, data);
  ASSERT_TRUE((*log)->flush().ok());
  const std::string& line = system.files.synced;
  const auto has = [&](const std::string& member) { return line.find(member) != std::string::npos; };
  EXPECT_TRUE(has("\"log_group\":\"" + longest + "\""));
  EXPECT_TRUE(has("\"reason\":\"" + too_long.substr(0, 2048) + "...\""));
  EXPECT_TRUE(has("\"region\":\"" + too_long.substr(0, 2048) + "...\""));
  EXPECT_TRUE(has("\"partition_key\":\"" + characters.substr(0, 2047) + "...\"")) << "no character is split";
  EXPECT_LT(line.size(), data.size() / 3 * 4 + 10 * 2200);
  EXPECT_TRUE(line.ends_with("\"}\n"));
}

TEST(dead_letter_file, no_dead_letter_counts_before_it_is_flushed) {
  FakeSystem system;
  auto log = DeadLetterFile::open(system.env, "file:f");
  ASSERT_TRUE(log.ok());
  ASSERT_TRUE((*log)->flush().ok());
  (*log)->add("input", "r", origin(), "", "");
  EXPECT_EQ((*log)->recorded(), 0);
  ASSERT_TRUE((*log)->flush().ok());
  EXPECT_EQ((*log)->recorded(), 1);
}

TEST(dead_letter_file, a_dead_letter_whose_append_failed_is_kept_and_written_once_there_is_space) {
  FakeSystem system;
  auto log = DeadLetterFile::open(system.env, "file:/full/f");
  ASSERT_TRUE(log.ok());
  (*log)->add("input", "one", origin(), "", "1");
  system.files.append_error = {Code::io, "PS0000", "No space left on device"};
  const Status status = (*log)->flush();
  EXPECT_EQ(status.code(), Code::io);
  EXPECT_NE(status.message().find("file:/full/f"), std::string::npos) << status.message();
  EXPECT_EQ((*log)->recorded(), 0);
  (*log)->add("input", "two", origin(), "", "2");
  system.files.append_error = {};
  ASSERT_TRUE((*log)->flush().ok());
  EXPECT_EQ((*log)->recorded(), 2);
  EXPECT_LT(system.files.synced.find("\"one\""), system.files.synced.find("\"two\""));
  EXPECT_EQ(std::count(system.files.synced.begin(), system.files.synced.end(), '\n'), 2);
}

TEST(dead_letter_file, a_dead_letter_whose_sync_failed_does_not_count_and_is_written_again) {
  FakeSystem system;
  auto log = DeadLetterFile::open(system.env, "file:f");
  ASSERT_TRUE(log.ok());
  (*log)->add("input", "one", origin(), "", "1");
  system.files.sync_error = {Code::io, "PS0000", "Input/output error"};
  EXPECT_FALSE((*log)->flush().ok());
  EXPECT_EQ((*log)->recorded(), 0);
  system.files.sync_error = {};
  EXPECT_TRUE((*log)->flush().ok());
  EXPECT_EQ((*log)->recorded(), 1);
  EXPECT_EQ(std::count(system.files.synced.begin(), system.files.synced.end(), '\n'), 2);
}

TEST(dead_letter_file, on_failure_drop_warns_and_counts_and_keeps_nothing) {
  FakeSystem system;
  auto log = DeadLetterFile::open(system.env, "drop");
  ASSERT_TRUE(log.ok());
  ASSERT_EQ(system.log.size(), 1U);
  EXPECT_NE(system.log[0].find("drop"), std::string::npos);
  (*log)->add("input", "r", origin(), "", "data");
  EXPECT_EQ((*log)->pending_bytes(), 0U);
  EXPECT_EQ((*log)->recorded(), 0);
  ASSERT_TRUE((*log)->flush().ok());
  EXPECT_EQ((*log)->recorded(), 1);
  EXPECT_EQ(system.files.appended, "");
}

TEST(dead_letter_file, rejected_records_become_lines_a_few_mebibytes_at_a_time) {
  FakeSystem system;
  auto log = std::move(*DeadLetterFile::open(system.env, "file:f"));
  DeadLetters undeliverable(system.env, *log);
  const std::vector<penstock_record> records(20'000);
  penstock_batch batch = origin();
  batch.record_stride = sizeof(penstock_record);
  batch.records = records.data();
  batch.record_count = records.size();
  PartitionKeys keys = std::move(*PartitionKeys::make("log_stream", "random"));
  WriterBatch kept(1, batch, keys, system.random, 0);
  for (WriterRecord& record : kept.records) undeliverable.add(record, "it is too old");

  system.files.append_error = {Code::io, "PS0000", "No space left on device"};
  EXPECT_TRUE(undeliverable.advance().empty());
  EXPECT_LT(log->pending_bytes(), size_t{5} << 20);
  system.files.append_error = {};
  system.clock.now_ms = undeliverable.next_deadline_ms();
  size_t recorded = 0, turns = 0;
  for (; undeliverable.next_deadline_ms() <= system.clock.now_ms && turns < 10; ++turns)
    recorded += undeliverable.advance().size();
  EXPECT_EQ(recorded, records.size());
  EXPECT_GT(turns, 1U);
  EXPECT_EQ(std::count(system.files.synced.begin(), system.files.synced.end(), '\n'), 20'000);
}

TEST(dead_letter_file, other_on_failure_values_are_errors_that_name_the_allowed_ones) {
  FakeSystem system;
  for (const std::string_view value : {"", "file:", "keep", "Drop", "/var/log/f"}) {
    const auto log = DeadLetterFile::open(system.env, value);
    ASSERT_FALSE(log.ok()) << value;
    EXPECT_EQ(log.status().code(), Code::config);
    EXPECT_NE(log.status().message().find("file:PATH"), std::string::npos);
    EXPECT_NE(log.status().message().find("drop"), std::string::npos);
  }
}

TEST(dead_letter_file, a_dead_letter_file_that_cannot_be_opened_is_an_error_that_names_it) {
  FakeSystem system;
  system.files.append_error = {Code::io, "PS0000", "Permission denied"};
  const auto log = DeadLetterFile::open(system.env, "file:/root/f");
  ASSERT_FALSE(log.ok());
  EXPECT_NE(log.status().message().find("/root/f"), std::string::npos);
}

}  // namespace
}  // namespace penstock::kinesis
