// The input in virtual time against the model: what it reads, how far its checkpoint goes, what it survives.
#include "core/kinesis/input.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/aws/endpoint.h"
#include "core/base/bytes.h"
#include "tests/sim/sim_env.h"

namespace penstock::sim {
namespace {

constexpr int64_t kMinuteMs = 60'000;

std::string message_of(const std::string& id) {
  return R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":[{"id":")" + id +
         R"(","timestamp":1566741555269,"message":"m"}]})";
}

// One life of a process that reads the stream "in": what it emitted, and how it answers.
struct Reader {
  Reader(SimClock& at, SimEnv& system, InputOptions options)
      : clock(at),
        client(system.env(), *make_endpoint("kinesis", "us-east-1", "", false), "", 30'000),
        checkpoints(std::move(*CheckpointStore::open(system.env(), "file:/checkpoint", options.stream))),
        failures(std::move(*FailureLog::open(system.env(), "file:/failures"))),
        input(system.env(), client, *checkpoints, *failures, options) {
    opened = input.open();
  }

  static int32_t emit(void* ctx, const penstock_batch* batch) {
    auto& self = *static_cast<Reader*>(ctx);
    if (self.answer < 0) return self.answer;
    for (uint64_t i = 0; i < batch->record_count; ++i) {
      self.ids.emplace_back(view(batch->records[i].id));
      self.shard_of[self.ids.back()] = view(batch->shard_id);
    }
    self.unsettled.push_back(batch->ack_id);
    return self.answer;
  }
  void settle(int32_t outcome = PENSTOCK_DELIVERED) {
    for (const uint64_t id : std::exchange(unsettled, {})) EXPECT_TRUE(input.ack(id, outcome));
  }
  // Polls and settles until done() or that much virtual time has passed.
  template <typename Done>
  bool run(Done done, int64_t ms = 2 * kMinuteMs, bool settling = true) {
    for (const int64_t end_ms = clock.monotonic_ms() + ms; clock.monotonic_ms() < end_ms;) {
      input.poll(std::min(end_ms, clock.monotonic_ms() + 1000), emit, this);
      most_memory = std::max(most_memory, stat("memory"));
      if (settling) settle();
      if (done()) return true;
    }
    return false;
  }
  bool run_for(int64_t ms) {
    return run([] { return false; }, ms);
  }
  bool run_until_ids(size_t count, bool settling = true) {
    return run([&] { return ids.size() >= count; }, 2 * kMinuteMs, settling);
  }
  int64_t stat(std::string_view name) const {
    std::pair<std::string_view, int64_t> wanted{name, -1};
    input.stats(
        [](void* ctx, const penstock_stat* stat) {
          auto& [of, value] = *static_cast<std::pair<std::string_view, int64_t>*>(ctx);
          if (of == stat->name) value = stat->value;
        },
        &wanted);
    return wanted.second;
  }
  std::set<std::string> distinct() const { return {ids.begin(), ids.end()}; }

  SimClock& clock;
  KinesisClient client;
  std::unique_ptr<CheckpointStore> checkpoints;
  std::unique_ptr<FailureLog> failures;
  Input input;
  Status opened;
  std::vector<std::string> ids;
  std::map<std::string, std::string> shard_of;
  std::vector<uint64_t> unsettled;
  int32_t answer = PENSTOCK_OK;
  int64_t most_memory = 0;
};

class input : public testing::Test {
 protected:
  static model::Settings settings() {
    model::Settings settings;
    settings.list_shards_page = 2;
    return settings;
  }
  void make_stream(uint32_t shards) { service.create_stream("in", shards); }
  std::unique_ptr<Reader> start() { return std::make_unique<Reader>(clock, sim, options); }
  // The process is gone without a word; the next one starts from what is on the disk.
  void kill(std::unique_ptr<Reader>& reader) {
    sim.kill();
    reader.reset();
  }
  void put(const std::string& id) {
    service.preload("in", id, message_of(id));
    put_ids.insert(id);
  }
  void put_many(const std::string& prefix, int count) {
    for (int i = 0; i < count; ++i) put(prefix + std::to_string(i));
  }
  void split() {
    model::Stream& stream = *service.stream("in");
    stream.split(stream.shards().front(), model::HashKey{1} << 127, clock.unix_ms());
  }
  std::string checkpoint_file() const { return sim.files().content("/checkpoint").value_or(""); }

