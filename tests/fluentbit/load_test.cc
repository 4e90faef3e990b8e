// The three files in every version of the agent, and tests that the test agent detects violations.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "tests/fluentbit/agent_harness.h"
#include "tests/fluentbit/small_stack.h"

namespace penstock::test_agent {
namespace {

class fluentbit_load_in : public testing::TestWithParam<Version> {};

TEST_P(fluentbit_load_in, both_proxy_files_register_and_write_nothing_past_the_end) {
  const ProxyFile in(GetParam(), PENSTOCK_IN_KINESIS), out(GetParam(), PENSTOCK_OUT_KINESIS);
  for (const ProxyFile* file : {&in, &out}) {
    EXPECT_EQ(file->registered(), 0);
    EXPECT_TRUE(file->intact());
    const Registration made = file->registration();
    EXPECT_EQ(made.type, file == &in ? 1 : 2);
    EXPECT_EQ(made.proxy, 11);
    EXPECT_EQ(made.flags, 0);
    EXPECT_STREQ(made.name, "penstock_kinesis");
    EXPECT_STRNE(made.description, "");
    EXPECT_EQ(made.event_type, 0) << "for an output: logs";
    EXPECT_EQ(made.config_map != nullptr, std::string(GetParam().name) == "5.1.1");
  }
}

TEST_P(fluentbit_load_in, a_plugin_file_stays_loaded_when_the_agent_closes_it) {
  for (const char* path : {PENSTOCK_IN_KINESIS, PENSTOCK_OUT_KINESIS}) {
    {
      const ProxyFile file(GetParam(), path);
    }
    void* const still = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
    EXPECT_NE(still, nullptr) << path;
    const ProxyFile again(GetParam(), path);
    EXPECT_EQ(again.registered(), 0);
  }
}

TEST_P(fluentbit_load_in, an_unknown_key_is_rejected_by_an_agent_that_reads_the_options) {
  const bool is_read = std::string(GetParam().name) == "5.1.1";
  WorkThread pipeline("flb-pipeline");
  ProxyFile file(GetParam(), PENSTOCK_OUT_KINESIS);
  Output output(file, pipeline, {{"stream", "out"}, {"region", "eu-west-1"}, {"Agregate", "kpl"}});
  const std::string line = "unknown configuration property 'Agregate'";
  if (is_read) EXPECT_LE(output.init(), 0);
  EXPECT_EQ(file.rejects(output), is_read);
  EXPECT_EQ(log_book().all().find(line) != std::string::npos, is_read);
}

INSTANTIATE_TEST_SUITE_P(fluentbit_load, fluentbit_load_in, testing::ValuesIn(kVersions),
                         [](const auto& of) { return name_for_test(of.param); });

std::set<std::string> declared_by(const char* path) {
  const ProxyFile file(k5_1_1, path);
  std::set<std::string> names;
  for (const ConfigMapEntry* entry = file.registration().config_map; entry->name != nullptr; ++entry) {
    EXPECT_EQ(entry->type, 0);
    EXPECT_EQ(entry->flags, 0);
    EXPECT_EQ(entry->set_property, 0);
    EXPECT_STRNE(entry->description, "") << entry->name;
    names.insert(entry->name);
  }
  return names;
}

TEST(fluentbit_load, the_declared_options_are_those_of_the_section_and_of_its_stages) {
  const std::set<std::string> in = declared_by(PENSTOCK_IN_KINESIS), out = declared_by(PENSTOCK_OUT_KINESIS);
  for (const char* const name :
       {"checkpoint_after", "chunk_bytes", "stream", "checkpoint", "schema", "timestamp_from"})
    EXPECT_TRUE(in.contains(name)) << name;
  for (const char* const name : {"time_key", "flush_timeout", "stream", "aggregate", "partition_key"})
    EXPECT_TRUE(out.contains(name)) << name;
  EXPECT_FALSE(out.contains("schema"));
  EXPECT_FALSE(in.contains("tag")) << "the agent keeps it";
}

TEST(fluentbit_load, the_filters_structure_is_complete_and_zero_after_its_calls) {
  const NativeFile file(PENSTOCK_FILTER_LAMBDA_LOGS);
  const FilterPlugin& plugin = file.plugin();
  EXPECT_EQ(plugin.event_type, 1);
  EXPECT_EQ(plugin.flags, 0);
  EXPECT_STREQ(plugin.name, "lambda_logs");
  EXPECT_STRNE(plugin.description, "");
  EXPECT_EQ(plugin.config_map, nullptr);
  EXPECT_NE(plugin.cb_init, nullptr);
  EXPECT_NE(plugin.cb_filter, nullptr);
  EXPECT_NE(plugin.cb_exit, nullptr);
  EXPECT_EQ(plugin.cb_notification, nullptr);
  EXPECT_EQ(plugin.links[0], nullptr);
}

// In a child process, because this one has already loaded the library.
TEST(fluentbit_load, a_file_without_the_library_next_to_it_reports_what_is_missing) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const e2e::TemporaryFolder folder;
        const std::string alone = folder.path("penstock-in-kinesis.so");
        std::filesystem::copy_file(PENSTOCK_IN_KINESIS, alone);
        WorkThread pipeline("flb-pipeline");
        ProxyFile file(k5_1_1, alone);
        Input input(file, pipeline, {{"threaded", "off"}});
        if (input.init() > 0) std::exit(1);
        std::fputs(log_book().all().c_str(), stderr);
        std::exit(0);
      },
      testing::ExitedWithCode(0), "PS0951: libpenstock.so must be in the folder of this plugin");
}

