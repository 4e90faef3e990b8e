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

TEST(fluentbit_requirements, append_works_without_a_thread_of_its_own) {
  EXPECT_EQ(check_requirements(section_of({}), kUnthreaded), "");
  EXPECT_EQ(caution(section_of({})), "");
}

TEST(fluentbit_requirements, append_on_a_thread_of_its_own_says_what_to_write) {
  EXPECT_TRUE(
      contains(check_requirements(section_of({}), on(AgentThread::kInput)), "Set threaded off in this section"));
}

TEST(fluentbit_requirements, append_on_an_unknown_thread_is_refused_rather_than_trusted) {
  EXPECT_TRUE(contains(check_requirements(section_of({}), on(AgentThread::kOther)), "checkpoint_after handover"));
}

TEST(fluentbit_requirements, append_needs_the_agents_function) {
  EXPECT_TRUE(contains(check_requirements(section_of({}), without_append()), "flb_input_log_append"));
}

TEST(fluentbit_requirements, handover_works_on_any_thread_and_says_what_can_be_lost) {
  const ConfigSection section = section_of({{"checkpoint_after", "handover"}});
  for (const AgentThread thread : {AgentThread::kPipeline, AgentThread::kInput, AgentThread::kOther})
    EXPECT_EQ(check_requirements(section, on(thread)), "");
  EXPECT_TRUE(contains(caution(section), "are lost if it is killed or crashes"));
}

TEST(fluentbit_requirements, handover_without_the_agents_function_needs_to_know_which_instance_is_called) {
  const ConfigSection section = section_of({{"checkpoint_after", "handover"}});
  Surroundings old = without_append();
  EXPECT_EQ(check_requirements(section, old), "");
  old.has_context = false;
  EXPECT_TRUE(contains(check_requirements(section, old), "threaded on"));
  old.thread = AgentThread::kInput;
  EXPECT_EQ(check_requirements(section, old), "");
}

TEST(fluentbit_requirements, delivery_works_on_any_thread_is_experimental_and_needs_metadata) {
  const ConfigSection section = section_of({{"checkpoint_after", "delivery"}});
  EXPECT_EQ(check_requirements(section, on(AgentThread::kInput)), "");
  EXPECT_TRUE(contains(caution(section), "experimental"));
  EXPECT_TRUE(contains(check_requirements(section, without_append()), "flb_input_log_append"));
  Surroundings old = kUnthreaded;
  old.metadata = false;
  EXPECT_TRUE(contains(check_requirements(section, old), "Fluent Bit 2.1"));
}

TEST(fluentbit_requirements, a_tag_format_needs_the_agents_function) {
  const ConfigSection section = section_of({{"checkpoint_after", "handover"}, {"tag_format", "$log_group"}});
  EXPECT_EQ(check_requirements(section, kUnthreaded), "");
  EXPECT_TRUE(contains(check_requirements(section, without_append()), "tag_format needs"));
}

TEST(fluentbit_requirements, a_chunk_has_one_mebibyte_at_most) {
  EXPECT_EQ(check_requirements(section_of({{"chunk_bytes", "1M"}}), kUnthreaded), "");
  EXPECT_EQ(check_requirements(section_of({{"chunk_bytes", "1048577"}}), kUnthreaded),
            "PS0953: invalid chunk_bytes '1048577': expected at most 1M");
}

TEST(fluentbit_requirements, all_that_is_unmet_is_told_at_once) {
  const std::string told =
      check_requirements(section_of({{"chunk_bytes", "2M"}, {"tag_format", "x"}}), without_append());
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 2);
}

}  // namespace
}  // namespace penstock::fluentbit
