#include "core/kinesis/put_records.h"

#include <gtest/gtest.h>

#include "core/kinesis/put_records_fast_path.h"

namespace penstock::kinesis {
namespace {

std::string repeat(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(put_records, a_put_records_body_is_the_documented_json) {
  std::string body;
  begin_put_records(body);
  append_put_record(body, "hello", "a\"b");
  append_put_record(body, "", "k");
  end_put_records(body, "logs");
  EXPECT_EQ(body, R"({"Records":[{"Data":"aGVsbG8=","PartitionKey":"a\"b"},{"Data":"","PartitionKey":"k"}],)"
                  R"("StreamName":"logs"})");
}

TEST(put_records, an_explicit_hash_key_is_a_decimal_below_two_to_the_128) {
  for (const auto& [key, text] : {std::pair(HashKey{0}, "0"), std::pair(HashKey{1234567890}, "1234567890"),
                                  std::pair(kLastHashKey, "340282366920938463463374607431768211455")}) {
    std::string body;
    begin_put_records(body);
    append_put_record(body, "", "k", key);
    EXPECT_EQ(body,
              std::string(R"({"Records":[{"Data":"","PartitionKey":"k","ExplicitHashKey":")") + text + "\"}");
  }
}

TEST(put_records, a_stream_is_named_by_its_name_or_its_arn) {
  std::string json = "{";
  append_stream_member(json, "logs");
  EXPECT_EQ(json, R"({"StreamName":"logs")");
  json = "{";
  append_stream_member(json, "arn:aws:kinesis:eu-west-1:123456789012:stream/logs");
  EXPECT_EQ(json, R"({"StreamARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/logs")");
}

TEST(put_records, the_estimated_body_size_covers_the_body_except_escapes) {
  for (const size_t size : {0U, 1U, 2U, 3U, 1000U}) {
    std::string body;
    begin_put_records(body);
    for (int i = 0; i < 500; ++i) append_put_record(body, std::string(size, 'x'), "key");
    end_put_records(body, std::string(128, 's'));
    EXPECT_GE(put_records_body_bytes(500, 500 * (size + 3)), body.size());
  }
}

TEST(put_records, a_record_counts_the_bytes_of_its_data_and_key) {
  EXPECT_EQ(put_record_bytes("12345", "\xC3\xA9"), 7U);
}

TEST(put_records, a_partition_key_has_1_to_256_characters_not_bytes) {
  EXPECT_FALSE(is_partition_key(""));
  EXPECT_TRUE(is_partition_key("k"));
  for (const std::string_view character : {"k", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    EXPECT_TRUE(is_partition_key(repeat(character, 256))) << character;
    EXPECT_FALSE(is_partition_key(repeat(character, 257))) << character;
  }
}

TEST(put_records, a_partition_key_is_valid_utf8) {
  for (const std::string_view good :
       {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_partition_key(good));
  for (const std::string_view bad :
       {"\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE2\x82(", "a\xC3"})
    EXPECT_FALSE(is_partition_key(bad));
}

TEST(put_records, a_put_records_response_lists_rejected_records_with_their_codes) {
  std::string body =
      R"({"FailedRecordCount":2,"Records":[
        {"SequenceNumber":"1","ShardId":"shard-0"},
        {"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"slow"},
        {"ErrorCode":null,"SequenceNumber":"2","ShardId":"s"},
        {"ErrorCode":"InternalFailure","ErrorMessage":"oops"}],"EncryptionType":"NONE"})";
  const auto response = read_put_records_response(body, 4);
  ASSERT_TRUE(response.ok()) << response.status().message();
  ASSERT_EQ(response->rejected.size(), 2U);
  EXPECT_EQ(response->rejected[0].index, 1U);
  EXPECT_EQ(response->rejected[0].code, "ProvisionedThroughputExceededException");
  EXPECT_EQ(response->rejected[1].index, 3U);
  EXPECT_EQ(response->rejected[1].code, "InternalFailure");
  EXPECT_EQ(response->shard_ids, (std::vector<std::string_view>{"shard-0", "", "s", ""}));
}

TEST(put_records, a_put_records_response_may_have_unknown_members) {
  std::string body =
      R"({"Before":{"Records":[{"ErrorCode":"x"},[[{}]]],"n":1.5},"Records":[
        {"Extra":{"ErrorCode":"x","SequenceNumber":null},"SequenceNumber":"1","More":[{"ErrorCode":"x"}]}],
        "After":[true,null,-1,18446744073709551615]})";
  const auto response = read_put_records_response(body, 1);
  ASSERT_TRUE(response.ok()) << response.status().message();
  EXPECT_TRUE(response->rejected.empty());
}

TEST(put_records, a_record_without_a_sequence_number_was_not_accepted) {
  std::string body = R"({"Records":[{},{"SequenceNumber":null},{"SequenceNumber":"1"}]})";
  const auto response = read_put_records_response(body, 3);
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->rejected.size(), 2U);
  EXPECT_EQ(response->rejected[1].index, 1U);
  EXPECT_EQ(response->rejected[1].code, "");
}

