#include "core/kinesis/log_group_volumes.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace penstock::kinesis {
namespace {

constexpr const char* kAccount = "111122223333";

class log_group_volumes : public testing::Test {
 protected:
  using Values = std::map<std::string, int64_t>;  // bytes by "ACCOUNT LOG-GROUP"

  void add(const std::string& log_group, size_t bytes_each, size_t events = 1,
           const std::string& owner = kAccount) {
    const std::string body(bytes_each, 'x');
    std::vector<penstock_record> records(events);
    for (penstock_record& record : records) record.body = bytes(body);
    penstock_batch batch = {};
    batch.record_stride = sizeof(penstock_record);
    batch.owner = bytes(owner);
    batch.log_group = bytes(log_group);
    batch.records = records.data();
    batch.record_count = events;
    volumes_.add(batch);
    total_ += static_cast<int64_t>(bytes_each * events);
  }

  Values reported(const char* name = "log_group_bytes") {
    struct Wanted {
      std::string name;
      Values values;
    } wanted{name, {}};
    volumes_.stats(MetricsSink(
        [](void* ctx, const penstock_stat* stat) {
          auto& to = *static_cast<Wanted*>(ctx);
          ASSERT_EQ(stat->label_count, 2U);
          EXPECT_EQ(std::string(stat->labels[0].name), "account");
          EXPECT_EQ(std::string(stat->labels[1].name), "log_group");
          const std::string of =
              std::string(view(stat->labels[0].value)) + " " + std::string(view(stat->labels[1].value));
          if (to.name == stat->name) EXPECT_TRUE(to.values.emplace(of, stat->value).second) << of;
        },
        &wanted));
    return wanted.values;
  }
  static int64_t sum(const Values& values) {
    int64_t all = 0;
    for (const auto& [of, value] : values) all += value;
    return all;
  }

  LogGroupVolumes volumes_{3, 0};
  int64_t total_ = 0;
};

TEST_F(log_group_volumes, events_and_bytes_are_counted_by_account_and_log_group) {
  add("/aws/lambda/a", 10, 3);
  add("/aws/lambda/a", 5);
  add("/aws/lambda/a", 7, 1, "444455556666");
  EXPECT_EQ(reported(),
            (Values{{"111122223333 /aws/lambda/a", 35}, {"444455556666 /aws/lambda/a", 7}, {"other other", 0}}));
  EXPECT_EQ(reported("log_group_events").at("111122223333 /aws/lambda/a"), 4);
}

TEST_F(log_group_volumes, what_is_replaced_counts_as_others_so_that_no_event_is_lost) {
  for (int round = 0; round < 10; ++round)
    for (const char* name : {"/a", "/b", "/c", "/d", "/e", "/f", "/g"}) add(name, 10);
  const Values values = reported();
  EXPECT_EQ(values.size(), 4U);
  EXPECT_EQ(sum(values), total_);
}

TEST_F(log_group_volumes, a_log_group_with_more_than_its_share_is_never_replaced) {
  // "/loop" has 40 % of the bytes, more than a third.
  for (int i = 0; i < 1000; ++i) {
    add("/loop", 40);
    add("/quiet/" + std::to_string(i % 97), 60);
  }
  EXPECT_EQ(reported().at("111122223333 /loop"), 40 * 1000);
  EXPECT_EQ(sum(reported()), total_);
}

TEST_F(log_group_volumes, a_function_that_begins_to_loop_is_visible_although_others_had_more_for_months) {
  for (const char* name : {"/old/1", "/old/2", "/old/3"}) add(name, 1 << 20, 1000);
  volumes_.advance(60 * LogGroupVolumes::kHalfLifeMs);
  for (int i = 0; i < 100; ++i) {
    add("/loop", 1000);
    add("/quiet/" + std::to_string(i), 100);
  }
  EXPECT_EQ(reported().at("111122223333 /loop"), 100 * 1000);
}

TEST_F(log_group_volumes, before_the_half_life_the_lowest_volume_is_replaced) {
  for (const char* name : {"/old/1", "/old/2"}) add(name, 1000);
  volumes_.advance(LogGroupVolumes::kHalfLifeMs - 1);
  add("/late", 600);
  add("/new", 1);
  EXPECT_FALSE(reported().contains("111122223333 /late"));
  EXPECT_TRUE(reported().contains("111122223333 /new"));
}

TEST_F(log_group_volumes, after_the_half_life_earlier_volume_counts_half) {
  for (const char* name : {"/old/1", "/old/2"}) add(name, 1000);
  volumes_.advance(LogGroupVolumes::kHalfLifeMs);
  add("/late", 600);
  add("/new", 1);
  EXPECT_FALSE(reported().contains("111122223333 /old/1"));
  EXPECT_TRUE(reported().contains("111122223333 /late"));
}

TEST_F(log_group_volumes, names_that_no_log_group_can_have_count_as_others) {
  add("", 1);
  add("/with blank", 1);
  add("/with\nnewline", 1);
  add("/with\"quote", 1);
  add(std::string(513, 'a'), 1);
  add("/good", 1, 1, "11112222333");
  add("/good", 1, 1, "11112222333x");
  add("other", 1, 1, "other");
  EXPECT_EQ(reported(), (Values{{"other other", 8}}));
  add(std::string(512, 'a'), 1);
  EXPECT_EQ(reported().at(std::string(kAccount) + " " + std::string(512, 'a')), 1);
}

}  // namespace
}  // namespace penstock::kinesis
