#include "core/kinesis/read_api.h"

#include <gtest/gtest.h>

#include "base/base64.h"

namespace penstock::kinesis {
namespace {

TEST(read_api, list_shards_has_the_stream_or_the_token_but_never_both) {
  EXPECT_EQ(list_shards_body("logs", ""), R"({"StreamName":"logs"})");
  EXPECT_EQ(list_shards_body("logs", "AAA="), R"({"NextToken":"AAA="})");
}

TEST(read_api, an_iterator_is_requested_for_each_kind_of_position) {
  EXPECT_EQ(get_shard_iterator_body("logs", "shardId-000000000001", {}),
            R"({"StreamName":"logs","ShardId":"shardId-000000000001","ShardIteratorType":"TRIM_HORIZON"})");
  EXPECT_EQ(
      get_shard_iterator_body("logs", "s", {IteratorStart::Kind::at_timestamp, 1566741561008, ""}),
      R"({"StreamName":"logs","ShardId":"s","ShardIteratorType":"AT_TIMESTAMP","Timestamp":1566741561.008})");
  EXPECT_EQ(get_shard_iterator_body("logs", "s", {IteratorStart::Kind::at_sequence_number, 0, "4959"}),
            R"({"StreamName":"logs","ShardId":"s","ShardIteratorType":"AT_SEQUENCE_NUMBER",)"
            R"("StartingSequenceNumber":"4959"})");
  EXPECT_EQ(get_shard_iterator_body("logs", "s", {IteratorStart::Kind::after_sequence_number, 0, "4959"}),
            R"({"StreamName":"logs","ShardId":"s","ShardIteratorType":"AFTER_SEQUENCE_NUMBER",)"
            R"("StartingSequenceNumber":"4959"})");
}

TEST(read_api, an_iterator_at_a_time_before_1970_is_requested_at_1970) {
  for (const int64_t time_ms : {int64_t{0}, int64_t{-1}, int64_t{-500}, INT64_MIN})
    EXPECT_EQ(get_shard_iterator_body("logs", "s", {IteratorStart::Kind::at_timestamp, time_ms, ""}),
              R"({"StreamName":"logs","ShardId":"s","ShardIteratorType":"AT_TIMESTAMP","Timestamp":0.000})");
}

TEST(read_api, get_records_sends_the_iterator_and_the_limit) {
  EXPECT_EQ(get_records_body("logs", "AAAB/+=", 37), R"({"ShardIterator":"AAAB/+=","Limit":37})");
}

TEST(read_api, shards_come_with_none_one_or_two_parents) {
  const auto response = read_list_shards(
      R"({"NextToken":"more","Shards":[{"ShardId":"a","HashKeyRange":{}},{"ShardId":"b","ParentShardId":"a"},)"
      R"({"ShardId":"c","ParentShardId":"a","AdjacentParentShardId":"b","Unknown":[1]}]})");
  ASSERT_TRUE(response.ok()) << response.status().message();
  EXPECT_EQ(response->next_token, "more");
  ASSERT_EQ(response->shards.size(), 3u);
  EXPECT_TRUE(response->shards[0].parent_ids.empty());
  EXPECT_EQ(response->shards[1].parent_ids, std::vector<std::string>{"a"});
  EXPECT_EQ(response->shards[2].parent_ids, (std::vector<std::string>{"a", "b"}));
}

TEST(read_api, a_list_without_shards_or_a_shard_without_an_id_is_an_invalid_response) {
  for (const char* body : {"", "[]", "{", "{}", R"({"Shards":{}})", R"({"Shards":[{}]})", R"({"Shards":[1]})"}) {
    const auto response = read_list_shards(body);
    ASSERT_FALSE(response.ok()) << body;
    EXPECT_EQ(response.status().code(), Code::transient) << body;
  }
}

TEST(read_api, an_empty_iterator_is_an_invalid_response) {
  EXPECT_EQ(*read_get_shard_iterator(R"({"ShardIterator":"AAAA"})"), "AAAA");
  for (const char* body : {"{}", R"({"ShardIterator":""})", R"({"ShardIterator":null})", "null"})
    EXPECT_FALSE(read_get_shard_iterator(body).ok()) << body;
}

StreamSummary summary_with(const std::string& members) {
  const auto summary =
      read_describe_stream_summary(R"({"StreamDescriptionSummary":{"StreamName":"s")" + members + "}}");
  EXPECT_TRUE(summary.ok());
  return summary.ok() ? *summary : StreamSummary();
}

TEST(read_api, the_service_chooses_shards_unless_the_strategy_is_absent_or_by_key) {
  const auto distribution = [](const std::string& value) {
    return summary_with(value.empty() ? "" : ",\"RecordDistributionStrategy\":" + value).distribution;
  };
  EXPECT_EQ(distribution(""), RecordDistribution::by_key);
  EXPECT_EQ(distribution("null"), RecordDistribution::by_key);
  EXPECT_EQ(distribution("\"USER_PARTITION_KEY\""), RecordDistribution::by_key);
  EXPECT_EQ(distribution("\"AUTO\""), RecordDistribution::by_service);
  EXPECT_EQ(distribution("\"SOMETHING_NEW\""), RecordDistribution::by_service);
  EXPECT_FALSE(summary_with("").distribution_may_change);
  EXPECT_TRUE(summary_with(",\"RecordDistributionStrategy\":\"USER_PARTITION_KEY\"").distribution_may_change);
}

TEST(read_api, a_stream_summary_has_status_open_shards_and_the_maximum_record_size) {
  const StreamSummary bare = summary_with("");
  EXPECT_EQ(bare.status, "");
  EXPECT_EQ(bare.open_shards, std::nullopt);
  EXPECT_EQ(bare.max_record_bytes, size_t{1} << 20);
  const StreamSummary all =
      summary_with(R"(,"StreamStatus":"ACTIVE","OpenShardCount":3,"MaxRecordSizeInKiB":10240)");
  EXPECT_EQ(all.status, "ACTIVE");
  EXPECT_EQ(all.open_shards, 3U);
  EXPECT_EQ(all.max_record_bytes, size_t{10} << 20);
  for (const char* wrong : {"0", "-1", "\"1024\"", "4294967296", "1.5"})
    EXPECT_EQ(summary_with(std::string(",\"MaxRecordSizeInKiB\":") + wrong).max_record_bytes, std::nullopt)
        << wrong;
}

TEST(read_api, a_record_may_have_no_partition_key) {
  for (const char* member : {"", R"(,"PartitionKey":null)"}) {
    const auto response = read_get_records(
        R"({"Records":[{"SequenceNumber":"1","Data":"","PartitionKey":"k"},{"SequenceNumber":"2","Data":"")" +
        std::string(member) + "}]}");
    ASSERT_TRUE(response.ok());
    EXPECT_EQ(response->records[1].partition_key, "");
  }
}

TEST(read_api, records_have_their_data_decoded_for_any_order_of_members) {
  const std::string data = std::string("\x1f\x8b\0\xff", 4);
  const auto response = read_get_records(
      R"({"MillisBehindLatest":1500,"Records":[{"Data":")" + base64(data) +
      R"(","PartitionKey":"k\u00e9y","SequenceNumber":"49","ApproximateArrivalTimestamp":1566741561.188,)"
      R"("EncryptionType":"KMS","New":{"Data":"!","SequenceNumber":"1"}},{"SequenceNumber":"50","Data":"",)"
      R"("PartitionKey":"","ApproximateArrivalTimestamp":1.566741562E9}],"ChildShards":[{"ShardId":"c"}],)"
      R"("NextShardIterator":"next"})");
  ASSERT_TRUE(response.ok()) << response.status().message();
  EXPECT_EQ(response->next_iterator, "next");
  EXPECT_EQ(response->behind_latest_ms, 1500);
  ASSERT_EQ(response->records.size(), 2u);
  EXPECT_EQ(response->records[0].data, data);
  EXPECT_EQ(response->records[0].partition_key, "k\u00e9y");
  EXPECT_EQ(response->records[0].sequence_number, "49");
  EXPECT_EQ(response->records[0].arrival_time_ms, 1566741561188);
  EXPECT_EQ(response->records[1].data, "");
  EXPECT_EQ(response->records[1].arrival_time_ms, 1566741562000);
}

