#include "fluentbit/input/requirements.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace penstock::fluentbit {
namespace {

ConfigSection section_of(const std::map<std::string, std::string>& properties) {
  return {kInputOptions, {}, [&](const char* key) {
            const auto found = properties.find(key);
            return found == properties.end() ? nullptr : found->second.c_str();
          }};
}

// A current agent with threaded off.
constexpr Surroundings kUnthreaded{AgentThread::kPipeline, true, true, true};

Surroundings on(AgentThread thread) {
  Surroundings out = kUnthreaded;
  out.thread = thread;
  return out;
}

Surroundings without_append(AgentThread thread = AgentThread::kPipeline) {
  Surroundings out = on(thread);
  out.append = false;
  return out;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(fluentbit_requirements, append_works_without_an_input_thread) {
  EXPECT_EQ(check_requirements(section_of({}), kUnthreaded), "");
  EXPECT_EQ(caution(section_of({})), "");
}

TEST(fluentbit_requirements, append_on_an_input_thread_is_an_error_that_says_what_to_write) {
  EXPECT_TRUE(
      contains(check_requirements(section_of({}), on(AgentThread::kInput)), "Set threaded off in this section"));
}

TEST(fluentbit_requirements, append_on_an_unknown_thread_is_an_error) {
  EXPECT_TRUE(contains(check_requirements(section_of({}), on(AgentThread::kOther)), "checkpoint_after handover"));
}

TEST(fluentbit_requirements, append_requires_the_agents_function) {
  EXPECT_TRUE(contains(check_requirements(section_of({}), without_append()), "flb_input_log_append"));
}

TEST(fluentbit_requirements, handover_works_on_any_thread_and_warns_of_losses) {
  const ConfigSection section = section_of({{"checkpoint_after", "handover"}});
  for (const AgentThread thread : {AgentThread::kPipeline, AgentThread::kInput, AgentThread::kOther})
    EXPECT_EQ(check_requirements(section, on(thread)), "");
  EXPECT_TRUE(contains(caution(section), "are lost if it is killed or crashes"));
}

TEST(fluentbit_requirements, handover_without_the_agents_function_requires_the_instance_of_a_call) {
  const ConfigSection section = section_of({{"checkpoint_after", "handover"}});
  Surroundings old = without_append();
  EXPECT_EQ(check_requirements(section, old), "");
  old.has_context = false;
  EXPECT_TRUE(contains(check_requirements(section, old), "threaded on"));
  old.thread = AgentThread::kInput;
  EXPECT_EQ(check_requirements(section, old), "");
}

TEST(fluentbit_requirements, delivery_works_on_any_thread_is_experimental_and_requires_metadata) {
  const ConfigSection section = section_of({{"checkpoint_after", "delivery"}});
  EXPECT_EQ(check_requirements(section, on(AgentThread::kInput)), "");
  EXPECT_TRUE(contains(caution(section), "experimental"));
  EXPECT_TRUE(contains(check_requirements(section, without_append()), "flb_input_log_append"));
  Surroundings old = kUnthreaded;
  old.metadata = false;
  EXPECT_TRUE(contains(check_requirements(section, old), "Fluent Bit 2.1"));
}

TEST(fluentbit_requirements, a_tag_format_requires_the_agents_function) {
  const ConfigSection section = section_of({{"checkpoint_after", "handover"}, {"tag_format", "$log_group"}});
  EXPECT_EQ(check_requirements(section, kUnthreaded), "");
  EXPECT_TRUE(contains(check_requirements(section, without_append()), "tag_format needs"));
}

TEST(fluentbit_requirements, chunk_bytes_is_at_most_one_mebibyte) {
  EXPECT_EQ(check_requirements(section_of({{"chunk_bytes", "1M"}}), kUnthreaded), "");
  EXPECT_EQ(check_requirements(section_of({{"chunk_bytes", "1048577"}}), kUnthreaded),
            "PS0953: invalid chunk_bytes '1048577': expected at most 1M");
}

TEST(fluentbit_requirements, all_unmet_requirements_are_reported_together) {
  const std::string problems =
      check_requirements(section_of({{"chunk_bytes", "2M"}, {"tag_format", "x"}}), without_append());
  EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 2);
}

}  // namespace
}  // namespace penstock::fluentbit
