#include "fluentbit/input/chunk_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::fluentbit {
namespace {

using namespace std::string_literals;

penstock_bytes bytes(std::string_view text) { return {text.data(), text.size()}; }

// 1700000000.123 as the agent's time.
const std::string kTime = "\xd7\x00\x65\x53\xf1\x00\x07\x54\xd4\xc0"s;

std::string msgpack_of(std::string_view json) {
  std::string out;
  EXPECT_TRUE(JsonToMsgpack().append(out, json));
  return out;
}

penstock_record json_record(std::string_view body) {
  return {1'700'000'000'123, {}, {}, bytes(body), PENSTOCK_RECORD_JSON, 0, {}};
}

class Writing : public testing::Test {
 protected:
  static penstock_batch batch_of(uint64_t ack_id, std::string_view log_group = "group") {
    penstock_batch out{};
    out.ack_id = ack_id;
    out.log_group = bytes(log_group);
    return out;
  }

  static void write(ChunkWriter& writer, const penstock_batch& batch, const std::vector<std::string>& bodies) {
    writer.begin(batch);
    for (const std::string& body : bodies) writer.add(json_record(body), {});
    writer.end(true);
  }

  static std::vector<Chunk> take(ChunkWriter& writer) {
    std::vector<Chunk> out;
    writer.take(out);
    return out;
  }

