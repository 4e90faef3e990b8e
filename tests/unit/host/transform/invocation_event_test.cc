#include "host/transform/invocation_event.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::host {
namespace {

struct Read {
  EventForm form;
  std::vector<KinesisRecord> records;
  std::string error;
};

Read read_event(const std::string& json) {
  Read out{};
  out.form = read_invocation_event(
      json, [&](const KinesisRecord& record) { out.records.push_back(record); }, out.error);
  return out;
}

TEST(invocation_event, an_invocation_event_gives_its_records_with_their_origin) {
  const Read it = read_event(R"({"Records":[{"kinesis":{"partitionKey":"p","sequenceNumber":"49","data":"AAAA",
      "approximateArrivalTimestamp":1566741561.188},"eventID":"shardId-000000000002:49","awsRegion":"eu-west-1",
      "eventSourceARN":"arn:aws:kinesis:eu-west-1:012345678901:stream/logs"},{"kinesis":{"data":"BBBB"}}]})");
  ASSERT_EQ(it.form, EventForm::event);
  ASSERT_EQ(it.records.size(), 2u);
  EXPECT_EQ(it.records[0].data, "AAAA");
  EXPECT_EQ(it.records[0].sequence_number, "49");
  EXPECT_EQ(it.records[0].partition_key, "p");
  EXPECT_EQ(it.records[0].shard_id, "shardId-000000000002");
  EXPECT_EQ(it.records[0].stream, "logs");
  EXPECT_EQ(it.records[0].region, "eu-west-1");
  EXPECT_EQ(it.records[0].arrival_time_ms, 1566741561188);
  EXPECT_EQ(it.records[1].index, 1);
  EXPECT_EQ(it.records[1].data, "BBBB");
  EXPECT_EQ(it.records[1].shard_id, "");
  EXPECT_EQ(it.records[1].arrival_time_ms, 0);
}

TEST(invocation_event, get_records_output_is_read_like_an_invocation_event) {
  const Read it = read_event(R"({
    "Records": [
        {
            "SequenceNumber": "49545115243490985018280067714973144582180062593244200961",
            "ApproximateArrivalTimestamp": "2019-08-25T15:59:21.188000+02:00",
            "Data": "AAAA",
            "PartitionKey": "p",
            "EncryptionType": "NONE"
        },
        {"ApproximateArrivalTimestamp": 1.566741561188E9, "Data": ""},
        {"ApproximateArrivalTimestamp": "2019-08-25T13:59:21Z", "PartitionKey": "p", "SequenceNumber": "7"},
        {"ApproximateArrivalTimestamp": "yesterday", "Data": "BBBB"}
    ],
    "NextShardIterator": "AAAAAAAAAAHsW8zCWf9164uy8Epue6WS3w6wmj4a4USt+CNvMd6uXQ+HL5vAJMznqqC0DLKsIjuoiTi1BpT6nW0LN2M2D56zM5H8anHm30Gbri9ua+qaGgj+3XTyvbhpERfrezgLHbPB/rIcVpykJbaSj5tmcXYRmFnqZBEyHwtZYFmh6hvWVFkIwLuMZLMrpWhG5r5hzkE=",
    "MillisBehindLatest": 0,
    "ChildShards": null
})");
  ASSERT_EQ(it.form, EventForm::event) << it.error;
  ASSERT_EQ(it.records.size(), 4u);
  EXPECT_EQ(it.records[0].data, "AAAA");
  EXPECT_EQ(it.records[0].sequence_number, "49545115243490985018280067714973144582180062593244200961");
  EXPECT_EQ(it.records[0].partition_key, "p");
  EXPECT_EQ(it.records[0].arrival_time_ms, 1566741561188);
  EXPECT_EQ(it.records[1].data, "");
  EXPECT_EQ(it.records[1].arrival_time_ms, 1566741561188);
  EXPECT_EQ(it.records[2].data, std::nullopt);
  EXPECT_EQ(it.records[2].member, "Data");
  EXPECT_EQ(it.records[2].arrival_time_ms, 1566741561000);
  EXPECT_EQ(it.records[3].index, 3);
  EXPECT_EQ(it.records[3].arrival_time_ms, 0);
  EXPECT_EQ(read_event(R"({"NextShardIterator":"x","Records":[]})").form, EventForm::event);
}

