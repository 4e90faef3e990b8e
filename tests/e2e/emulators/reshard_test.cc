// The input follows splits and merges, on services that we did not write, while records keep arriving.
#include <chrono>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "tests/e2e/emulators/emulator_fixture.h"
#include "tests/e2e/messages.h"
#include "tests/e2e/plugin_client.h"
#include "tests/gzip.h"

namespace penstock::emulators {
namespace {

constexpr int kKeys = 200;
constexpr int kRounds = 25;  // one message per key in each, because order within one call is not guaranteed
constexpr int kEventsAMessage = 20;
constexpr int kEventsARound = kKeys * kEventsAMessage;
static_assert(kRounds * kEventsARound == 100'000);

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Returns the messages of that round, one per key, as the entries of one PutRecords call. Events are named
// KEY:NUMBER.
std::string entries_of(int round) {
  std::string entries;
  for (int key = 0; key < kKeys; ++key) {
    const std::string name = std::to_string(key);
    std::vector<e2e::Event> events;
    events.reserve(kEventsAMessage);
    for (int i = 0; i < kEventsAMessage; ++i)
      events.push_back({name + ":" + std::to_string(round * kEventsAMessage + i), "a line"});
    if (!entries.empty()) entries += ",";
    entries += model::entry("key-" + name, gzip(e2e::message("/aws/lambda/orders", "stream-" + name, events)));
  }
  return entries;
}

// An input alone: what it emits is acknowledged at once.
class Reader {
 public:
  explicit Reader(const e2e::OptionList& options) : input_(PENSTOCK_INPUT, "penstock_kinesis", options) {}

  // Reads until that many events have arrived or two minutes have passed.
  void read_until(int events) {
    for (const int64_t until_ms = now_ms() + 120'000; events_ < events && now_ms() < until_ms;) {
      ASSERT_GE(input_->input->poll(input_.get(), now_ms() + 50, from_input, this, nullptr), 0);
      for (const uint64_t id : std::exchange(to_ack_, {}))
        ASSERT_EQ(input_->input->ack(input_.get(), id, PENSTOCK_DELIVERED, nullptr), PENSTOCK_OK);
    }
  }
  const e2e::Instance& input() const { return input_; }
  // Returns the numbers of each key's events, in the order of arrival.
  const std::map<std::string, std::vector<int>>& numbers() const { return numbers_; }
  const std::set<std::string>& shards() const { return shards_; }

 private:
  static int32_t from_input(void* ctx, const penstock_batch* batch) {
    auto& self = *static_cast<Reader*>(ctx);
    self.shards_.emplace(view(batch->shard_id));
    for (uint64_t i = 0; i < batch->record_count; ++i) {
      const std::string id(view(batch->records[i].id));
      const size_t colon = id.find(':');
      self.numbers_[id.substr(0, colon)].push_back(std::stoi(id.substr(colon + 1)));
    }
    self.events_ += static_cast<int>(batch->record_count);
    self.to_ack_.push_back(batch->ack_id);
    return PENSTOCK_OK;
  }

  e2e::Instance input_;
  int events_ = 0;
  std::map<std::string, std::vector<int>> numbers_;
  std::set<std::string> shards_;
  std::vector<uint64_t> to_ack_;
};

TEST_P(emulator, one_hundred_thousand_events_arrive_in_order_within_each_key_across_splits_and_merges) {
  if (backend_name() == "moto") GTEST_SKIP() << "moto never reports the end of a closed shard";
  create("s", 8);
  const auto split = [&](const std::string& shard, const std::string& at) {
    EXPECT_EQ(outcome(client_.call("SplitShard", R"({"StreamName":"s","ShardToSplit":")" + shard +
                                                     R"(","NewStartingHashKey":")" + at + "\"}")),
              "ok");
    wait_until_active("s");
  };
  const auto merge = [&](const std::string& lower, const std::string& upper) {
    EXPECT_EQ(outcome(client_.call("MergeShards", R"({"StreamName":"s","ShardToMerge":")" + lower +
                                                      R"(","AdjacentShardToMerge":")" + upper + "\"}")),
              "ok");
    wait_until_active("s");
  };
  const std::string two_to_124 = "21267647932558653966460912964485513216";
  const std::string two_to_126 = "85070591730234615865843651857942052864";

  setenv("AWS_ACCESS_KEY_ID", client_.key.id.c_str(), 1);
  setenv("AWS_SECRET_ACCESS_KEY", client_.key.secret.c_str(), 1);
  Reader reader({{"region", "us-east-1"},
                 {"endpoint", url()},
                 {"stream", "s"},
                 {"checkpoint", "memory"},
                 {"on_failure", "drop"},
                 {"poll_interval", "200ms"}});
  for (int round = 0; round < kRounds; ++round) {
    const model::Response put = client_.call("PutRecords", model::put_records_body("s", entries_of(round)));
    ASSERT_EQ(outcome(put), "ok");
    ASSERT_EQ(put.number("FailedRecordCount"), 0);
    // Nothing is read between a reshard and the next round, so that both parents and children then have unread
    // records.
    if (round == 4)
      split(shard_id(0), two_to_124);  // into 8 and 9
    else if (round == 9)
      merge(shard_id(1), shard_id(2));  // into 10
    else if (round == 14)
      split(shard_id(10), two_to_126);  // into 11 and 12
    else if (round == 19)
      merge(shard_id(9), shard_id(11));  // into 13
    else
      reader.read_until(round * kEventsARound);
  }
  reader.read_until(kRounds * kEventsARound);

  std::vector<int> in_order(size_t{kRounds} * kEventsAMessage);
  std::iota(in_order.begin(), in_order.end(), 0);
  EXPECT_EQ(reader.numbers().size(), size_t{kKeys});
  for (const auto& [key, numbers] : reader.numbers()) EXPECT_EQ(numbers, in_order) << "key " << key;
  EXPECT_EQ(reader.shards().size(), 14U);
  EXPECT_EQ(reader.input().stat("dead_letter_records"), 0);
}

}  // namespace
}  // namespace penstock::emulators