  SimClock clock;
  model::Service service{settings(), [this] { return clock.unix_ms(); }};
  mutable SimEnv sim{clock, service, 20190825};
  InputOptions options{.stream = "in"};
  std::set<std::string> put_ids;
};

TEST_F(input, reads_every_shard_of_a_stream_that_is_listed_in_pages) {
  make_stream(5);
  put_many("a", 200);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(200));
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_EQ(reader->ids.size(), 200u);
  EXPECT_EQ(reader->stat("shards"), 5);
  EXPECT_GE(service.stats().calls.at("ListShards"), 3u);
}

TEST_F(input, keeps_within_the_read_limits_while_it_catches_up) {
  make_stream(2);
  for (int i = 0; i < 2500; ++i) service.preload("in", std::to_string(i), std::string(8'000, 'x'));
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->stat("records_in") == 2500; }));
  EXPECT_EQ(service.stats().throttled_calls, 0u);
}

TEST_F(input, records_larger_than_those_before_are_read_in_smaller_numbers) {
  make_stream(1);
  for (int i = 0; i < 200; ++i) service.preload("in", "k", std::string(100, 'x'));
  for (int i = 0; i < 40; ++i) service.preload("in", "k", std::string(1'000'000, 'x'));
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->stat("records_in") == 240; }));
  EXPECT_LE(reader->most_memory, 24 << 20);
}

TEST_F(input, asks_once_a_poll_interval_when_there_is_nothing_new) {
  make_stream(1);
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_NEAR(static_cast<double>(service.stats().calls.at("GetRecords")), 60, 2);
}

TEST_F(input, a_stream_that_is_not_there_yet_is_waited_for_and_said) {
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_TRUE(sim.logged("ResourceNotFoundException"));
  EXPECT_TRUE(sim.logged("stream in"));
  make_stream(1);
  put("a");
  EXPECT_TRUE(reader->run_until_ids(1));
}

TEST_F(input, the_checkpoint_moves_only_when_a_batch_is_settled) {
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

  EXPECT_TRUE(reader->input.ack(reader->unsettled[0], PENSTOCK_FAILED_RECORDED));
  reader->run([] { return false; }, kMinuteMs, false);
  kill(reader);
  put("b");
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"b"});
}

TEST_F(input, what_was_not_settled_is_read_again_after_a_crash) {
  make_stream(2);
  put_many("a", 20);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(20, false));
  kill(reader);
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(20));
  EXPECT_EQ(reader->distinct(), put_ids);
}

TEST_F(input, an_orderly_end_saves_the_position_at_once) {
  make_stream(1);
  put_many("a", 5);
  auto reader = start();
  options.checkpoint_interval_ms = 60 * kMinuteMs;
  EXPECT_TRUE(reader->run_until_ids(5));
  EXPECT_TRUE(reader->input.close().ok());
  kill(reader);
  put("b");
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  EXPECT_EQ(reader->ids, std::vector<std::string>{"b"});
}

TEST_F(input, a_batch_given_back_keeps_the_checkpoint_behind_it) {
  make_stream(1);
  put_many("a", 2);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(2, false));
  EXPECT_TRUE(reader->input.ack(reader->unsettled[0], PENSTOCK_GIVEN_BACK));
  EXPECT_TRUE(reader->input.ack(reader->unsettled[1], PENSTOCK_DELIVERED));
  EXPECT_EQ(reader->stat("holes"), 1);
  EXPECT_TRUE(reader->input.close().ok());
  kill(reader);
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(2));
  EXPECT_EQ(reader->distinct(), put_ids);
}

TEST_F(input, latest_begins_with_what_comes_after_the_first_start_also_after_a_crash) {
  options.from_latest = true;
  make_stream(2);
  put("before");
  clock.advance(5000);
  auto reader = start();
  reader->run_for(2000);
  EXPECT_TRUE(reader->ids.empty());
  put_ids.clear();
  clock.advance(2000);
  put("after");
  kill(reader);  // before anything of it was read
  clock.advance(kMinuteMs);
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"after"});
}

