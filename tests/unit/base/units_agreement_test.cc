// The host's conf, the options of the plugin, and the sections of the agent accept the same sizes and durations.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "fluentbit/agent/config_section.h"
#include "host/conf/settings.h"
#include "plugin/abi/options.h"

namespace penstock {
namespace {

constexpr std::array kTable = {
    penstock_option_info{"size", "size", nullptr, "", 0, 0},
    penstock_option_info{"duration", "duration", nullptr, "", 0, 0},
    penstock_option_info{"size_or_word", "auto|SIZE", nullptr, "", 0, 0},
    penstock_option_info{"duration_or_word", "none|DURATION", nullptr, "", 0, 0},
};

// Each returns the parsed value, or -1 if it rejects the text.
int64_t in_plugin(const char* name, const std::string& text) {
  const penstock_option given = {bytes(name), bytes(text)};
  if (!plugin::Options::check(kTable, &given, 1, sizeof given, [](size_t, const Status&) {})) return -1;
  const plugin::Options options(kTable, &given, 1, sizeof given);
  return std::string(name).starts_with("size") ? static_cast<int64_t>(options.size_bytes(name))
                                               : options.duration_ms(name);
}

int64_t in_agent(const char* name, const std::string& text) {
  const fluentbit::ConfigSection section(
      kTable, {}, [&](const char* key) { return std::string(key) == name ? text.c_str() : nullptr; });
  if (!section.problems().empty()) return -1;
  return std::string(name) == "size" ? static_cast<int64_t>(section.size_bytes(name)) : section.duration_ms(name);
}

int64_t in_host(const std::string& text) {
  host::Conf conf;
  conf.sections.push_back({"SERVICE", {}, {{"Grace", text, {}}}});
  std::vector<host::Problem> problems;
  const host::Settings settings = host::read_settings(conf, problems);
  return problems.empty() ? settings.grace_ms : -1;
}

struct Case {
  const char* text;
  int64_t ms;     // as a duration; -1: rejected
  int64_t bytes;  // as a size
};

constexpr int64_t kNo = -1;

TEST(units_agreement, host_plugin_and_agent_parse_sizes_and_durations_alike) {
  for (const Case& one : {
           Case{"10", 10'000, 10},
           Case{"2.5", 2'500, 2},
           Case{"2.5s", 2'500, kNo},
           Case{"250ms", 250, kNo},
           Case{"5S", 5'000, kNo},
           Case{"1M", 60'000, 1 << 20},
           Case{"1.5M", 90'000, 3 << 19},
           Case{"1.5h", 5'400'000, kNo},
           Case{"1k", kNo, 1 << 10},
           Case{"1K", kNo, 1 << 10},
           Case{"1kb", kNo, 1 << 10},
           Case{"87600h", 315'360'000'000, kNo},
           Case{"", kNo, kNo},
           Case{".5", kNo, kNo},
           Case{"5.", kNo, kNo},
           Case{"1e3", kNo, kNo},
           Case{"-1s", kNo, kNo},
           Case{"+1s", kNo, kNo},
           Case{"-1", kNo, kNo},
           Case{"5 s", kNo, kNo},
           Case{" 5", kNo, kNo},
           Case{"0x10", kNo, kNo},
           Case{"1,5", kNo, kNo},
           Case{"5d", kNo, kNo},
           Case{"87601h", kNo, kNo},
           Case{"99999999999h", kNo, kNo},
           Case{"99999999999999999999", kNo, kNo},
       }) {
    SCOPED_TRACE(one.text);
    EXPECT_EQ(in_host(one.text), one.ms);
    EXPECT_EQ(in_plugin("duration", one.text), one.ms);
    EXPECT_EQ(in_plugin("duration_or_word", one.text), one.ms);
    EXPECT_EQ(in_agent("duration", one.text), one.ms);
    EXPECT_EQ(in_plugin("size", one.text), one.bytes);
    EXPECT_EQ(in_plugin("size_or_word", one.text), one.bytes);
    EXPECT_EQ(in_agent("size", one.text), one.bytes);
  }
}

// Grace 0 and Stats_Interval 0 have a meaning; an option of 0 would be a mistake.
TEST(units_agreement, only_the_host_accepts_zero) {
  for (const char* zero : {"0", "0s", "0.0001s"}) {
    SCOPED_TRACE(zero);
    EXPECT_EQ(in_host(zero), 0);
    EXPECT_EQ(in_plugin("duration", zero), kNo);
    EXPECT_EQ(in_agent("duration", zero), kNo);
  }
  EXPECT_EQ(in_plugin("size", "0"), kNo);
  EXPECT_EQ(in_agent("size", "0K"), kNo);
}

}  // namespace
}  // namespace penstock
