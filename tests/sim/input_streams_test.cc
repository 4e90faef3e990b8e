// Streams that appear, disappear, are created again, and change their shards.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "core/kinesis/input/seek.h"
#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

// The IDs are KEY/NUMBER. Checks that those of each key came in order.
void expect_in_order_by_key(const std::vector<std::string>& ids) {
  std::map<std::string, int> last;
  for (const std::string& id : ids) {
    const size_t slash = id.find('/');
    const int number = std::stoi(id.substr(slash + 1));
    const auto [entry, first] = last.try_emplace(id.substr(0, slash), number);
    EXPECT_TRUE(first || entry->second < number) << id << " after " << entry->second;
    entry->second = number;
  }
}

TEST_F(input, each_key_stays_in_order_while_its_shards_are_split_and_merged) {
  make_stream(8);
  const auto reader = start();
  model::Stream& stream = *service.stream("in");
  const auto open = [&] {
    std::vector<model::Shard*> shards;
    for (model::Shard& shard : stream.shards())
      if (!shard.closed()) shards.push_back(&shard);
    std::sort(shards.begin(), shards.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
    return shards;
  };
  const auto split_one = [&](model::Shard& shard) {
    stream.split(shard, shard.first + (shard.last - shard.first) / 2, clock.unix_ms());
  };
  for (int round = 0; round < 60; ++round) {
    for (int key = 0; key < 200; ++key) {
      const std::string name = "k" + std::to_string(key);
      const std::string id = name + "/" + std::to_string(round);
      service.preload("in", name, message_of(id));
      put_ids.insert(id);
    }
    if (round % 12 == 3) split_one(*open()[static_cast<size_t>(round) % open().size()]);
    if (round % 12 == 7) stream.merge(*open()[1], *open()[2], clock.unix_ms());
    if (round == 40)  // as UpdateShardCount to twice as many does
      for (model::Shard* shard : open()) split_one(*shard);
    reader->run_for(700);
  }
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() >= put_ids.size(); }, 10 * kMinuteMs));
  EXPECT_EQ(reader->ids.size(), put_ids.size());
  EXPECT_EQ(reader->distinct(), put_ids);
  expect_in_order_by_key(reader->ids);
  EXPECT_EQ(reader->stat("shards"), static_cast<int64_t>(open().size()));
}

TEST_F(input, children_of_a_reshard_are_found_at_once) {
  make_stream(1);
  const auto reader = start();
  reader->run_for(5000);
  split();
  put("a");
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 1; }, 5000));
}

