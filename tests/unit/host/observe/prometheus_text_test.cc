#include "host/observe/prometheus_text.h"

#include <gtest/gtest.h>

namespace penstock::host {
namespace {

TEST(prometheus_text, the_samples_of_a_family_stay_together_under_one_help_and_type) {
  PrometheusText page(MetricsFormat::prometheus);
  const MetricLabel a[] = {{"stage", "a"}}, b[] = {{"stage", "b"}, {"shard", "1"}};
  page.add_sample(page.family(MetricType::counter, "records", "records read"), a, {1});
  page.add(MetricType::gauge, "lag_seconds", "lag", {1500, 1000});
  page.add_sample(page.family(MetricType::counter, "records", "another help"), b, {2});
  EXPECT_EQ(page.finish(),
            "# HELP records_total records read\n"
            "# TYPE records_total counter\n"
            "records_total{stage=\"a\"} 1\n"
            "records_total{stage=\"b\",shard=\"1\"} 2\n"
            "# HELP lag_seconds lag\n"
            "# TYPE lag_seconds gauge\n"
            "lag_seconds 1.500\n");
}

TEST(prometheus_text, openmetrics_names_the_family_of_a_counter_without_total_and_ends_with_eof) {
  PrometheusText page(MetricsFormat::openmetrics);
  page.add(MetricType::counter, "records", "a \"record\"", {1});
  EXPECT_EQ(page.finish(),
            "# HELP records a \\\"record\\\"\n"
            "# TYPE records counter\n"
            "records_total 1\n"
            "# EOF\n");
}

TEST(prometheus_text, a_page_starts_without_the_samples_of_the_previous_one) {
  PrometheusText page(MetricsFormat::prometheus);
  page.add(MetricType::gauge, "a", "h", {1});
  page.add(MetricType::gauge, "b", "h", {2});
  page.start(MetricsFormat::openmetrics);
  page.add(MetricType::gauge, "b", "h", {3});
  EXPECT_EQ(page.finish(), "# HELP b h\n# TYPE b gauge\nb 3\n# EOF\n");
}

TEST(prometheus_text, labels_and_help_are_escaped) {
  PrometheusText page(MetricsFormat::prometheus);
  const MetricLabel hostile[] = {{"stage", "a\\b\"c\nd}\xc3\xa9"}};
  page.add_sample(page.family(MetricType::gauge, "g", "a\\b\"c\nd"), hostile, {0});
  EXPECT_EQ(page.finish(),
            "# HELP g a\\\\b\"c\\nd\n"
            "# TYPE g gauge\n"
            "g{stage=\"a\\\\b\\\"c\\nd}\xc3\xa9\"} 0\n");
}

TEST(prometheus_text, bytes_that_are_not_utf8_become_replacement_characters) {
  PrometheusText page(MetricsFormat::openmetrics);
  const MetricLabel hostile[] = {{"stage", "caf\xe9\"\xc3"}};
  page.add_sample(page.family(MetricType::gauge, "g", "\xff"), hostile, {0});
  EXPECT_EQ(page.finish(),
            "# HELP g \xef\xbf\xbd\n"
            "# TYPE g gauge\n"
            "g{stage=\"caf\xef\xbf\xbd\\\"\xef\xbf\xbd\"} 0\n"
            "# EOF\n");
}

TEST(prometheus_text, bounds_of_buckets_are_canonical_floats) {
  PrometheusText page(MetricsFormat::openmetrics);
  const int64_t bounds[] = {1, 100, 999'999, 1'000'000, 4'194'304}, counts[] = {0, 0, 0, 0, 0, 0};
  page.add_histogram(page.family(MetricType::histogram, "h", "h"), {}, {bounds, counts, 0});
  const std::string text = page.finish();
  for (const char* const bound :
       {"\"1.0\"", "\"100.0\"", "\"999999.0\"", "\"1e+06\"", "\"4.194304e+06\"", "\"+Inf\""})
    EXPECT_NE(text.find(std::string("h_bucket{le=") + bound + "} 0\n"), std::string::npos) << bound << text;
}

TEST(prometheus_text, values_are_exact) {
  const auto written = [](MetricValue value) {
    PrometheusText page(MetricsFormat::prometheus);
    page.add(MetricType::gauge, "g", "h", value);
    const std::string text = page.finish();
    return text.substr(text.rfind(' ') + 1);
  };
  EXPECT_EQ(written({INT64_MAX}), "9223372036854775807\n");
  EXPECT_EQ(written({INT64_MIN}), "-9223372036854775808\n");
  EXPECT_EQ(written({INT64_MIN, 1000}), "-9223372036854775.808\n");
  EXPECT_EQ(written({0, 1000}), "0\n");
  EXPECT_EQ(written({7, 1000}), "0.007\n");
  EXPECT_EQ(written({-70, 1000}), "-0.070\n");
  EXPECT_EQ(written({1'000'001, 1000}), "1000.001\n");
  EXPECT_EQ(written({2000, 1000}), "2\n");
}

}  // namespace
}  // namespace penstock::host
