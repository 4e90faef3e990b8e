// How the host plans an input of a Fluent Bit conf that transforms records itself.
#include "host/plan/agent_transform.h"

#include <gtest/gtest.h>

#include "tests/unit/host/conf/conf_test_base.h"

namespace penstock::host {
namespace {

int32_t create(const penstock_host*, const penstock_option*, size_t, size_t, penstock_instance**,
               penstock_error*) {
  return PENSTOCK_E_INTERNAL;
}
void destroy(penstock_instance*) {}
int32_t poll(penstock_instance*, int64_t, penstock_emit_fn, void*, penstock_error*) { return PENSTOCK_OK; }
int32_t ack(penstock_instance*, uint64_t, int32_t, penstock_error*) { return PENSTOCK_OK; }
int32_t apply(penstock_instance*, const penstock_batch*, penstock_emit_fn, void*, penstock_error*) {
  return PENSTOCK_OK;
}

// Stages with the relevant IDs and options, which are planned and never created.
class agent_transform : public ConfTest {
 protected:
  agent_transform() {
    input_.struct_size = sizeof input_;
    input_.kind = PENSTOCK_INPUT;
    input_.id = "penstock_kinesis";
    input_.input = &input_calls_;
    input_.create = create;
    input_.destroy = destroy;
    filter_.struct_size = sizeof filter_;
    filter_.kind = PENSTOCK_FILTER;
    filter_.id = "lambda_logs";
    filter_.options = &source_key_;
    filter_.option_info_count = 1;
    filter_.option_info_stride = sizeof source_key_;
    filter_.filter = &filter_calls_;
    filter_.create = create;
    filter_.destroy = destroy;
    EXPECT_EQ(modules_.add({sizeof(penstock_module), 0, "", stages_, nullptr}), "");
  }

  Plan plan(const std::string& content, bool inputs_transform = true) {
    return make_plan(read(content), modules_, {true, inputs_transform});
  }

  // Returns "label(key=value)" for each filter on the route of the first input.
  static std::string route(const Plan& plan) {
    std::string out;
    for (const size_t filter : plan.routes.at(0).filters) {
      out += plan.filters[filter].label + "(";
      for (const Entry& entry : plan.filters[filter].options) out += entry.key + "=" + entry.value;
      out += ")";
    }
    return out;
  }

  static std::string texts(const Plan& plan) {
    std::string out;
    for (const Problem& problem : plan.problems)
      out += std::to_string(problem.place.line) + ": " + problem.text + "\n";
    return out;
  }

  penstock_option_info source_key_ = {"source_key", "text", "source", "", 0, 0};
  penstock_input input_calls_ = {sizeof input_calls_, 0, poll, ack, nullptr};
  penstock_filter filter_calls_ = {sizeof filter_calls_, 0, apply};
  penstock_stage input_ = {};
  penstock_stage filter_ = {};
  const penstock_stage* stages_[3] = {&input_, &filter_, nullptr};
  Modules modules_;
};

constexpr char kInput[] = "[INPUT]\n  Name penstock_kinesis\n  Tag t\n";
constexpr char kOutput[] = "[OUTPUT]\n  Name null\n  Match *\n";
constexpr char kFilter[] = "[FILTER]\n  Name lambda_logs\n  Match *\n  source_key s\n";

TEST_F(agent_transform, an_input_transforms_if_the_conf_names_the_agents_file) {
  const Plan it = plan(std::string(kInput) + kOutput);
  EXPECT_EQ(texts(it), "");
  EXPECT_EQ(route(it), "input:penstock_kinesis:0:lambda_logs()");
}

TEST_F(agent_transform, an_input_of_our_own_conf_transforms_only_if_configured) {
  EXPECT_EQ(route(plan(std::string(kInput) + kOutput, false)), "");
  EXPECT_EQ(route(plan(std::string(kInput) + "  transform on\n" + kOutput, false)),
            "input:penstock_kinesis:0:lambda_logs()");
}

TEST_F(agent_transform, transform_off_disables_it) {
  const Plan it = plan(std::string(kInput) + "  Transform OFF\n" + kOutput);
  EXPECT_EQ(texts(it), "");
  EXPECT_EQ(route(it), "");
}

TEST_F(agent_transform, filter_options_may_be_in_the_inputs_section) {
  const Plan it = plan(std::string(kInput) + "  source_key x\n" + kOutput);
  EXPECT_EQ(texts(it), "");
  EXPECT_EQ(route(it), "input:penstock_kinesis:0:lambda_logs(source_key=x)");
  EXPECT_EQ(texts(plan(std::string(kInput) + "  transform off\n  source_key x\n" + kOutput)),
            "5: PS0850: input 'penstock_kinesis' has no option 'source_key'\n");
}

TEST_F(agent_transform, a_filter_after_a_transforming_input_has_nothing_to_do) {
  const Plan it = plan(std::string(kInput) + kFilter + kOutput);
  EXPECT_EQ(texts(it), "");
  EXPECT_EQ(route(it), "input:penstock_kinesis:0:lambda_logs()");
  EXPECT_EQ(route(plan(std::string(kInput) + "  transform off\n" + kFilter + kOutput)),
            "filter:lambda_logs:0(source_key=s)");
}

TEST_F(agent_transform, transform_must_be_on_or_off) {
  EXPECT_EQ(texts(plan(std::string(kInput) + "  transform maybe\n" + kOutput)),
            "4: PS0847: invalid transform 'maybe': expected on or off\n");
  EXPECT_EQ(texts(plan(std::string(kInput) + "  transform maybe\n  source_key s\n" + kOutput)),
            "4: PS0847: invalid transform 'maybe': expected on or off\n")
      << "options of the filter are not a further error";
}

TEST_F(agent_transform, transform_with_a_plugin_without_the_filter_is_reported) {
  stages_[1] = nullptr;
  modules_ = Modules();
  EXPECT_EQ(modules_.add({sizeof(penstock_module), 0, "", stages_, nullptr}), "");
  EXPECT_EQ(texts(plan(std::string(kInput) + kOutput)),
            "1: PS0848: the plugin has no filter 'lambda_logs', which this input needs; install both from one "
            "package, or set transform off\n");
}

}  // namespace
}  // namespace penstock::host