TEST_F(input, a_stream_created_while_awaited_is_read_from_its_start_even_with_latest) {
  own.initial.kind = kinesis::InitialPosition::Kind::latest;
  const auto reader = start();
  reader->run_for(10'000);
  make_stream(1);
  put("a");
  EXPECT_TRUE(reader->run_until_ids(1));
}

TEST_F(input, a_deleted_stream_is_logged_now_and_then_and_not_by_every_shard) {
  make_stream(50);
  const auto reader = start();
  reader->run_for(5000);
  service.delete_stream("in");
  const size_t lines = sim.log().size();
  const uint64_t calls = service.stats().requests;
  reader->run_for(5 * kMinuteMs);
  EXPECT_TRUE(sim.logged("stream in: not found"));
  EXPECT_LE(sim.log().size() - lines, 25u);
  EXPECT_LE(service.stats().requests - calls, 150u);
}

TEST_F(input, a_recreated_stream_is_rejected_by_name_until_seek_moves_its_checkpoint) {
  make_stream(1);
  put("old");
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(10'000);
  const std::string before = checkpoint_file();
  EXPECT_NE(before.find("shardId"), std::string::npos);
  service.delete_stream("in");
  reader->run_for(kMinuteMs);
  make_stream(1);
  put("new");
  reader->run_for(5 * kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"old"});
  EXPECT_TRUE(sim.logged("stream in was deleted and created again"));
  EXPECT_TRUE(sim.logged("penstock seek -c FILE --all --to trim_horizon"));
  EXPECT_TRUE(reader->input.close(0).ok());
  EXPECT_EQ(checkpoint_file(), before);
  kill(reader);
  reader = start();
  reader->run_for(5 * kMinuteMs);
  EXPECT_TRUE(reader->ids.empty());
  kill(reader);

  const auto store = kinesis::CheckpointStore::open(sim.env(), "file:/checkpoint");
  Result<kinesis::Checkpoint> checkpoint = (*store)->load();
  ASSERT_TRUE(
      kinesis::seek_all(*checkpoint, kinesis::parse_stream_names("in", {}), kinesis::ReadFrom::trim_horizon())
          .ok());
  ASSERT_TRUE((*store)->save(*checkpoint).ok());
  sim.files().kill();
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_EQ(reader->ids, std::vector<std::string>{"new"});
}

TEST_F(input, a_stream_that_reappears_unchanged_is_continued) {
  make_stream(1);
  const auto reader = start();
  reader->run_for(5000);
  service.faults().next_calls("GetRecords", model::error_fault({400, "ResourceNotFoundException", "no"}), 1);
  put("a");
  EXPECT_TRUE(reader->run_until_ids(1));
}

TEST_F(input, a_stream_that_must_not_be_described_is_read_and_that_is_logged_once) {
  make_stream(1);
  put("a");
  service.faults().next_calls("DescribeStreamSummary", model::error_fault({400, "AccessDeniedException", "no"}),
                              9);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(5 * kMinuteMs);
  EXPECT_EQ(
      std::count_if(sim.log().begin(), sim.log().end(),
                    [](const LogLine& line) { return line.text.find("created again") != std::string::npos; }),
      1);
}

TEST_F(input, several_streams_are_read_concurrently_and_saved_in_one_file) {
  streams = "in, other";
  make_stream(2);
  service.create_stream("other", 3);
  put_many("a", 20);
  for (int i = 0; i < 20; ++i) service.preload("other", std::to_string(i), message_of("b" + std::to_string(i)));
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(40));
  EXPECT_EQ(reader->stat("shards"), 5);
  EXPECT_TRUE(reader->input.close(0).ok());
  kill(reader);
  put("c");
  reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"c"});
}

TEST_F(input, a_stream_is_read_by_arn_and_its_batches_have_its_name) {
  streams = "arn:aws:kinesis:us-east-1:000000000000:stream/in";
  make_stream(5);
  put_many("a", 20);
  size_t by_arn = 0;
  service.on_request([&](uint64_t, const model::Request& request) {
    by_arn += request.body.find(R"("StreamARN":"arn:)") != std::string::npos ? 1 : 0;
    EXPECT_EQ(request.body.find("StreamName"), std::string::npos) << request.body;
  });
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(20));
  EXPECT_GT(by_arn, 10u);
  EXPECT_EQ(reader->stream_of_last, "in");
}

TEST_F(input, a_missing_stream_does_not_delay_another) {
  streams = "missing,in";
  make_stream(1);
  put("a");
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 1; }, 5000));
}

TEST_F(input, only_selected_shards_are_read) {
  make_stream(4);
  put_many("a", 100);
  own.selected = {"shardId-000000000001", "shardId-000000000003"};
  const auto reader = start();
  reader->run_for(10'000);
  std::set<std::string> shards;
  for (const auto& [id, shard] : reader->shard_of) shards.insert(shard);
  EXPECT_EQ(shards, own.selected);
}

TEST_F(input, a_missing_selected_shard_is_reported_with_the_existing_ones) {
  make_stream(2);
  put_many("a", 10);
  own.selected = {"shardId-000000000001", "shardId-7"};
  const auto reader = start();
  reader->run_for(10'000);
  EXPECT_TRUE(reader->ids.empty());
  EXPECT_TRUE(sim.logged("no shard 'shardId-7'"));
  EXPECT_TRUE(sim.logged("shardId-000000000000, shardId-000000000001"));
}

TEST_F(input, a_checkpoint_file_in_use_is_rejected_with_the_other_processs_pid) {
  const auto first = kinesis::LocalAssignment::open(sim.env(), "file:/checkpoint", own);
  ASSERT_TRUE(first.ok());
  const auto second = kinesis::LocalAssignment::open(sim.env(), "file:/checkpoint", own);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), Code::config);
  EXPECT_NE(second.status().message().find("/checkpoint"), std::string::npos) << second.status().message();
}

}  // namespace
}  // namespace penstock::sim