TEST_F(input, an_expired_iterator_is_renewed_from_the_last_position_read) {
  make_stream(1);
  put_many("a", 10);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(10));
  service.expire_iterators();
  put_many("b", 10);
  EXPECT_TRUE(reader->run_until_ids(20));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids.size(), 20u) << "nothing twice";
  EXPECT_EQ(reader->distinct(), put_ids);
}

TEST_F(input, faults_of_every_kind_lose_and_repeat_nothing) {
  make_stream(4);
  model::FaultRates rates;
  rates.throttle = rates.internal_failure = rates.close = rates.lose_answer = rates.truncate = rates.delay = 0.1;
  rates.delay_ms = 40'000;  // longer than a call may take
  service.faults().set_rates(rates);
  put_many("a", 300);
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() >= 300; }, 30 * kMinuteMs));
  EXPECT_EQ(reader->ids.size(), 300u);
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_GT(reader->stat("retries"), 0);
}

TEST_F(input, a_batch_that_is_refused_is_emitted_again_and_full_ends_the_poll) {
  make_stream(1);
  put_many("a", 3);
  const auto reader = start();
  reader->answer = PENSTOCK_E_MEMORY;
  reader->run_for(5000);
  EXPECT_TRUE(reader->ids.empty());
  reader->answer = PENSTOCK_FULL;
  EXPECT_EQ(reader->input.poll(clock.monotonic_ms() + 1000, Reader::emit, reader.get()), PENSTOCK_FULL);
  EXPECT_EQ(reader->ids.size(), 1u);
  EXPECT_GT(reader->input.next_deadline_ms(), clock.monotonic_ms())
      << "what waits is left out until poll is called";
  reader->answer = PENSTOCK_OK;
  EXPECT_TRUE(reader->run_until_ids(3));
  EXPECT_EQ(reader->ids.size(), 3u);
}

TEST_F(input, a_failure_file_that_cannot_be_written_holds_the_checkpoint_but_not_the_neighbours) {
  make_stream(1);
  auto reader = start();
  reader->run_for(5000);
  sim.files().fail_syncs(true);
  service.preload("in", "k", "not a message");
  put("a");
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(kMinuteMs);
  EXPECT_TRUE(sim.logged("/failures"));
  EXPECT_EQ(reader->stat("failures"), 0);
  EXPECT_EQ(reader->stat("healthy"), 0);
  EXPECT_EQ(reader->stat("open_records"), 2);
  sim.files().fail_syncs(false);
  EXPECT_TRUE(reader->run([&] { return reader->stat("open_records") == 0; }));
  EXPECT_EQ(reader->stat("failures"), 1);
  EXPECT_EQ(reader->stat("healthy"), 1);
  EXPECT_NE(sim.files().content("/failures").value_or("").find("\"partition_key\":\"k\""), std::string::npos);
}

TEST_F(input, a_checkpoint_that_cannot_be_saved_is_said_and_saved_later) {
  make_stream(1);
  put("a");
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  sim.files().fail_syncs(true);
  put("b");
  reader->run_for(kMinuteMs);
  EXPECT_TRUE(sim.logged("saving the checkpoint"));
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

TEST_F(input, children_of_a_split_begin_when_their_parent_is_settled) {
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
  EXPECT_TRUE(reader->input.close().ok());
  EXPECT_NE(checkpoint_file().find("SHARD_END"), std::string::npos) << checkpoint_file();
}

TEST_F(input, a_finished_shard_is_not_read_again) {
  make_stream(1);
  put_many("parent", 5);
  auto reader = start();
  split();
  put_many("child", 20);
  EXPECT_TRUE(reader->run_until_ids(25));
  EXPECT_TRUE(reader->input.close().ok());
  kill(reader);
  put("last");
  reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids, std::vector<std::string>{"last"});
}

TEST_F(input, memory_stays_under_the_limit_while_a_backlog_is_read) {
  options.mem_limit_bytes = 8 << 20;
  make_stream(8);
  std::string noise(100'000, 'x');
  for (int i = 0; i < 600; ++i) {
    const std::string id = std::to_string(i);
    std::string text = message_of(id);
    text.insert(text.size() - 4, noise);
    service.preload("in", id, text);
  }
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(600));
  EXPECT_LE(reader->most_memory, 8 << 20);
  EXPECT_GT(reader->most_memory, 1 << 20);
}