// The parser decodes data while it looks for the end of the string; each form must give what two passes give.
TEST(read_api, data_of_every_length_is_decoded_however_it_is_written) {
  std::string data;
  for (int size = 0; size < 150; ++size, data += static_cast<char>(size * 37)) {
    const std::string encoded = base64(data);
    std::string escaped, half_escaped = encoded;
    for (const char c : encoded) escaped += c == '/' ? std::string("\\/") : std::string(1, c);
    if (!encoded.empty()) {
      const size_t middle = encoded.size() / 2;
      constexpr char kHex[] = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(encoded[middle]);
      half_escaped.replace(middle, 1, std::string("\\u00") + kHex[byte >> 4] + kHex[byte & 15]);
    }
    for (const std::string& text : {encoded, escaped, half_escaped})
      for (const char* before : {R"("Data":")", R"("Data": ")", R"("Data" :")"}) {
        const auto response = read_get_records(R"({"Records":[{)" + (before + text) +
                                               R"(","SequenceNumber":"49","PartitionKey":"AAAABBBBCCCCDDDD"}]})");
        ASSERT_TRUE(response.ok()) << size << ' ' << before << text << response.status().message();
        ASSERT_EQ(response->records[0].data, data) << before << text;
        ASSERT_EQ(response->records[0].sequence_number, "49");
        ASSERT_EQ(response->records[0].partition_key, "AAAABBBBCCCCDDDD");
      }
  }
}

