#include "core/kinesis/input/seek.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace penstock::kinesis {
namespace {

constexpr int64_t kNowMs = 1'769'846'400'000;  // 2026-01-31T08:00:00Z
const std::string kArn = "arn:aws:kinesis:eu-west-1:123456789012:stream/logs";

Checkpoint two_shards() {
  Checkpoint checkpoint;
  checkpoint.streams.push_back(
      {{"logs", kArn, 5000},
       ReadFrom::at_timestamp(7000),
       {{"shardId-0", ReadFrom::after({"49", 3})}, {"shardId-1", ReadFrom::after({"SHARD_END"})}}});
  return checkpoint;
}

TEST(seek, seek_reads_each_kind_of_position) {
  EXPECT_EQ(*parse_seek_target("trim_horizon", kNowMs), ReadFrom::trim_horizon());
  EXPECT_EQ(*parse_seek_target("latest", kNowMs), ReadFrom::at_timestamp(kNowMs));
  EXPECT_EQ(*parse_seek_target("2026-01-31T09:00:00+01:00", 0), ReadFrom::at_timestamp(kNowMs));
  EXPECT_EQ(*parse_seek_target("1970-01-01T00:00:00Z", 0), ReadFrom::at_timestamp(0));
  for (const char* early : {"1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00+00:01", "0000-01-01T00:00:00Z"}) {
    const auto none = parse_seek_target(early, kNowMs);
    ASSERT_FALSE(none.ok()) << early;
    EXPECT_NE(none.status().message().find("no record arrived before 1970"), std::string::npos)
        << none.status().message();
  }
  const auto after = parse_seek_target("4959", kNowMs);
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(after->position.sequence_number, "4959");
  EXPECT_EQ(after->position.sub_sequence_number, UINT64_MAX) << "the whole record, if it is aggregated";
  for (const char* text : {"", "LATEST", "yesterday", "-1", "49x", "SHARD_END"}) {
    const auto none = parse_seek_target(text, kNowMs);
    ASSERT_FALSE(none.ok()) << text;
    EXPECT_NE(none.status().message().find("trim_horizon"), std::string::npos);
  }
}

TEST(seek, seek_all_moves_every_shard_and_clears_the_streams_identity) {
  Checkpoint checkpoint = two_shards();
  const auto lines = seek_all(checkpoint, parse_stream_names("logs,other", {}), ReadFrom::trim_horizon());
  ASSERT_TRUE(lines.ok());
  ASSERT_EQ(checkpoint.streams.size(), 2u);
  EXPECT_TRUE(checkpoint.streams[0].shards.empty());
  EXPECT_EQ(checkpoint.streams[0].begin, ReadFrom::trim_horizon());
  EXPECT_EQ(checkpoint.streams[0].stream, (StreamIdentity{"logs", kArn, 0}));
  EXPECT_EQ(checkpoint.streams[1].stream, (StreamIdentity{"other", "", 0}));
  EXPECT_EQ(*lines, (std::vector<std::string>{
                        "stream " + kArn + ", created at 1970-01-01T00:00:05.000Z",
                        "  shardId-0  after 49, user record 3 -> TRIM_HORIZON",
                        "  shardId-1  SHARD_END -> TRIM_HORIZON",
                        "  all others  from 1970-01-01T00:00:07.000Z -> TRIM_HORIZON",
                        "stream other",
                        "  all shards  initial_position -> TRIM_HORIZON",
                    }));
}

TEST(seek, seek_all_accepts_no_sequence_number) {
  Checkpoint checkpoint = two_shards();
  const auto rejected = seek_all(checkpoint, parse_stream_names("logs", {}), ReadFrom::after({"49"}));
  ASSERT_FALSE(rejected.ok());
  EXPECT_NE(rejected.status().message().find("--shard"), std::string::npos);
  EXPECT_EQ(checkpoint.streams[0].shards.size(), 2u);
}

TEST(seek, seek_moves_only_the_given_shard) {
  Checkpoint checkpoint = two_shards();
  const auto lines =
      seek_shard(checkpoint, parse_stream_names(kArn, {}), "shardId-0", ReadFrom::after({"50", UINT64_MAX}));
  ASSERT_TRUE(lines.ok());
  EXPECT_EQ(checkpoint.streams[0].shards["shardId-0"].position.sequence_number, "50");
  EXPECT_TRUE(checkpoint.streams[0].shards["shardId-1"].position.is_end());
  EXPECT_EQ(checkpoint.streams[0].stream.created_ms, 5000);
  EXPECT_EQ(lines->back(), "  shardId-0  after 49, user record 3 -> after 50");
}

TEST(seek, seek_to_an_unknown_shard_lists_the_known_ones) {
  Checkpoint checkpoint = two_shards();
  const auto rejected =
      seek_shard(checkpoint, parse_stream_names("logs", {}), "shardId-7", ReadFrom::trim_horizon());
  ASSERT_FALSE(rejected.ok());
  EXPECT_EQ(rejected.status().code(), Code::config);
  EXPECT_NE(rejected.status().message().find("shardId-0, shardId-1"), std::string::npos)
      << rejected.status().message();
}

TEST(seek, seek_with_several_streams_finds_the_stream_of_the_shard) {
  Checkpoint checkpoint = two_shards();
  const auto streams = parse_stream_names("logs,other", {});
  EXPECT_FALSE(seek_shard(checkpoint, streams, "shardId-0", ReadFrom::trim_horizon()).ok());
  EXPECT_FALSE(seek_shard(checkpoint, streams, "third/shardId-0", ReadFrom::trim_horizon()).ok());
  EXPECT_FALSE(seek_shard(checkpoint, streams, "other/shardId-0", ReadFrom::trim_horizon()).ok());
  EXPECT_TRUE(seek_shard(checkpoint, streams, "logs/shardId-0", ReadFrom::trim_horizon()).ok());
}

TEST(stream_name, each_invalid_stream_name_in_a_list_is_reported) {
  std::vector<std::string> problems;
  const auto names =
      parse_stream_names("a,b c,a,arn:x", [&](const Status& status) { problems.push_back(status.message()); });
  EXPECT_EQ(names.size(), 1U);
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].substr(0, 27), "invalid stream name 'b c': ");
  EXPECT_EQ(problems[1], "duplicate stream 'a'; name each stream once");
  EXPECT_EQ(problems[2].substr(0, 28), "invalid stream ARN 'arn:x': ");
}