TEST_F(input, a_record_larger_than_the_limit_is_let_through_alone) {
  options.mem_limit_bytes = 1 << 20;
  make_stream(1);
  for (int i = 0; i < 3; ++i) {
    std::string text = message_of(std::to_string(i));
    text.insert(text.size() - 4, std::string(1'000'000, 'x'));
    service.preload("in", "k", text);
  }
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3));
  EXPECT_EQ(reader->ids, (std::vector<std::string>{"0", "1", "2"}));
}

TEST_F(input, a_checkpoint_of_another_stream_or_a_damaged_one_is_refused_and_left_alone) {
  make_stream(1);
  for (const std::string& content :
       std::vector<std::string>{R"({"penstock_checkpoint":1,"stream":"other","started_ms":1,"shards":{}})", "{}",
                                "", R"({"penstock_checkpoint":2,"stream":"in","started_ms":1,"shards":{}})",
                                R"({"penstock_checkpoint":1,"stream":"in","started_ms":1,"shards":{"a":1}})"}) {
    sim.files().put("/checkpoint", content);
    auto reader = start();
    EXPECT_EQ(reader->opened.code(), Code::config) << content;
    EXPECT_NE(reader->opened.message().find("/checkpoint"), std::string::npos);
    kill(reader);
    EXPECT_EQ(checkpoint_file(), content);
  }
}

TEST_F(input, messages_of_an_unknown_type_are_skipped_counted_and_said_once) {
  make_stream(1);
  for (int i = 0; i < 3; ++i) service.preload("in", "k", R"({"messageType":"NEW_MESSAGE","logEvents":[]})");
  put("a");
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 1 && reader->stat("open_records") == 0; }));
  EXPECT_EQ(reader->stat("other_messages"), 3);
  EXPECT_EQ(std::count_if(sim.log().begin(), sim.log().end(),
                          [](const LogLine& line) { return line.text.find("NEW_MESSAGE") != std::string::npos; }),
            1);
}

TEST_F(input, missing_credentials_are_said_and_found_when_they_come) {
  make_stream(1);
  put("a");
  auto keys = std::exchange(sim.variables(), {});
  const auto reader = start();
  reader->run_for(kMinuteMs);
  EXPECT_TRUE(sim.logged("AWS_ACCESS_KEY_ID"));
  sim.variables() = keys;
  EXPECT_TRUE(reader->run_until_ids(1));
}

TEST_F(input, credentials_that_change_are_found_anew) {
  make_stream(1);
  put("a");
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  service.set_keys({model::AccessKey{.id = "AKIDNEW", .secret = "new"}});
  sim.variables()["AWS_ACCESS_KEY_ID"] = "AKIDNEW";
  sim.variables()["AWS_SECRET_ACCESS_KEY"] = "new";
  put("b");
  EXPECT_TRUE(reader->run_until_ids(2));
  for (const LogLine& line : sim.log()) EXPECT_EQ(line.text.find("new"), std::string::npos) << line.text;
}

TEST_F(input, a_clock_that_is_an_hour_wrong_is_corrected_over_tls) {
  make_stream(1);
  put("a");
  clock.set_wall_error_ms(60 * kMinuteMs);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
}

TEST_F(input, one_shard_that_fails_does_not_hold_another) {
  make_stream(2);
  put_many("a", 50);
  const auto reader = start();
  // The iterator of the first shard is refused for as long as the test lasts.
  service.faults().next_calls("GetShardIterator", model::error_fault({400, "AccessDeniedException", "no"}), 1);
  reader->run_for(10'000);
  std::set<std::string> shards;
  for (const auto& [id, shard] : reader->shard_of) shards.insert(shard);
  EXPECT_EQ(shards.size(), 1u);
  EXPECT_TRUE(sim.logged("AccessDeniedException"));
  EXPECT_TRUE(reader->run_until_ids(50));
}

}  // namespace
}  // namespace penstock::sim
