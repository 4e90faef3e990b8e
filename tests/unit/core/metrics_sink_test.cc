#include "core/metrics_sink.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "core/histogram.h"

namespace penstock {
namespace {

constexpr std::array<int64_t, 3> kBounds = {1, 10, 100};

// One statistic as a host reads it.
struct Reported {
  int32_t kind;
  std::string name;
  int64_t value;
  std::string label;
  std::vector<std::string> labels;
  std::vector<int64_t> bounds, counts;
  int64_t sum;
};

void read(void* ctx, const penstock_stat* stat) {
  Reported one = {stat->kind, stat->name, stat->value, std::string(view(stat->label)), {}, {}, {}, 0};
  const char* at = reinterpret_cast<const char*>(stat->labels);
  for (uint32_t i = 0; i < stat->label_count; ++i, at += stat->label_stride) {
    const auto& label = *reinterpret_cast<const penstock_label*>(at);
    one.labels.push_back(std::string(label.name) + "=" + std::string(view(label.value)));
  }
  if (const penstock_histogram* const histogram = stat->histogram; histogram != nullptr) {
    one.bounds.assign(histogram->upper_bounds, histogram->upper_bounds + histogram->bucket_count);
    one.counts.assign(histogram->counts, histogram->counts + histogram->bucket_count + 1);
    one.sum = histogram->sum;
  }
  static_cast<std::vector<Reported>*>(ctx)->push_back(std::move(one));
}

class metrics_sink : public testing::Test {
 protected:
  std::vector<Reported> reported_;
  const MetricsSink metrics_{read, &reported_};
};

TEST_F(metrics_sink, a_statistic_of_the_whole_instance_has_no_labels) {
  metrics_.counter("received_records", "records", "source records received", 7);
  ASSERT_EQ(reported_.size(), 1u);
  EXPECT_EQ(reported_[0].kind, PENSTOCK_COUNTER);
  EXPECT_EQ(reported_[0].value, 7);
  EXPECT_EQ(reported_[0].label, "");
  EXPECT_TRUE(reported_[0].labels.empty());
  EXPECT_TRUE(reported_[0].bounds.empty());
}

TEST_F(metrics_sink, a_host_that_reads_only_one_label_gets_the_values_of_all) {
  metrics_.gauge("shard_lag_ms", "ms", "lag", 3,
                 {{"stream", bytes("in")}, {"shard", bytes("shardId-000000000000")}});
  ASSERT_EQ(reported_.size(), 1u);
  EXPECT_EQ(reported_[0].kind, PENSTOCK_GAUGE);
  EXPECT_EQ(reported_[0].label, "in/shardId-000000000000");
  EXPECT_EQ(reported_[0].labels, (std::vector<std::string>{"stream=in", "shard=shardId-000000000000"}));
}

TEST_F(metrics_sink, a_bucket_contains_its_bound_and_the_last_one_everything_above) {
  Histogram<kBounds> durations;
  for (const int64_t ms : {0, 1, 2, 10, 11, 100, 101, 9000}) durations.observe(ms);
  metrics_.histogram("call_duration_ms", "ms", "of calls", durations, {{"operation", bytes("GetRecords")}});
  ASSERT_EQ(reported_.size(), 1u);
  EXPECT_EQ(reported_[0].kind, PENSTOCK_HISTOGRAM);
  EXPECT_EQ(reported_[0].value, 8);
  EXPECT_EQ(reported_[0].bounds, (std::vector<int64_t>{1, 10, 100}));
  EXPECT_EQ(reported_[0].counts, (std::vector<int64_t>{2, 2, 2, 2}));
  EXPECT_EQ(reported_[0].sum, 9225);
  EXPECT_EQ(reported_[0].labels, std::vector<std::string>{"operation=GetRecords"});
}

}  // namespace
}  // namespace penstock
