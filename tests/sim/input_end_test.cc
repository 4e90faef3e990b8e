// Where a shard ends, and what does not prove that it has ended.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

constexpr const char* kParent = "shardId-000000000000";

class input_end : public input {
 protected:
  uint64_t calls(std::string_view operation) const {
    const auto found = service.stats().calls.find(operation);
    return found == service.stats().calls.end() ? 0 : found->second;
  }
  // The highest number of calls of an operation in any second from now on.
  struct CallRate {
    std::vector<int64_t> at_ms;
    size_t most = 0;
    void note(int64_t now_ms) {
      at_ms.push_back(now_ms);
      std::erase_if(at_ms, [now_ms](int64_t ms) { return ms <= now_ms - 1000; });
      most = std::max(most, at_ms.size());
    }
  };
  std::map<std::string, CallRate> paces;
  void watch_call_rate() {
    service.on_request([this](uint64_t, const model::Request& request) {
      paces[std::string(model::header(request.headers, "x-amz-target"))].note(clock.monotonic_ms());
    });
  }
  bool has_ended(const std::string& shard = kParent) const {
    return checkpoint_file().find("\"" + shard + "\":{\"checkpoint\":\"SHARD_END\"}") != std::string::npos;
  }
};

TEST_F(input_end, a_response_without_an_iterator_does_not_end_an_open_shard) {
  for (const model::NoIterator form :
       {model::NoIterator::null, model::NoIterator::missing, model::NoIterator::empty}) {
    const std::string stream = "form" + std::to_string(static_cast<int>(form));
    SCOPED_TRACE(stream);
    streams = stream;
    service.create_stream(stream, 1);
    service.preload(stream, "k", message_of("before"));
    service.faults().next_calls("GetRecords", model::no_iterator(form));
    auto reader = start();
    EXPECT_TRUE(reader->run_until_ids(1));
    EXPECT_TRUE(sim.logged("neither NextShardIterator nor ChildShards"));
    service.preload(stream, "k", message_of("after"));
    EXPECT_TRUE(reader->run_until_ids(2));
    reader->run_for(kMinuteMs);
    EXPECT_EQ(reader->ids, (std::vector<std::string>{"before", "after"}));
    EXPECT_EQ(reader->stat("gaps"), 0);
    EXPECT_TRUE(reader->input.close(0).ok());
    EXPECT_EQ(checkpoint_file().find("SHARD_END"), std::string::npos) << checkpoint_file();
    kill(reader);
  }
}

TEST_F(input_end, an_open_shard_that_never_has_an_iterator_is_read_slowly) {
  make_stream(1);
  put_many("a", 3);
  service.faults().set_rates({.no_iterator = 1});
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3));
  watch_call_rate();
  reader->run_for(kMinuteMs);
  const uint64_t before = calls("GetRecords");
  reader->run_for(10 * kMinuteMs);
  EXPECT_LE(calls("GetRecords") - before, 180u) << "every 5 s on average";
  EXPECT_LE(calls("ListShards"), 320u);
  EXPECT_GT(paces["Kinesis_20131202.GetRecords"].most, 0u);
  for (const auto& [target, pace] : paces) EXPECT_LE(pace.most, 2u) << target;
  put_many("b", 3);
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 6; }, 11'000));
  EXPECT_FALSE(has_ended());
}

TEST_F(input_end, a_shard_with_records_but_no_iterator_is_read_at_its_usual_rate) {
  make_stream(1);
  options.reading.max_records = 10;
  put_many("a", 200);
  service.faults().set_rates({.no_iterator = 1});
  watch_call_rate();
  const auto reader = start();
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 200; }, 10'000));
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_EQ(service.stats().throttled_calls, 0u);
  for (const auto& [target, pace] : paces) EXPECT_LE(pace.most, 5u) << target;
}

TEST_F(input_end, a_closed_shard_with_a_backlog_is_read_to_its_last_record_whatever_is_missing) {
  make_stream(1);
  options.reading.max_records = 1;
  put_many("parent", 20);
  split();
  put_many("child", 20);
  service.settings().omits_child_shards = true;
  service.faults().next_calls("GetRecords", model::no_iterator(), 7);
  const auto reader = start();
  ASSERT_TRUE(reader->run_until_ids(40));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_EQ(reader->ids.size(), 40u) << "no duplicates";
  for (size_t i = 0; i < 40; ++i) EXPECT_EQ(reader->ids[i].starts_with("parent"), i < 20) << i;
  EXPECT_TRUE(reader->input.close(0).ok());
  EXPECT_TRUE(has_ended()) << checkpoint_file();
}

TEST_F(input_end, a_shard_closed_while_it_is_read_ends_without_child_shards) {
  service.settings().omits_child_shards = true;
  make_stream(1);
  put_many("parent", 5);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(5));
  split();
  put_many("child", 20);
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 25; }, 10'000));
  EXPECT_TRUE(reader->input.close(0).ok());
  EXPECT_TRUE(has_ended()) << checkpoint_file();
}

TEST_F(input_end, a_shard_with_one_more_iterator_after_its_last_record_ends_without_child_shards) {
  service.settings().omits_child_shards = true;
  make_stream(1);
  put_many("parent", 5);
  split();
  put_many("child", 20);
  int reads = 0;  // since an iterator was requested
  service.on_request([&](uint64_t, const model::Request& request) {
    const std::string target(model::header(request.headers, "x-amz-target"));
    if (target.ends_with("GetShardIterator")) reads = 0;
    if (target.ends_with("GetRecords")) ++reads;
    service.stream("in")->shards().front().endless_until_ms = reads == 1 ? INT64_MAX : 0;
  });
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(25));
  EXPECT_TRUE(reader->input.close(0).ok());
  EXPECT_TRUE(has_ended()) << checkpoint_file();
}