TEST(read_api, data_with_a_byte_that_is_not_base64_at_any_position_is_invalid) {
  const std::string good = base64(std::string(75, '\xA5'));
  for (const char wrong : {'*', '-', '_', ' ', '=', '\n', '\x1f', '\0', '\x80', '{'})
    for (size_t at = 0; at < good.size(); ++at) {
      std::string text = good;
      text[at] = wrong;
      if (wrong == '=' && at + 1 == good.size()) continue;  // padding
      const auto response = read_get_records(R"({"Records":[{"SequenceNumber":"49","Data":")" + text + R"("}]})");
      ASSERT_FALSE(response.ok()) << int{wrong} << " at " << at;
    }
}

TEST(read_api, only_the_data_of_a_record_is_decoded) {
  const std::string text(64, 'A');
  const auto response = read_get_records(
      R"({"Data":")" + text + R"(","Records":[{"Data":null,"SequenceNumber":")" + text + R"(","PartitionKey":")" +
      text + R"(","New":{"Data":")" + text + R"("},"Names":["Data",")" + text +
      R"("]},{"Data":["AAAA"],"SequenceNumber":"5","PartitionKey":"Data"}],"NextShardIterator":")" + text +
      R"("})");
  ASSERT_TRUE(response.ok()) << response.status().message();
  ASSERT_EQ(response->records.size(), 2u);
  EXPECT_EQ(response->records[0].sequence_number, text);
  EXPECT_EQ(response->records[0].partition_key, text);
  EXPECT_EQ(response->records[0].data, "");
  EXPECT_EQ(response->records[1].data, "");
  EXPECT_EQ(response->records[1].partition_key, "Data");
  EXPECT_EQ(response->next_iterator, text);
}

TEST(read_api, moving_a_response_does_not_move_its_records) {
  auto response = read_get_records(R"({"Records":[{"SequenceNumber":"49","Data":"AAECAw=="}]})");
  ASSERT_TRUE(response.ok());
  const GetRecordsResponse moved = std::move(*response);
  EXPECT_EQ(moved.records[0].sequence_number, "49");
  EXPECT_EQ(moved.records[0].data, std::string_view("\0\1\2\3", 4));
}

TEST(read_api, a_released_response_keeps_no_memory) {
  const std::string record = R"({"SequenceNumber":"49","Data":"AAECAw=="})";
  auto read = read_get_records(R"({"Records":[)" + record + ',' + record + R"(],"NextShardIterator":"it"})");
  ASSERT_TRUE(read.ok());
  GetRecordsResponse response = std::move(*read);
  response.release();
  EXPECT_TRUE(response.records.empty());
  EXPECT_EQ(response.body.capacity(), std::string().capacity());
  EXPECT_EQ(response.records.capacity(), 0u);
}

TEST(read_api, a_next_iterator_may_be_null_empty_or_missing) {
  EXPECT_EQ(read_get_records(R"({"Records":[],"NextShardIterator":null})")->next_iterator, "");
  EXPECT_EQ(read_get_records(R"({"Records":[],"NextShardIterator":""})")->next_iterator, "");
  EXPECT_EQ(read_get_records(R"({"Records":[]})")->next_iterator, "");
}