TEST(put_records, a_response_about_other_records_leaves_the_outcome_unknown) {
  for (const size_t sent : {0U, 2U}) {
    std::string body = R"({"Records":[{"SequenceNumber":"1"}]})";
    const auto response = read_put_records_response(body, sent);
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.status().code(), Code::transient);
  }
}

TEST(put_records, a_response_that_is_not_json_leaves_the_outcome_unknown) {
  for (const std::string_view text :
       {"", "<html>", "null", "[]", "[{}]", "\"x\"", "{\"Records\":[{\"SequenceNumber\":\"1\"}]",
        "{\"Records\":[{\"SequenceNumber\":\"1\"}]} x", "{\"Records\":[[\"SequenceNumber\",\"1\"]]}",
        "{\"Records\":[\"SequenceNumber\"]}", "{\"Records\":{\"SequenceNumber\":\"1\"}}"}) {
    std::string body(text);
    const auto response = read_put_records_response(body, 1);
    ASSERT_FALSE(response.ok()) << text;
    EXPECT_EQ(response.status().code(), Code::transient) << text;
  }
}

// Both ways of reading, with and without a JSON parser, must give the same result.
TEST(put_records, the_fast_path_reads_a_response_in_which_all_records_succeeded) {
  const std::string records =
      R"({"SequenceNumber":"49","ShardId":"shardId-000000000000"},{"SequenceNumber":"50","ShardId":"s"})";
  for (const std::string_view before : {"", R"("FailedRecordCount":0,)", R"("EncryptionType":"KMS",)",
                                        R"("EncryptionType":"NONE","FailedRecordCount":0,)"})
    for (const std::string_view after : {"", R"(,"FailedRecordCount":0)", R"(,"EncryptionType":"KMS")"}) {
      std::string body = "{" + std::string(before) + R"("Records":[)" + records + "]" + std::string(after) + "}";
      EXPECT_TRUE(parse_all_succeeded(body, 2).has_value()) << body;
      EXPECT_FALSE(parse_all_succeeded(body, 1).has_value()) << body;
      EXPECT_FALSE(parse_all_succeeded(body, 3).has_value()) << body;
      const auto read = read_put_records_response(body, 2);
      ASSERT_TRUE(read.ok()) << body;
      EXPECT_TRUE(read->rejected.empty()) << body;
      EXPECT_EQ(read->shard_ids, (std::vector<std::string_view>{"shardId-000000000000", "s"})) << body;
    }
}

TEST(put_records, a_truncated_or_changed_response_never_counts_as_all_succeeded) {
  const std::string whole = R"({"FailedRecordCount":0,"Records":[{"SequenceNumber":"49","ShardId":"s-1"},)"
                            R"({"SequenceNumber":")" +
                            repeat("7", 56) +
                            R"(","ShardId":"s-1"},{"SequenceNumber":"1234567890123456","ShardId":"s-12"}],)"
                            R"("EncryptionType":"KMS"})";
  EXPECT_EQ(parse_all_succeeded(whole, 3), (std::vector<std::string_view>{"s-1", "s-1", "s-12"}));
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_all_succeeded(whole.substr(0, size), 3).has_value()) << size;
  EXPECT_FALSE(parse_all_succeeded(whole + "}", 3).has_value());
  for (size_t at = 0; at < whole.size(); ++at)
    for (const char c : {'\\', '"', '\0', '{', ']', ',', '\x80'}) {
      std::string changed = whole;
      changed[at] = c;
      EXPECT_EQ(parse_all_succeeded(changed, 3).has_value(), changed == whole) << changed;
    }
}

TEST(put_records, rejections_and_unusual_forms_are_left_to_the_parser) {
  for (const std::string_view text :
       {R"({"Records":[{"SequenceNumber":"","ShardId":"s"}]})",
        R"({"Records":[{"SequenceNumber":"1","ShardId":""}]})",
        R"({"Records":[{"SequenceNumber":null,"ShardId":"s"}]})", R"({"Records":[{"SequenceNumber":"1"}]})",
        R"({"Records":[{"ErrorCode":"InternalFailure","ErrorMessage":"oops"}]})",
        R"({"Records":[{"SequenceNumber":"1","ShardId":"s","ErrorCode":"InternalFailure"}]})",
        R"({"FailedRecordCount":1,"Records":[{"SequenceNumber":"1","ShardId":"s"}]})",
        R"({"Records":[{"SequenceNumber":"1","ShardId":"s"}],"Records":[{"SequenceNumber":"1","ShardId":"s"}]})",
        R"({"Records":[{"SequenceNumber":"1","ShardId":"s"},]})", R"({,"Records":[]})", "{}", "[]", ""})
    EXPECT_FALSE(parse_all_succeeded(text, 1).has_value()) << text;
}

TEST(put_records, a_deeply_nested_put_records_response_uses_no_stack) {
  std::string body =
      R"({"Records":[{"SequenceNumber":"1"}],"Deep":)" + repeat("[", 200'000) + repeat("]", 200'000) + "}";
  EXPECT_TRUE(read_put_records_response(body, 1).ok());
}

}  // namespace
}  // namespace penstock::kinesis
