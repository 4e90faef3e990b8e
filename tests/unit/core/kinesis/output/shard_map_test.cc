#include "core/kinesis/output/shard_map.h"

#include <gtest/gtest.h>

#include "tests/unit/core/kinesis/output/writer_fakes.h"

namespace penstock::kinesis {
namespace {

struct MapFixture {
  FakeSystem system;
  FakeService service;
  LogThrottle throttle{system.env};
  aws::ServiceCall call = [this](std::string_view operation, const std::string& body, size_t,
                                 aws::ServiceClient::Done done) {
    service.call(operation, body, std::move(done));
  };
  ShardMap map{system.env, throttle, call, "out"};

  std::string ask() {
    map.want();
    map.advance();
    return service.questions.empty() ? "" : service.questions.front().body;
  }
  void respond(const std::string& json) {
    service.take_question().done(aws::ServiceResponse{json});
    map.advance();
  }
};

std::string shard(const char* id, const char* first, const char* last, bool open = true) {
  return std::string(R"({"ShardId":")") + id + R"(","HashKeyRange":{"StartingHashKey":")" + first +
         R"(","EndingHashKey":")" + last + R"("},"SequenceNumberRange":{"StartingSequenceNumber":"1")" +
         (open ? "" : R"(,"EndingSequenceNumber":"2")") + "}}";
}

constexpr const char* kHalf = "170141183460469231731687303715884105728";
constexpr const char* kBelowHalf = "170141183460469231731687303715884105727";
constexpr const char* kLast = "340282366920938463463374607431768211455";

// MD5 of "a" begins with 0c, of "b" with 92.
TEST(shard_map, a_key_belongs_to_the_open_shard_whose_range_has_its_md5) {
  MapFixture fixture;
  EXPECT_EQ(fixture.map.shard_of("a"), ShardMap::kNoShard);
  EXPECT_EQ(fixture.map.next_deadline_ms(), kNever);
  EXPECT_EQ(fixture.ask(), R"({"StreamName":"out"})");
  fixture.respond("{\"Shards\":[" + shard("old", "0", kLast, false) + "," + shard("high", kHalf, kLast) +
                  "],\"NextToken\":\"t\"}");
  EXPECT_FALSE(fixture.map.known());
  ASSERT_EQ(fixture.service.questions.size(), 1U);
  EXPECT_EQ(fixture.service.questions[0].body, R"({"NextToken":"t"})");
  fixture.respond("{\"Shards\":[" + shard("low", "0", kBelowHalf) + "]}");
  ASSERT_TRUE(fixture.map.known());
  EXPECT_EQ(fixture.map.shard_of("a"), 0U);
  EXPECT_EQ(fixture.map.shard_of("b"), 1U);
  EXPECT_EQ(fixture.map.range_of("low")->last + 1, fixture.map.range_of("high")->first);
  EXPECT_TRUE(fixture.map.range_of("old").has_value()) << "closed, but its records were put under its hash keys";
  EXPECT_FALSE(fixture.map.range_of("lower").has_value());
}

TEST(shard_map, a_shard_list_of_two_pages_is_requested_once) {
  MapFixture fixture;
  fixture.ask();
  EXPECT_FALSE(fixture.map.current());
  fixture.respond("{\"Shards\":[" + shard("low", "0", kBelowHalf) + "],\"NextToken\":\"t\"}");
  EXPECT_FALSE(fixture.map.current());
  fixture.respond("{\"Shards\":[" + shard("high", kHalf, kLast) + "]}");
  EXPECT_TRUE(fixture.map.current());
  EXPECT_EQ(fixture.map.next_deadline_ms(), kNever);
}

TEST(shard_map, a_shard_list_started_before_a_newer_one_was_wanted_is_not_current) {
  MapFixture fixture;
  fixture.ask();
  fixture.map.want();
  fixture.respond("{\"Shards\":[" + shard("low", "0", kLast) + "]}");
  EXPECT_TRUE(fixture.map.known());
  EXPECT_FALSE(fixture.map.current());
  EXPECT_EQ(fixture.map.next_deadline_ms(), fixture.system.clock.now_ms + 5'000);
}

TEST(shard_map, a_hash_key_in_no_range_has_no_shard) {
  MapFixture fixture;
  fixture.ask();
  fixture.respond("{\"Shards\":[" + shard("high", kHalf, kLast) + "]}");
  EXPECT_EQ(fixture.map.shard_of("a"), ShardMap::kNoShard);
  EXPECT_NE(fixture.map.shard_of("b"), ShardMap::kNoShard);
}

TEST(shard_map, shard_lists_are_requested_every_five_seconds_or_five_minutes_after_a_denial) {
  MapFixture fixture;
  fixture.ask();
  fixture.respond("{\"Shards\":[]}");
  EXPECT_EQ(fixture.ask(), "");
  EXPECT_EQ(fixture.map.next_deadline_ms(), fixture.system.clock.now_ms + 5'000);
  fixture.system.clock.now_ms += 5'000;
  EXPECT_NE(fixture.ask(), "");
  fixture.service.take_question().done(Status(Code::permanent, "PS0000", "AccessDenied"));
  EXPECT_EQ(fixture.map.next_deadline_ms(), fixture.system.clock.now_ms + 300'000);
  EXPECT_FALSE(fixture.system.log.empty());
}

}  // namespace
}  // namespace penstock::kinesis
