// The children of a shard are read as soon as its last response has them, without another list of the shards.
#include <algorithm>
#include <string>

#include "tests/sim/input_fixture.h"

namespace penstock::sim {
namespace {

constexpr model::HashKey kHalf = model::HashKey{1} << 127;

class input_children : public input {
 protected:
  uint64_t lists() const {
    const auto found = service.stats().calls.find("ListShards");
    return found == service.stats().calls.end() ? 0 : found->second;
  }
  model::Shard& shard(size_t index) { return service.stream("in")->shards()[index]; }
  void split_at(size_t index, model::HashKey key) {
    service.stream("in")->split(shard(index), key, clock.unix_ms());
  }
  void merge(size_t a, size_t b) { service.stream("in")->merge(shard(a), shard(b), clock.unix_ms()); }
  // Puts a record whose id has the prefix and the number of its shard.
  void put_into(size_t index, const std::string& prefix) {
    const std::string id = prefix + std::to_string(index);
    service.stream("in")->append(shard(index), "k", message_of(id), clock.unix_ms());
    put_ids.insert(id);
  }
  static size_t place_of(const Reader& reader, const std::string& id) {
    return static_cast<size_t>(std::find(reader.ids.begin(), reader.ids.end(), id) - reader.ids.begin());
  }
};

TEST_F(input_children, splits_and_their_splits_are_followed_without_another_list_of_shards) {
  make_stream(1);
  put_into(0, "a");
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  const uint64_t before = lists();
  split_at(0, kHalf);
  put_into(1, "b");
  put_into(2, "b");
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 3; }, 15'000));
  split_at(2, kHalf + kHalf / 2);
  put_into(3, "c");
  put_into(4, "c");
  EXPECT_TRUE(reader->run([&] { return reader->ids.size() == 5; }, 15'000));
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_EQ(lists(), before);
  reader->run_for(kMinuteMs);
  EXPECT_GT(lists(), before) << "the regular refresh remains";
  EXPECT_EQ(reader->ids.size(), 5u);
}

TEST_F(input_children, without_child_shards_the_children_are_found_by_the_next_list) {
  service.settings().omits_child_shards = true;
  make_stream(1);
  put_into(0, "a");
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  const uint64_t before = lists();
  split_at(0, kHalf);
  put_into(1, "b");
  EXPECT_TRUE(reader->run_until_ids(2));
  EXPECT_GT(lists(), before);
}

TEST_F(input_children, the_child_of_a_merge_begins_when_both_parents_are_read) {
  make_stream(2);
  put_into(0, "a");
  put_into(1, "a");
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(2));
  const uint64_t before = lists();
  put_into(1, "late");
  shard(1).hidden_until_ms = clock.unix_ms() + 20'000;
  merge(0, 1);
  put_into(2, "b");
  EXPECT_FALSE(reader->run([&] { return reader->ids.size() > 2; }, 15'000));
  EXPECT_TRUE(reader->run_until_ids(4));
  EXPECT_EQ(reader->ids[2], "late1");
  EXPECT_EQ(reader->ids[3], "b2");
  EXPECT_EQ(lists(), before);
}

// The other parent was made by a reshard that no list has shown, and may still have records.
TEST_F(input_children, a_parent_that_is_not_known_is_found_and_read_before_the_child) {
  make_stream(2);
  put_into(0, "a");
  put_into(1, "a");
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(2));
  const uint64_t before = lists();
  shard(1).hidden_until_ms = clock.unix_ms() + 20'000;
  put_into(1, "late");
  split_at(1, kHalf + kHalf / 2);  // into 2 and 3
  put_into(2, "parent");
  merge(0, 2);  // into 4
  put_into(4, "child");
  EXPECT_FALSE(reader->run([&] { return reader->ids.size() > 2; }, 15'000));
  EXPECT_GT(lists(), before);
  EXPECT_TRUE(reader->run_until_ids(5));
  EXPECT_LT(place_of(*reader, "late1"), place_of(*reader, "parent2"));
  EXPECT_LT(place_of(*reader, "parent2"), place_of(*reader, "child4"));
}

TEST_F(input_children, children_that_lists_do_not_show_yet_are_read_on) {
  service.settings().list_shards_lag_ms = 4 * kMinuteMs;
  make_stream(1);
  const auto reader = start();
  reader->run_for(1000);
  split_at(0, kHalf);
  for (int minute = 0; minute < 6; ++minute) {
    put_into(1, "a" + std::to_string(minute) + "-");
    put_into(2, "a" + std::to_string(minute) + "-");
    reader->run_for(kMinuteMs);
  }
  EXPECT_EQ(reader->distinct(), put_ids);
  EXPECT_EQ(reader->ids.size(), put_ids.size());
}

TEST_F(input_children, children_that_are_not_among_the_selected_shards_are_not_read) {
  own.selected = {"shardId-000000000000"};
  make_stream(1);
  put_into(0, "a");
  const auto reader = start();
  EXPECT_TRUE(reader->run_until_ids(1));
  const uint64_t before = lists();
  split_at(0, kHalf);
  put_into(1, "b");
  put_into(2, "b");
  reader->run_for(20'000);
  EXPECT_EQ(lists(), before);
  reader->run_for(2 * kMinuteMs);
  EXPECT_EQ(reader->ids.size(), 1u);
}

}  // namespace
}  // namespace penstock::sim