TEST(invocation_event, a_number_beyond_doubles_loses_no_record) {
  const std::string digits(400, '9');
  const Read it = read_event(R"({"n":1e999,"Records":[{"n":-1e99999999999,"ApproximateArrivalTimestamp":1e400,)"
                             R"("Data":"AAAA"},)" +
                             digits + R"(,{"Data":"BBBB","n":)" + digits + "}]}");
  ASSERT_EQ(it.form, EventForm::event) << it.error;
  ASSERT_EQ(it.records.size(), 3u);
  EXPECT_EQ(it.records[0].data, "AAAA");
  EXPECT_EQ(it.records[0].arrival_time_ms, 0);
  EXPECT_EQ(it.records[1].data, std::nullopt);
  EXPECT_EQ(it.records[2].data, "BBBB");
  EXPECT_EQ(read_event(R"({"Records":[{"Data":"AAAA","n":1e999)").form, EventForm::unreadable);
}

TEST(invocation_event, an_invocation_event_of_a_subscription_is_one_record) {
  const Read it = read_event(R"({"awslogs": {"x":{"data":"no"},"data": "AAAA"}})");
  ASSERT_EQ(it.form, EventForm::event);
  ASSERT_EQ(it.records.size(), 1u);
  EXPECT_EQ(it.records[0].data, "AAAA");
  EXPECT_EQ(it.records[0].index, std::nullopt);
  EXPECT_EQ(it.records[0].member, "awslogs.data");
  EXPECT_EQ(read_event(R"({"awslogs":{}})").records.at(0).data, std::nullopt);
}

TEST(invocation_event, members_of_another_type_do_not_make_an_invocation_event) {
  for (const char* other : {R"({"Records":{"a":{"Data":"AAAA"}}})", R"({"Records":7})", R"({"awslogs":["AAAA"]})",
                            R"({"awslogs":"AAAA"})"}) {
    const Read it = read_event(other);
    EXPECT_EQ(it.form, EventForm::other) << other;
    EXPECT_TRUE(it.records.empty()) << other;
  }
  const Read it = read_event(R"({"Records":["AAAA",null,{"Data":"BBBB"},7]})");
  ASSERT_EQ(it.records.size(), 4u);
  for (const size_t element : {0U, 1U, 3U}) EXPECT_EQ(it.records[element].data, std::nullopt) << element;
  EXPECT_EQ(it.records[2].data, "BBBB");
}

TEST(invocation_event, other_json_is_not_an_invocation_event) {
  EXPECT_EQ(read_event(R"({"messageType":"DATA_MESSAGE","logEvents":[]})").form, EventForm::other);
  EXPECT_EQ(read_event(R"({"a":{"Records":[{"kinesis":{"data":"AAAA"}}]}})").form, EventForm::other);
  EXPECT_EQ(read_event("{}").form, EventForm::other);
}

TEST(invocation_event, a_message_that_mentions_records_stays_a_message) {
  const Read it =
      read_event(R"({"owner":"1","messageType":"DATA_MESSAGE","Records":[{"kinesis":{"data":"AAAA"}}]})");
  EXPECT_EQ(it.form, EventForm::other);
  EXPECT_TRUE(it.records.empty());
}

TEST(invocation_event, members_with_the_same_name_elsewhere_are_ignored) {
  const Read it = read_event(
      R"({"x":{"data":"no"},"Records":[{"other":{"data":"no"},"data":"no","kinesis":{"x":{"data":"no"},"data":"yes"}}]})");
  ASSERT_EQ(it.records.size(), 1u);
  EXPECT_EQ(it.records[0].data, "yes");
}

TEST(invocation_event, invalid_json_is_reported_with_its_position) {
  const Read it = read_event(R"({"Records":[{"kinesis":{"data":"AAAA"}},{]})");
  EXPECT_EQ(it.form, EventForm::unreadable);
  EXPECT_EQ(it.records.size(), 1u);
  EXPECT_NE(it.error.find("invalid JSON at byte 41"), std::string::npos) << it.error;
}

TEST(invocation_event, a_deeply_nested_invocation_event_uses_no_stack) {
  EXPECT_EQ(read_event("{\"a\":" + std::string(1'000'000, '[')).form, EventForm::unreadable);
}

}  // namespace
}  // namespace penstock::host