TEST(read_api, an_empty_list_of_child_shards_is_ignored) {
  const auto has_children = [](const std::string& rest) {
    const auto response = read_get_records(R"({"NextShardIterator":null,)" + rest + "}");
    EXPECT_TRUE(response.ok()) << rest;
    return response.ok() && !response->child_shards.empty();
  };
  EXPECT_TRUE(has_children(R"("Records":[],"ChildShards":[{"ShardId":"c","ParentShards":["p"]}])"));
  EXPECT_TRUE(has_children(R"("ChildShards":[{"ShardId":"c"}],"Records":[{"SequenceNumber":"49","Data":""}])"));
  EXPECT_FALSE(has_children(R"("Records":[],"ChildShards":[])"));
  EXPECT_FALSE(has_children(R"("Records":[],"ChildShards":null)"));
  const std::string record = R"({"SequenceNumber":"49","Data":"","ChildShards":[{}]})";
  EXPECT_FALSE(has_children(R"("Records":[)" + record + "," + record + "]"));
  EXPECT_FALSE(has_children(R"("New":{"ChildShards":[{"ShardId":"c"}]},"Records":[)" + record + "]"));
}

TEST(read_api, child_shards_have_their_parents_and_hash_keys) {
  const auto response = read_get_records(
      R"({"NextShardIterator":null,"ChildShards":[{"ShardId":"c","ParentShards":["p","q"],"HashKeyRange":)"
      R"({"StartingHashKey":"5","EndingHashKey":"340282366920938463463374607431768211455"}},)"
      R"({"HashKeyRange":{"EndingHashKey":"4","StartingHashKey":"x"},"ParentShards":[],"New":["y"]},)"
      R"({"ShardId":7,"ParentShards":"z"}],"Records":[],"MillisBehindLatest":0})");
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->child_shards.size(), 3u);
  const ShardInfo& child = response->child_shards[0];
  EXPECT_EQ(child.id, "c");
  EXPECT_EQ(child.parent_ids, (std::vector<std::string>{"p", "q"}));
  EXPECT_TRUE(child.first_hash_key == 5 && child.last_hash_key == ~HashKey{0});
  EXPECT_TRUE(child.open);
  EXPECT_EQ(response->child_shards[1].id, "");
  EXPECT_TRUE(response->child_shards[1].parent_ids.empty());
  EXPECT_TRUE(response->child_shards[1].first_hash_key == 0 && response->child_shards[1].last_hash_key == 4);
}

TEST(read_api, an_implausible_lag_is_clamped) {
  EXPECT_EQ(read_get_records(R"({"Records":[],"MillisBehindLatest":-5})")->behind_latest_ms, 0);
  EXPECT_EQ(read_get_records(R"({"Records":[],"MillisBehindLatest":1e300})")->behind_latest_ms, 253402300800000);
}

TEST(read_api, a_truncated_read_response_is_invalid) {
  const std::string whole = R"({"Records":[{"SequenceNumber":"49","Data":"AAECAw=="}],"NextShardIterator":"n"})";
  ASSERT_TRUE(read_get_records(whole).ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto response = read_get_records(whole.substr(0, size));
    ASSERT_FALSE(response.ok()) << size;
    EXPECT_EQ(response.status().code(), Code::transient);
  }
}

TEST(read_api, an_invalid_record_makes_the_response_invalid_so_it_is_not_lost) {
  for (const char* record :
       {R"({"Data":"AAAA"})", R"({"SequenceNumber":"49","Data":"A"})", R"({"SequenceNumber":"49","Data":"AA*A"})",
        R"({"SequenceNumber":"49","Data":"","ApproximateArrivalTimestamp":-1})",
        R"({"SequenceNumber":"49","Data":"","ApproximateArrivalTimestamp":1e300})"})
    EXPECT_FALSE(read_get_records(std::string(R"({"Records":[)") + record + "]}").ok()) << record;
}

TEST(read_api, a_deeply_nested_read_response_uses_no_stack) {
  const size_t depth = 1000000;
  const auto response =
      read_get_records(R"({"New":)" + std::string(depth, '[') + std::string(depth, ']') + R"(,"Records":[]})");
  EXPECT_TRUE(response.ok());
}

}  // namespace
}  // namespace penstock::kinesis