TEST(fluentbit_load, files_copied_with_the_library_work_in_their_new_folder) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const e2e::TemporaryFolder folder;
        for (const std::string from : {PENSTOCK_OUT_KINESIS, PENSTOCK_LIBRARY})
          std::filesystem::copy_file(from, folder.path(std::filesystem::path(from).filename().string()));
        WorkThread pipeline("flb-pipeline");
        ProxyFile file(k5_1_1, folder.path("penstock-out-kinesis.so"));
        Output output(file, pipeline, {{"stream", "s"}, {"region", "eu-west-1"}, {"on_failure", "drop"}});
        const bool runs = output.init() > 0;
        if (runs) output.exit();
        std::fputs(log_book().all().c_str(), stderr);
        std::exit(runs ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(fluentbit_load, the_test_agent_detects_a_write_past_the_registration) {
  setenv("PENSTOCK_FAKE_FILLS_IN_EVENT_TYPE", "1", 1);
  const ProxyFile older(k4_0, FAKE_PROXY);
  const ProxyFile newer(k4_2_3, FAKE_PROXY);
  EXPECT_FALSE(older.intact());
  EXPECT_TRUE(newer.intact());
  unsetenv("PENSTOCK_FAKE_FILLS_IN_EVENT_TYPE");
  EXPECT_TRUE(ProxyFile(k4_0, FAKE_PROXY).intact());
}

TEST(fluentbit_load, the_test_agent_measures_the_stack_of_a_flush) {
  WorkThread pipeline("flb-pipeline");
  ProxyFile file(k5_1_1, FAKE_PROXY);
  Output output(file, pipeline, {});
  ASSERT_GT(output.init(), 0);
  EXPECT_EQ(output.flush({"512", "x"}), kFlushOk);
  const size_t little = output.stack_used_bytes();
  EXPECT_EQ(output.flush({"12288", "x"}), kFlushOk);
  EXPECT_GE(output.stack_used_bytes(), little + 8192);
  EXPECT_LT(output.stack_used_bytes(), kCoroutineBytes);
}

TEST(fluentbit_load, the_test_agent_stops_a_flush_that_needs_too_much_stack) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // A sanitizer reports it and exits.
  const auto overflow = [](int status) {
    return kInstrumented ? status != 0 : WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
  };
  EXPECT_EXIT(
      {
        WorkThread pipeline("flb-pipeline");
        ProxyFile file(k5_1_1, FAKE_PROXY);
        Output output(file, pipeline, {});
        output.init();
        output.flush({std::to_string(kCoroutineBytes), "x"});
      },
      overflow, "");
}

}  // namespace
}  // namespace penstock::test_agent