TEST(stream_name, streams_are_comma_separated_names_or_arns) {
  const auto parse = [](const std::string& list) {
    return or_first_problem([&](const Complain& complain) { return parse_stream_names(list, complain); });
  };
  const auto names = parse("a.b_c-1, " + kArn);
  ASSERT_TRUE(names.ok());
  ASSERT_EQ(names->size(), 2u);
  EXPECT_EQ((*names)[0].name, "a.b_c-1");
  EXPECT_EQ((*names)[0].region, "");
  EXPECT_EQ((*names)[1].text, kArn);
  EXPECT_EQ((*names)[1].name, "logs");
  EXPECT_EQ((*names)[1].region, "eu-west-1");
  EXPECT_TRUE(parse(std::string(128, 'x')).ok());
  for (const std::string& bad :
       {std::string(129, 'x'), std::string(), std::string("a,"), std::string("a b"), std::string("a,a"),
        std::string("arn:aws:kinesis:eu-west-1:123456789012:stream/"), std::string("arn:aws:kinesis:eu-west-1"),
        std::string("arn:aws:firehose:eu-west-1:123456789012:stream/x"),
        std::string("arn:aws:kinesis::123456789012:stream/x")})
    EXPECT_EQ(parse(bad).status().code(), Code::config) << bad;
}

}  // namespace
}  // namespace penstock::kinesis