  static ChunkFormat tagged() {
    ChunkFormat out;
    std::string problem;
    out.tag = TagFormat::parse("$log_group", problem);
    return out;
  }
};

using fluentbit_chunk_writer = Writing;

TEST_F(fluentbit_chunk_writer, an_event_has_time_empty_metadata_and_body) {
  ChunkWriter writer({});
  write(writer, batch_of(7), {R"({"a":1})"});
  const std::vector<Chunk> chunks = take(writer);
  ASSERT_EQ(chunks.size(), 1u);
  EXPECT_EQ(chunks[0].data, "\x92\x92"s + kTime + "\x80" + msgpack_of(R"({"a":1})"));
  EXPECT_EQ(chunks[0].tag, "");
  EXPECT_EQ(chunks[0].completes, std::vector<uint64_t>{7});
}

TEST_F(fluentbit_chunk_writer, events_for_fluent_bit_2_0_have_its_form) {
  ChunkFormat format;
  format.metadata = false;
  ChunkWriter writer(format);
  write(writer, batch_of(7), {R"({"a":1})"});
  EXPECT_EQ(take(writer)[0].data, "\x92"s + kTime + msgpack_of(R"({"a":1})"));
}

TEST_F(fluentbit_chunk_writer, a_receipt_is_in_the_metadata) {
  ChunkWriter writer({});
  const penstock_batch batch = batch_of(7);
  writer.begin(batch);
  writer.add(json_record("{}"), "abc");
  writer.end(false);
  const std::vector<Chunk> chunks = take(writer);
  EXPECT_EQ(chunks[0].data, "\x92\x92"s + kTime + "\x81\xa8penstock\xc4\x03" + "abc" + msgpack_of("{}"));
  EXPECT_TRUE(chunks[0].completes.empty());
}

TEST_F(fluentbit_chunk_writer, text_that_was_copied_to_a_central_log_group_has_both_names) {
  ChunkWriter writer({});
  penstock_batch batch = batch_of(7, "g");
  batch.struct_size = sizeof batch;
  batch.central_log_group = bytes("c");
  writer.begin(batch);
  writer.add({1'700'000'000'123, {}, {}, bytes("line"), 0, 0, {}}, {});
  writer.end(true);
  EXPECT_EQ(take(writer)[0].data,
            "\x92\x92"s + kTime + "\x80\x83\xa3log\xa4line\xa9log_group\xa1g\xb1" + "central_log_group\xa1" + "c");
}

TEST_F(fluentbit_chunk_writer, text_is_under_log_next_to_its_origin) {
  ChunkWriter writer({});
  penstock_batch batch = batch_of(7, "g");
  batch.log_stream = bytes("s");
  batch.owner = bytes("1");
  writer.begin(batch);
  writer.add({1'700'000'000'123, bytes("e1"), {}, bytes("line"), 0, 0, {}}, {});
  writer.add({1'700'000'000'123, {}, {}, bytes("{}"), 0, 0, {}}, {});
  writer.end(true);
  const std::string origin = "\xa9log_group\xa1g\xaalog_stream\xa1s\xa5owner\xa1" + "1"s;
  EXPECT_EQ(take(writer)[0].data, "\x92\x92"s + kTime + "\x80\x85\xa3log\xa4line" + origin + "\xa8" +
                                      "event_id\xa2" + "e1" + "\x92\x92" + kTime + "\x80\x84\xa3log\xa2{}" +
                                      origin);
}

TEST_F(fluentbit_chunk_writer, invalid_json_is_kept_as_text) {
  ChunkWriter writer({});
  write(writer, batch_of(7, ""), {"{\"a\":", R"({"a":1})"});
  EXPECT_EQ(take(writer)[0].data, "\x92\x92"s + kTime + "\x80\x81\xa3log\xa5{\"a\":" + "\x92\x92" + kTime +
                                      "\x80" + msgpack_of(R"({"a":1})"));
}

TEST_F(fluentbit_chunk_writer, batches_with_the_same_tag_share_a_chunk) {
  ChunkWriter writer(tagged());
  write(writer, batch_of(1, "a"), {"{}"});
  write(writer, batch_of(2, "b"), {"{}"});
  write(writer, batch_of(3, "a"), {"{}"});
  const std::vector<Chunk> chunks = take(writer);
  ASSERT_EQ(chunks.size(), 2u);
  EXPECT_EQ(chunks[0].tag, "a");
  EXPECT_EQ(chunks[0].completes, (std::vector<uint64_t>{1, 3}));
  EXPECT_EQ(chunks[0].events, 2u);
  EXPECT_EQ(chunks[1].events, 1u);
  EXPECT_EQ(chunks[1].tag, "b");
  EXPECT_EQ(chunks[1].completes, std::vector<uint64_t>{2});
  EXPECT_TRUE(take(writer).empty());
}

TEST_F(fluentbit_chunk_writer, a_chunk_is_filled_to_its_last_byte) {
  const std::string body = R"({"a":1})";
  ChunkWriter probe({});
  write(probe, batch_of(1), {body});
  const size_t size = take(probe)[0].data.size();

  ChunkFormat format;
  format.chunk_bytes = 2 * size;
  ChunkWriter exact(format);
  write(exact, batch_of(1), {body, body});
  EXPECT_EQ(take(exact).size(), 1u);

  format.chunk_bytes = 2 * size - 1;
  ChunkWriter below(format);
  write(below, batch_of(1), {body, body});
  const std::vector<Chunk> chunks = take(below);
  ASSERT_EQ(chunks.size(), 2u);
  EXPECT_EQ(chunks[0].data, chunks[1].data);
  EXPECT_EQ(chunks[0].events, 1u);
  EXPECT_EQ(chunks[1].events, 1u);
  EXPECT_TRUE(chunks[0].completes.empty()) << "the batch's last record is in the second";
  EXPECT_EQ(chunks[1].completes, std::vector<uint64_t>{1});
}

TEST_F(fluentbit_chunk_writer, a_record_larger_than_a_chunk_has_its_own_chunk) {
  ChunkFormat format;
  format.chunk_bytes = 1;
  ChunkWriter writer(format);
  write(writer, batch_of(1), {"{}", "{}", "{}"});
  const std::vector<Chunk> chunks = take(writer);
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(chunks[2].completes, std::vector<uint64_t>{1});
}

TEST_F(fluentbit_chunk_writer, a_rollback_removes_the_whole_batch) {
  for (const size_t chunk_bytes : {size_t{1} << 20, size_t{1}}) {
    ChunkFormat format;
    format.chunk_bytes = chunk_bytes;
    ChunkWriter writer(format), other(format);
    write(writer, batch_of(1), {"{}"});
    write(other, batch_of(1), {"{}"});
    const penstock_batch batch = batch_of(2);
    writer.begin(batch);
    for (int i = 0; i < 3; ++i) writer.add(json_record(R"({"b":2})"), {});
    EXPECT_GT(writer.bytes(), 0u);
    writer.roll_back();
    EXPECT_EQ(writer.bytes(), 0u);
    const std::vector<Chunk> rolled = take(writer), expected = take(other);
    ASSERT_EQ(rolled.size(), expected.size()) << chunk_bytes;
    EXPECT_EQ(rolled[0].data, expected[0].data);
    EXPECT_EQ(rolled[0].events, 1u);
    EXPECT_EQ(rolled[0].completes, std::vector<uint64_t>{1});
  }
}

TEST_F(fluentbit_chunk_writer, memory_of_a_chunk_is_reused_without_its_content) {
  ChunkWriter writer({});
  writer.give_back({"tag", "what was there before", 5, {1, 2}});
  write(writer, batch_of(3), {"{}"});
  const std::vector<Chunk> chunks = take(writer);
  EXPECT_EQ(chunks[0].data, "\x92\x92"s + kTime + "\x80" + msgpack_of("{}"));
  EXPECT_EQ(chunks[0].completes, std::vector<uint64_t>{3});
  EXPECT_EQ(chunks[0].events, 1u);
  EXPECT_EQ(chunks[0].tag, "");
}

}  // namespace
}  // namespace penstock::fluentbit
