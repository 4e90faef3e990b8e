// What the option tables contain, and which errors invalid options cause.
#include <algorithm>
#include <cctype>

#include "tests/abi/library.h"

namespace penstock::abi {
namespace {

struct Problem {
  size_t index;
  int32_t code;
  std::string text;
};

void keep(void* ctx, size_t index, const penstock_error* error) {
  static_cast<std::vector<Problem>*>(ctx)->push_back({index, error->code, error->text});
}

std::vector<Problem> problems(const penstock_stage* stage, const Options& options) {
  const std::vector<penstock_option> list = c_options(options);
  std::vector<Problem> found;
  const int32_t code = stage->check(list.data(), list.size(), sizeof(penstock_option), keep, &found);
  EXPECT_EQ(code, found.empty() ? PENSTOCK_OK : PENSTOCK_E_OPTIONS);
  return found;
}

std::string create_error(const penstock_stage* stage, const Options& options) {
  const std::vector<penstock_option> list = c_options(options);
  penstock_error error = new_error();
  auto* instance = reinterpret_cast<penstock_instance*>(&error);
  EXPECT_EQ(stage->create(nullptr, list.data(), list.size(), sizeof(penstock_option), &instance, &error),
            PENSTOCK_E_OPTIONS);
  EXPECT_EQ(instance, nullptr);
  EXPECT_EQ(error.code, PENSTOCK_E_OPTIONS);
  EXPECT_EQ(error.retryable, 0);
  return error.text;
}

TEST(abi, the_module_lists_an_input_a_filter_and_an_output) {
  EXPECT_NE(kinesis_input(), nullptr);
  EXPECT_NE(lambda_logs(), nullptr);
  EXPECT_NE(kinesis_output(), nullptr);
  EXPECT_GE(module()->struct_size, sizeof(penstock_module));
  EXPECT_STREQ(module()->version, PENSTOCK_TEST_VERSION);
}

TEST(abi, every_stage_is_complete) {
  for (const penstock_stage* s : all_stages()) {
    SCOPED_TRACE(s->id);
    EXPECT_GE(s->struct_size, sizeof(penstock_stage));
    EXPECT_GE(s->option_info_stride, sizeof(penstock_option_info));
    EXPECT_NE(*s->summary, '\0');
    EXPECT_EQ(s->input != nullptr, s->kind == PENSTOCK_INPUT);
    EXPECT_EQ(s->filter != nullptr, s->kind == PENSTOCK_FILTER);
    EXPECT_EQ(s->output != nullptr, s->kind == PENSTOCK_OUTPUT);
    EXPECT_TRUE(s->check && s->create && s->descriptor && s->next_deadline_ms && s->stats && s->close &&
                s->destroy);
  }
}

TEST(abi, every_option_has_help_and_a_valid_default) {
  for (const penstock_stage* s : all_stages()) {
    for (const penstock_option_info& info : option_infos(s)) {
      SCOPED_TRACE(std::string(s->id) + " " + info.name);
      EXPECT_NE(*info.type, '\0');
      EXPECT_NE(*info.help, '\0');
      EXPECT_FALSE(info.required != 0 && info.default_value != nullptr);
      if (info.default_value == nullptr || *info.default_value == '\0') continue;
      Options options = working_options(s);
      std::erase_if(options, [&](const auto& option) { return option.first == info.name; });
      options.emplace_back(info.name, info.default_value);
      for (const Problem& problem : problems(s, options)) ADD_FAILURE() << problem.text;
    }
  }
}

// Names that log agents use themselves and never pass to a plugin.
TEST(abi, no_option_has_a_name_that_agents_reserve) {
  const std::vector<std::string> kept = {"name",          "tag",         "match",        "match_regex",
                                         "alias",         "host",        "port",         "ipv6",
                                         "workers",       "retry_limit", "log_level",    "log_suppress_interval",
                                         "mem_buf_limit", "threaded",    "no_multiplex", "routable",
                                         "processors",    "tls",         "tls."};
  for (const penstock_stage* s : all_stages()) {
    for (const penstock_option_info& info : option_infos(s)) {
      const std::string name = info.name;
      EXPECT_EQ(std::count(kept.begin(), kept.end(), name), 0) << s->id << " " << name;
      for (const char* prefix : {"tls", "net.", "storage.", "thread."})
        EXPECT_FALSE(name.starts_with(prefix)) << s->id << " " << name;
      EXPECT_TRUE(std::all_of(name.begin(), name.end(),
                              [](unsigned char c) { return std::islower(c) || std::isdigit(c) || c == '_'; }))
          << s->id << " " << name;
    }
  }
}

TEST(abi, valid_options_have_no_problems) {
  for (const penstock_stage* s : all_stages()) EXPECT_TRUE(problems(s, working_options(s)).empty()) << s->id;
}

TEST(abi, keys_are_compared_without_case) {
  for (const penstock_stage* s : all_stages()) {
    Options options = working_options(s);
    for (auto& [key, value] : options)
      std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::toupper(c); });
    EXPECT_TRUE(problems(s, options).empty()) << s->id;
  }
}

