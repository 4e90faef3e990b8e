// How far the input's checkpoint advances, and what a restart reads again.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

TEST_F(input, the_checkpoint_advances_only_when_a_batch_is_settled) {
  make_stream(1);
  put_many("a", 3);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3, false));
  reader->run([] { return false; }, kMinuteMs, false);
  EXPECT_EQ(checkpoint_file().find("shardId"), std::string::npos) << checkpoint_file();

  EXPECT_TRUE(reader->input.ack(reader->unsettled[2], PENSTOCK_DELIVERED));
  EXPECT_TRUE(reader->input.ack(reader->unsettled[1], PENSTOCK_FILTERED));
  reader->run([] { return false; }, kMinuteMs, false);
  EXPECT_EQ(checkpoint_file().find("shardId"), std::string::npos) << "the first one is not settled";

  EXPECT_TRUE(reader->input.ack(reader->unsettled[0], PENSTOCK_DEAD_LETTERED));
  reader->run([] { return false; }, kMinuteMs, false);
  kill(reader);
  put("b");
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"b"});
}

TEST_F(input, unsettled_records_are_read_again_after_a_crash) {
  make_stream(2);
  put_many("a", 20);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(20, false));
  kill(reader);
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(20));
  EXPECT_EQ(reader->distinct(), put_ids);
}

TEST_F(input, an_orderly_shutdown_saves_the_position_at_once) {
  make_stream(1);
  put_many("a", 5);
  auto reader = start();
  own.checkpoint_interval_ms = 60 * kMinuteMs;
  EXPECT_TRUE(reader->run_until_ids(5));
  EXPECT_TRUE(reader->input.close(0).ok());
  kill(reader);
  put("b");
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_EQ(reader->ids, std::vector<std::string>{"b"});
}

TEST_F(input, a_batch_that_fills_the_host_is_done_when_settled) {
  make_stream(1);
  put("a");
  auto reader = start();
  reader->emit_result = PENSTOCK_FULL;
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_TRUE(reader->input.close(0).ok());
  kill(reader);
  put("b");
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_EQ(reader->ids, std::vector<std::string>{"b"});
}

TEST_F(input, a_released_batch_holds_the_checkpoint) {
  make_stream(1);
  put_many("a", 2);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(2, false));
  EXPECT_TRUE(reader->input.ack(reader->unsettled[0], PENSTOCK_RELEASED));
  EXPECT_TRUE(reader->input.ack(reader->unsettled[1], PENSTOCK_DELIVERED));
  EXPECT_EQ(reader->stat("released_records"), 1);
  EXPECT_TRUE(reader->input.close(0).ok());
  kill(reader);
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(2));
  EXPECT_EQ(reader->distinct(), put_ids);
}

TEST_F(input, latest_starts_after_the_first_start_even_after_a_crash) {
  own.initial.kind = kinesis::InitialPosition::Kind::latest;
  make_stream(2);
  put("before");
  clock.advance(5000);
  auto reader = start();
  reader->run_for(2000);
  EXPECT_TRUE(reader->ids.empty());
  put_ids.clear();
  clock.advance(2000);
  put("after");
  kill(reader);  // before it has read anything of it
  clock.advance(kMinuteMs);
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"after"});
}

TEST_F(input, a_failing_dead_letter_file_holds_its_shards_checkpoint_but_no_other_shard) {
  make_stream(1);
  auto reader = start();
  reader->run_for(5000);
  sim.files().fail_syncs(true);
  service.preload("in", "k", "\x1F\x8B, but no gzip");
  put("a");
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(kMinuteMs);
  EXPECT_TRUE(sim.logged("/failures"));
  EXPECT_EQ(reader->stat("pending_dead_letter_records"), 1);
  EXPECT_EQ(reader->stat("dead_letter_records"), 0);
  EXPECT_EQ(reader->stat("healthy"), 0);
  EXPECT_EQ(reader->stat("open_records"), 2);
  sim.files().fail_syncs(false);
  EXPECT_TRUE(reader->run([&] { return reader->stat("open_records") == 0; }));
  EXPECT_EQ(reader->stat("dead_letter_records"), 1);
  EXPECT_EQ(reader->stat("healthy"), 1);
  EXPECT_NE(sim.files().content("/failures").value_or("").find("\"partition_key\":\"k\""), std::string::npos);
}

TEST_F(input, a_checkpoint_that_cannot_be_saved_is_logged_and_saved_later) {
  make_stream(1);
  put("a");
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  sim.files().fail_syncs(true);
  put("b");
  reader->run_for(kMinuteMs);
  EXPECT_TRUE(sim.logged("cannot save checkpoint file "));
  EXPECT_EQ(reader->stat("healthy"), 0);
  sim.files().fail_syncs(false);
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->stat("healthy"), 1);
  kill(reader);
  put("c");
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_EQ(reader->ids, std::vector<std::string>{"c"});
}

TEST_F(input, nothing_is_read_before_the_start_position_is_on_disk) {
  make_stream(1);
  put("a");
  sim.files().fail_syncs(true);
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_EQ(service.stats().calls.count("GetRecords"), 0u);
  EXPECT_NEAR(static_cast<double>(service.stats().calls.at("ListShards")), 60, 3);
  sim.files().fail_syncs(false);
  EXPECT_TRUE(reader->run_until_ids(1));
}

TEST_F(input, children_of_a_split_start_when_their_parent_is_settled) {
  make_stream(1);
  put_many("parent", 5);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(5, false));
  split();
  put_many("child", 20);
  reader->run([] { return false; }, 3 * kMinuteMs, false);
  EXPECT_EQ(reader->ids.size(), 5u) << "the parent is not settled";
  reader->settle();
  EXPECT_TRUE(reader->run_until_ids(25));
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_EQ(reader->ids.size(), 25u);
  EXPECT_TRUE(reader->input.close(0).ok());
  EXPECT_NE(checkpoint_file().find("SHARD_END"), std::string::npos) << checkpoint_file();
}

TEST_F(input, a_finished_shard_is_not_read_again) {
  make_stream(1);
  put_many("parent", 5);
  auto reader = start();
  split();
  put_many("child", 20);
  EXPECT_TRUE(reader->run_until_ids(25));
  EXPECT_TRUE(reader->input.close(0).ok());
  kill(reader);
  put("last");
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"last"});
}

TEST_F(input, a_damaged_or_unknown_checkpoint_is_rejected_and_not_changed) {
  for (const std::string& content :
       std::vector<std::string>{"{}", "", R"({"penstock_checkpoint":1,"stream":"in","started_ms":1,"shards":{}})",
                                R"({"penstock_checkpoint":2,"streams":[{"name":"in"}]})",
                                R"({"penstock_checkpoint":2,"streams":[{"name":"in","arn":"","created_ms":1,)"
                                R"("shards":{"a":{"checkpoint":""}}}]})"}) {
    sim.files().put("/checkpoint", content);
    const auto opened = kinesis::LocalAssignment::open(sim.env(), "file:/checkpoint", own);
    EXPECT_EQ(opened.status().code(), Code::config) << content;
    EXPECT_NE(opened.status().message().find("/checkpoint"), std::string::npos);
    EXPECT_EQ(checkpoint_file(), content);
  }
}

}  // namespace
}  // namespace penstock::sim