TEST_F(input_end, an_empty_shard_ends_without_child_shards) {
  service.settings().omits_child_shards = true;
  make_stream(1);
  split();
  put_many("child", 20);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(20));
  EXPECT_TRUE(reader->input.close(0).ok());
  EXPECT_TRUE(has_ended()) << checkpoint_file();
}

TEST_F(input_end, the_end_waits_until_the_shards_can_be_listed) {
  service.settings().omits_child_shards = true;
  make_stream(1);
  put_many("parent", 5);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(5));
  service.faults().next_calls("ListShards", model::throttle(), 40);
  split();
  put_many("child", 20);
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->ids.size(), 5u);
  EXPECT_FALSE(has_ended()) << checkpoint_file();
  service.faults().forget();
  EXPECT_TRUE(reader->run_until_ids(25));
  EXPECT_TRUE(reader->input.close(0).ok());
  EXPECT_TRUE(has_ended()) << checkpoint_file();
}

// What was read before the shard was known to be closed proves nothing, because more records may have arrived in
// between.
TEST_F(input_end, records_between_an_ambiguous_response_and_the_close_are_read) {
  make_stream(1);
  const auto reader = start();
  reader->run_for(5000);
  service.faults().next_calls("ListShards", model::throttle(), 4);
  service.faults().next_calls("GetRecords", model::no_iterator(), 3);
  reader->run_for(4000);
  EXPECT_TRUE(reader->ids.empty());
  put_many("late", 5);
  split();
  service.faults().next_calls("GetRecords", model::no_iterator(), 1);
  put_many("child", 20);
  EXPECT_TRUE(reader->run_until_ids(25));
  reader->run_for(kMinuteMs);
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_EQ(reader->ids.size(), 25u);
}

TEST_F(input_end, a_last_response_with_records_and_child_shards_ends_the_shard_once_they_are_settled) {
  make_stream(1);
  put_many("parent", 5);
  split();
  put_many("child", 20);
  auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(5, false));
  reader->run([] { return false; }, kMinuteMs, false);
  EXPECT_EQ(reader->ids.size(), 5u);
  EXPECT_FALSE(has_ended());
  EXPECT_FALSE(sim.logged("neither NextShardIterator"));
  reader->settle();
  EXPECT_TRUE(reader->run_until_ids(25));
}

TEST_F(input_end, a_deleted_stream_ends_no_shard) {
  make_stream(1);
  put_many("a", 5);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(5));
  service.faults().next_calls("GetRecords", model::no_iterator(), 2);
  reader->run_for(1500);
  service.delete_stream("in");
  reader->run_for(5 * kMinuteMs);
  EXPECT_TRUE(reader->input.close(0).ok());
  EXPECT_EQ(checkpoint_file().find("SHARD_END"), std::string::npos) << checkpoint_file();
}

TEST_F(input_end, a_shard_closed_by_deletion_ends_without_children) {
  make_stream(1);
  put_many("a", 5);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(5));
  service.stream("in")->close(service.stream("in")->shards().front(), clock.unix_ms());
  reader->run_for(5 * kMinuteMs);
  EXPECT_EQ(reader->ids.size(), 5u);
  EXPECT_TRUE(reader->input.close(0).ok());
  EXPECT_TRUE(has_ended()) << checkpoint_file();
}

TEST_F(input_end, retention_past_the_last_record_while_the_end_is_uncertain_is_a_gap) {
  make_stream(1);
  put_many("a", 3);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3));
  service.faults().next_calls("GetRecords", model::no_iterator(), 2);
  reader->run_for(kMinuteMs);  // the last record is returned again
  service.faults().next_calls("GetRecords", model::no_iterator());
  service.faults().next_calls("GetShardIterator", model::internal_failure(), 3);
  EXPECT_TRUE(reader->run([&] { return sim.logged("InternalFailure"); }));
  put_many("lost", 4);
  put("b");
  service.trim(service.stream("in")->shards().front(), 7);
  EXPECT_TRUE(reader->run_until_ids(4));
  EXPECT_EQ(reader->ids.back(), "b");
  EXPECT_EQ(reader->stat("gaps"), 1);
}

// The next iterator begins after the last record. That record alone proves nothing about earlier ones.
TEST_F(input_end, retention_past_the_last_record_after_it_was_read_again_is_a_gap) {
  make_stream(1);
  put_many("a", 3);
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3));
  const uint64_t before = calls("GetRecords");
  service.faults().next_calls("GetRecords", model::no_iterator(), 2);
  EXPECT_TRUE(reader->run([&] { return calls("GetRecords") == before + 2; }));
  put_many("lost", 4);
  put("b");
  service.trim(service.stream("in")->shards().front(), 7);
  EXPECT_TRUE(reader->run_until_ids(4));
  EXPECT_EQ(reader->ids.back(), "b");
  EXPECT_EQ(reader->stat("gaps"), 1);
}

TEST_F(input_end, retention_past_records_after_a_response_without_an_iterator_is_a_gap) {
  make_stream(1);
  put_many("a", 3);
  service.faults().next_calls("GetRecords", model::no_iterator());
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(3));
  put_many("lost", 4);
  put("b");
  service.trim(service.stream("in")->shards().front(), 7);
  EXPECT_TRUE(reader->run_until_ids(4));
  EXPECT_EQ(reader->ids.back(), "b");
  EXPECT_EQ(reader->stat("gaps"), 1);
}

}  // namespace
}  // namespace penstock::sim