TEST(abi, an_unknown_option_is_rejected_with_a_suggestion) {
  Options options = working_options(kinesis_input());
  options.emplace_back("on_failur", "drop");
  const std::string text = create_error(kinesis_input(), options);
  EXPECT_NE(text.find("on_failur"), std::string::npos) << text;
  EXPECT_NE(text.find("on_failure"), std::string::npos) << text;
}

TEST(abi, an_option_set_twice_is_rejected) {
  Options options = working_options(kinesis_output());
  options.push_back(options.front());
  const std::string text = create_error(kinesis_output(), options);
  EXPECT_NE(text.find(options.front().first), std::string::npos) << text;
}

TEST(abi, each_missing_required_option_is_reported_at_the_index_past_the_end) {
  for (const penstock_stage* s : {kinesis_input(), kinesis_output()}) {
    for (const penstock_option_info& info : option_infos(s)) {
      if (info.required == 0) continue;
      Options options = working_options(s);
      std::erase_if(options, [&](const auto& option) { return option.first == info.name; });
      const std::vector<Problem> found = problems(s, options);
      ASSERT_EQ(found.size(), 1u) << info.name;
      EXPECT_EQ(found[0].index, options.size());
      EXPECT_EQ(found[0].code, PENSTOCK_E_OPTIONS);
      EXPECT_NE(found[0].text.find(info.name), std::string::npos) << found[0].text;
    }
  }
}

TEST(abi, checkpoint_and_on_failure_are_required_and_the_error_lists_the_choices) {
  for (const char* name : {"checkpoint", "on_failure"}) {
    Options options = working_options(kinesis_input());
    std::erase_if(options, [&](const auto& option) { return option.first == name; });
    const std::string text = create_error(kinesis_input(), options);
    EXPECT_NE(text.find("file:"), std::string::npos) << text;
  }
}

TEST(abi, check_reports_every_problem_at_its_own_index) {
  Options options = {{"steam", "mill"}, {"initial_position", "nowhere"}, {"on_failure", "drop"}};
  const std::vector<Problem> found = problems(kinesis_input(), options);
  std::vector<size_t> indexes;
  indexes.reserve(found.size());
  for (const Problem& problem : found) indexes.push_back(problem.index);
  for (size_t wanted : {size_t{0}, size_t{1}, options.size()})
    EXPECT_NE(std::find(indexes.begin(), indexes.end(), wanted), indexes.end()) << wanted;
  EXPECT_EQ(std::find(indexes.begin(), indexes.end(), size_t{2}), indexes.end());
}

TEST(abi, control_characters_in_an_option_are_escaped_in_the_error) {
  Options options = working_options(lambda_logs());
  options.emplace_back(std::string("a\x1b[31m\nb\0c", 9), std::string(5000, 'x'));
  const std::string text = create_error(lambda_logs(), options);
  EXPECT_LT(text.size(), sizeof(penstock_error::text));
  for (const char c : text) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << text;
}

}  // namespace
}  // namespace penstock::abi
