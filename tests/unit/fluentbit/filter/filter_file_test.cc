// flb-filter_lambda_logs.so in a program that exports what an agent does. With OLD_AGENT, it is an agent before
// 2.2.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "fluentbit/agent/filter_abi.h"
#include "tests/fluentbit/msgpack.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace {

std::map<std::string, std::string> g_section;
void* g_context = nullptr;
std::string g_log;

}  // namespace

EXPORTED const char* flb_filter_get_property(const char* key, void*) {
  const auto found = g_section.find(key);
  return found == g_section.end() ? nullptr : found->second.c_str();
}
EXPORTED void flb_filter_set_context(void*, void* context) { g_context = context; }
EXPORTED const char* flb_filter_name(void*) { return "mine"; }
EXPORTED void flb_log_print(int level, const char*, int, const char* format, ...) {
  char line[2048];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line, sizeof line, format, arguments);  // NOLINT(clang-analyzer-valist.Uninitialized)
  va_end(arguments);
  g_log += std::to_string(level) + line + "\n";
}
#ifdef OLD_AGENT
EXPORTED int flb_plugin_proxy_output_init(void*, void*, void*) { return 0; }
#endif

namespace penstock::fluentbit {
namespace {

const filter::Plugin& plugin() {
  static void* const file = dlopen(PENSTOCK_FILTER_LAMBDA_LOGS, RTLD_LAZY);
  static void* const symbol = file != nullptr ? dlsym(file, "filter_lambda_logs_plugin") : nullptr;
  if (symbol == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::abort();
  }
  return *static_cast<filter::Plugin*>(symbol);
}

#ifdef OLD_AGENT

TEST(fluentbit_filter_file, the_filter_does_not_start_in_an_agent_that_is_too_old) {
  EXPECT_NE(plugin().cb_pre_run(nullptr, nullptr, nullptr), 0);
  EXPECT_EQ(g_log,
            "1[filter:lambda_logs:mine] PS0963: this filter needs Fluent Bit 2.2 or later, and this agent is "
            "older; use its filter lua with lambda_logs.lua instead\n");
}

#else

// Runs with these options.
struct Running {
  using ConfigSection = std::map<std::string, std::string>;
  explicit Running(const ConfigSection& section = {}) {
    g_section = section;
    g_context = nullptr;
    g_log.clear();
    started =
        plugin().cb_pre_run(nullptr, nullptr, nullptr) == 0 && plugin().cb_init(nullptr, nullptr, nullptr) == 0;
  }
  ~Running() {
    if (g_context != nullptr) plugin().cb_exit(g_context, nullptr);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Returns what the chunk becomes, or "" if it is unchanged.
  static std::string filter(const std::string& chunk) {
    void* out = nullptr;
    size_t size = 0;
    const int result = plugin().cb_filter(chunk.data(), chunk.size(), "tag", 3, &out, &size, nullptr, nullptr,
                                          g_context, nullptr);
    EXPECT_EQ(result, out != nullptr ? filter::kModified : filter::kUntouched);
    std::string made(static_cast<const char*>(out), size);
    std::free(out);
    return made;
  }

  bool started;
};

std::string event_with(std::string_view line) {
  return test_agent::Pack().array(2).event_time(1, 0).map(1).text("log").text(line).bytes;
}

TEST(fluentbit_filter_file, the_file_is_a_filter_of_log_events) {
  EXPECT_EQ(plugin().event_type, filter::kLogs);
  EXPECT_STREQ(plugin().name, "lambda_logs");
  EXPECT_EQ(plugin().config_map, nullptr);
  for (const void* later : plugin().later) EXPECT_EQ(later, nullptr);
}

TEST(fluentbit_filter_file, lines_become_records_and_events_without_a_line_are_unchanged) {
  const Running running(Running::ConfigSection{{"timestamp_key", "@timestamp"}});
  ASSERT_TRUE(running.started) << g_log;
  const std::vector<test_agent::Event> events = test_agent::events_of(Running::filter(event_with("[ERROR] x")));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].body.text("level"), "ERROR");
  EXPECT_EQ(events[0].body.text("@timestamp"), "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(Running::filter(test_agent::Pack().array(2).event_time(1, 0).map(0).bytes), "");
  EXPECT_EQ(Running::filter(""), "");
  EXPECT_EQ(g_log, "");
}

TEST(fluentbit_filter_file, the_filter_reports_each_invalid_option_and_does_not_start) {
  const Running running(Running::ConfigSection{{"reserve_data", "perhaps"}, {"source_key", ""}});
  EXPECT_FALSE(running.started);
  EXPECT_EQ(g_context, nullptr);
  EXPECT_NE(g_log.find("1[filter:lambda_logs:mine] PS0953: invalid reserve_data 'perhaps': expected on|off\n"),
            std::string::npos)
      << g_log;
  EXPECT_NE(g_log.find("\n1[filter:lambda_logs:mine] PS0057: empty value for source_key"), std::string::npos)
      << g_log;
}

TEST(fluentbit_filter_file, warnings_about_malformed_chunks_become_less_frequent) {
  const Running running;
  ASSERT_TRUE(running.started) << g_log;
  const std::string cut = event_with("x").substr(0, 9);
  for (const int expected : {1, 2, 2, 3, 3}) {
    EXPECT_EQ(Running::filter(cut), "");
    EXPECT_EQ(std::count(g_log.begin(), g_log.end(), '\n'), expected);
  }
  EXPECT_TRUE(
      g_log.starts_with("2[filter:lambda_logs:mine] PS0971: a chunk is not log events in msgpack, and passes "
                        "unchanged from there: truncated value"))
      << g_log;
}

TEST(fluentbit_filter_file, the_filter_can_run_on_two_threads_at_once) {
  const Running running;
  ASSERT_TRUE(running.started) << g_log;
  const auto work = [](const std::string& line) {
    const std::string chunk = event_with(line);
    const std::string expected = Running::filter(chunk);
    for (int i = 0; i < 1000; ++i) EXPECT_EQ(Running::filter(chunk), expected);
  };
  std::thread other(work, "other");
  work("this");
  other.join();
}

#endif

}  // namespace
}  // namespace penstock::fluentbit
