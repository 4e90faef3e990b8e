// An agent before 2.0: what it exports, and that the error says so.
#include <gtest/gtest.h>

#include <string>

#include "fluentbit/output/output_instance.h"

namespace {

std::string logged;

}  // namespace

extern "C" __attribute__((visibility("default"))) void flb_log_print(int, const char*, int, const char* text,
                                                                     ...) {
  logged += text;
}

namespace penstock::fluentbit {
namespace {

TEST(fluentbit_output_in_an_old_agent, the_output_does_not_start_in_an_old_agent_and_names_the_required_version) {
  struct {
    const char* (*output_get_property)(const char* key, void* instance);
  } const api{};
  char name[] = "penstock_kinesis";
  const proxy::Plugin plugin{name, reinterpret_cast<const proxy::Api*>(&api), nullptr, nullptr};
  EXPECT_EQ(OutputInstance::open(plugin), nullptr);
  EXPECT_EQ(
      logged,
      "[output:penstock_kinesis] PS0963: this output needs Fluent Bit 2.0 or later, and this agent is older");
}

}  // namespace
}  // namespace penstock::fluentbit
