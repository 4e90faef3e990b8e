#include "host/observe/stage_metrics.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace penstock::host {
namespace {

penstock_stat stat(int32_t kind, const char* name, const char* unit, int64_t value) {
  penstock_stat out{};
  out.struct_size = sizeof out;
  out.kind = kind;
  out.name = name;
  out.unit = unit;
  out.help = "help";
  out.value = value;
  return out;
}

// Returns the samples of an input's statistics.
std::string samples(const std::vector<penstock_stat>& stats) {
  PrometheusText page(MetricsFormat::prometheus);
  StageMetrics metrics(page);
  for (const penstock_stat& one : stats) metrics.add(PENSTOCK_INPUT, "input:a:0", one);
  std::string out;
  const std::string text = page.finish();
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    if (!line.starts_with('#')) out += line;
    rest.remove_prefix(line.size());
  }
  return out;
}

TEST(stage_metrics, names_have_the_kind_of_the_stage_and_base_units) {
  EXPECT_EQ(
      samples({stat(PENSTOCK_COUNTER, "received_records", "records", 3),
               stat(PENSTOCK_COUNTER, "received_bytes", "bytes", 4), stat(PENSTOCK_GAUGE, "lag_ms", "ms", 1234),
               stat(PENSTOCK_GAUGE, "delay", "ms", 5), stat(PENSTOCK_GAUGE, "healthy", "", 1)}),
      "penstock_input_received_records_total{stage=\"input:a:0\"} 3\n"
      "penstock_input_received_bytes_total{stage=\"input:a:0\"} 4\n"
      "penstock_input_lag_seconds{stage=\"input:a:0\"} 1.234\n"
      "penstock_input_delay_seconds{stage=\"input:a:0\"} 0.005\n"
      "penstock_input_healthy{stage=\"input:a:0\"} 1\n");
}

TEST(stage_metrics, labels_follow_the_stage) {
  const penstock_label labels[] = {{"stream", {"logs", 4}}, {"shard", {"shardId-7", 9}}};
  penstock_stat one = stat(PENSTOCK_GAUGE, "open", "", 1);
  one.labels = labels;
  one.label_count = 2;
  one.label_stride = sizeof labels[0];
  EXPECT_EQ(samples({one}), "penstock_input_open{stage=\"input:a:0\",stream=\"logs\",shard=\"shardId-7\"} 1\n");
}

TEST(stage_metrics, a_histogram_has_cumulative_buckets_in_base_units) {
  const int64_t bounds[] = {5, 10, 1000}, counts[] = {1, 0, 2, 4};
  const penstock_histogram histogram = {sizeof histogram, 3, bounds, counts, 12'345};
  penstock_stat one = stat(PENSTOCK_HISTOGRAM, "call_ms", "ms", 7);
  one.histogram = &histogram;
  EXPECT_EQ(samples({one}),
            "penstock_input_call_seconds_bucket{stage=\"input:a:0\",le=\"0.005\"} 1\n"
            "penstock_input_call_seconds_bucket{stage=\"input:a:0\",le=\"0.01\"} 1\n"
            "penstock_input_call_seconds_bucket{stage=\"input:a:0\",le=\"1.0\"} 3\n"
            "penstock_input_call_seconds_bucket{stage=\"input:a:0\",le=\"+Inf\"} 7\n"
            "penstock_input_call_seconds_sum{stage=\"input:a:0\"} 12.345\n"
            "penstock_input_call_seconds_count{stage=\"input:a:0\"} 7\n");
}

TEST(stage_metrics, a_kind_that_the_header_does_not_have_is_left_out) {
  EXPECT_EQ(samples({stat(4, "open", "", 1)}), "");
}

TEST(stage_metrics, a_time_that_is_not_known_is_left_out) {
  EXPECT_EQ(samples({stat(PENSTOCK_GAUGE, "lag_ms", "ms", -1)}), "");
}

TEST(stage_metrics, a_name_that_prometheus_does_not_allow_is_made_valid) {
  EXPECT_EQ(samples({stat(PENSTOCK_GAUGE, "a-b.c\n", "", 1)}), "penstock_input_a_b_c_{stage=\"input:a:0\"} 1\n");
}

TEST(stage_metrics, fields_that_an_older_plugin_lacks_are_not_read) {
  penstock_stat old = stat(PENSTOCK_GAUGE, "open", "", 1);
  old.label = {"a/b", 3};
  old.label_count = 1000;
  old.struct_size = offsetof(penstock_stat, labels);
  EXPECT_EQ(samples({old}), "penstock_input_open{stage=\"input:a:0\",label=\"a/b\"} 1\n");
  old.struct_size = offsetof(penstock_stat, label);
  EXPECT_EQ(samples({old}), "penstock_input_open{stage=\"input:a:0\"} 1\n");
}

}  // namespace
}  // namespace penstock::host
