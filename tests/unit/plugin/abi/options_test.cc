#include "plugin/abi/options.h"

#include <gtest/gtest.h>

#include <array>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "plugin/settings/connection.h"
#include "plugin/stages/stages.h"

namespace penstock::plugin {
namespace {

constexpr std::array kTable = {
    required_option("checkpoint", "memory|file:PATH", "Where the position is kept."),
    option("mem_limit", "size", "24M", "Memory."),
    option("poll_interval", "duration", "1s", "Pause."),
    option("initial_position", "trim_horizon|latest", "trim_horizon", "Where to begin."),
    option("region", "text", nullptr, "Region."),
    option("max_record", "auto|SIZE", "1M", "A word or a size."),
    option("max_age", "none|DURATION", "none", "A word or a duration."),
    option("max_tries", "none|NUMBER", "none", "A word or a number."),
};

struct Given {
  Given(std::initializer_list<std::pair<std::string, std::string>> list) : pairs(list) {
    for (const auto& [key, value] : pairs) options.push_back({bytes(key), bytes(value)});
  }
  std::vector<std::pair<size_t, std::string>> problems() const {
    std::vector<std::pair<size_t, std::string>> found;
    Options::check(kTable, options.data(), options.size(), sizeof(penstock_option),
                   [&](size_t index, const Status& status) { found.emplace_back(index, status.text()); });
    return found;
  }
  Options read() const { return {kTable, options.data(), options.size(), sizeof(penstock_option)}; }

  std::vector<std::pair<std::string, std::string>> pairs;
  std::vector<penstock_option> options;
};

TEST(options, missing_options_have_the_tables_defaults) {
  const Given given{{"checkpoint", "memory"}};
  ASSERT_TRUE(given.problems().empty());
  const Options options = given.read();
  EXPECT_EQ(options.size_bytes("mem_limit"), 24u << 20);
  EXPECT_EQ(options.duration_ms("poll_interval"), 1000);
  EXPECT_EQ(options.text("initial_position"), "trim_horizon");
  EXPECT_EQ(options.text("region"), "");
}

TEST(options, keys_and_words_ignore_case_but_paths_do_not) {
  const Given given{{"CheckPoint", "FILE:/Var/Lib/P"}, {"initial_position", "Latest"}, {"Mem_Limit", "64k"}};
  ASSERT_TRUE(given.problems().empty());
  const Options options = given.read();
  EXPECT_EQ(options.text("checkpoint"), "file:/Var/Lib/P");
  EXPECT_EQ(options.text("initial_position"), "latest");
  EXPECT_EQ(options.size_bytes("mem_limit"), 65536u);
}

TEST(options, every_problem_names_key_value_and_allowed_values) {
  const auto problems =
      Given{{"mem_limt", "1M"}, {"poll_interval", "soon"}, {"initial_position", "oldest"}}.problems();
  ASSERT_EQ(problems.size(), 4u);
  EXPECT_EQ(problems[0],
            (std::pair<size_t, std::string>(0, "PS0054: unknown option 'mem_limt'; did you mean 'mem_limit'?")));
  EXPECT_EQ(
      problems[1].second,
      "PS0084: invalid duration 'soon' for poll_interval: expected seconds, or a number with suffix ms, s, m "
      "or h; above 0, and at most 87600h (ten years)");
  EXPECT_EQ(problems[2].second,
            "PS0086: invalid value 'oldest' for initial_position: expected one of trim_horizon|latest");
  EXPECT_EQ(problems[3],
            (std::pair<size_t, std::string>(
                3, "PS0056: missing option checkpoint (memory|file:PATH): Where the position is kept.")));
}

TEST(options, an_option_set_twice_is_an_error) {
  const auto problems = Given{{"checkpoint", "memory"}, {"CHECKPOINT", "memory"}}.problems();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0],
            (std::pair<size_t, std::string>(1, "PS0055: checkpoint is set more than once: keep one")));
}

TEST(options, an_unknown_key_without_a_similar_one_gets_the_list_of_keys) {
  const auto problems = Given{{"checkpoint", "memory"}, {"zzzzzzzzz", "1"}}.problems();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].second.find("PS0054: unknown option 'zzzzzzzzz': expected one of checkpoint, mem_limit"),
            0U)
      << problems[0].second;
}

TEST(options, sizes_and_durations_are_whole_numbers_with_a_unit_that_do_not_overflow) {
  const auto bad = [](const char* key, std::string value) {
    return Given{{"checkpoint", "memory"}, {key, std::move(value)}}.problems().size() == 1;
  };
  for (const char* value : {"", "0", "-1", ".5M", "M", "24 M", "24X", "9223372036854775808", "9007199254740992K"})
    EXPECT_TRUE(bad("mem_limit", value)) << value;
  for (const char* value : {"1", "1k", "24M", "1g", "24MB", "9007199254740991K"})
    EXPECT_FALSE(bad("mem_limit", value));
  for (const char* value : {"", "0s", "1d", "s", "9223372036854775807h"})
    EXPECT_TRUE(bad("poll_interval", value)) << value;
  for (const auto& [value, ms] : {std::pair("3", 3000), std::pair("250ms", 250), std::pair("2M", 120000)})
    EXPECT_EQ((Given{{"poll_interval", value}}.read().duration_ms("poll_interval")), ms);
}

TEST(options, durations_are_at_most_ten_years) {
  for (const char* most : {"87600h", "5256000m", "315360000", "315360000s", "315360000000ms"})
    EXPECT_EQ((Given{{"checkpoint", "memory"}, {"poll_interval", most}}.read().duration_ms("poll_interval")),
              315'360'000'000)
        << most;
  for (const char* more : {"87601h", "5256001m", "315360001", "315360000001ms", "9223372036854775807ms", "1e9h"}) {
    EXPECT_EQ((Given{{"checkpoint", "memory"}, {"poll_interval", more}}.problems().size()), 1U) << more;
    EXPECT_EQ((Given{{"checkpoint", "memory"}, {"max_age", more}}.problems().size()), 1U) << more;
  }
}

TEST(options, a_choice_may_include_a_size_a_duration_or_a_number) {
  const auto good = [](const char* key, std::string value) {
    return Given{{"checkpoint", "memory"}, {key, std::move(value)}}.problems().empty();
  };
  for (const char* value : {"auto", "AUTO", "1", "10M"}) EXPECT_TRUE(good("max_record", value)) << value;
  for (const char* value : {"", "0", "SIZE", "size", "10X", "auto:1"})
    EXPECT_FALSE(good("max_record", value)) << value;
  for (const char* value : {"none", "1h"}) EXPECT_TRUE(good("max_age", value)) << value;
  for (const char* value : {"", "0s", "never", "DURATION"}) EXPECT_FALSE(good("max_age", value)) << value;
  for (const char* value : {"none", "0", "7"}) EXPECT_TRUE(good("max_tries", value)) << value;
  for (const char* value : {"", "-1", "7x", "1.5", "99999999999999999999", "NUMBER"})
    EXPECT_FALSE(good("max_tries", value)) << value;
  const Options options =
      Given{{"checkpoint", "memory"}, {"max_record", "10m"}, {"max_age", "1H"}, {"max_tries", "0"}}.read();
  EXPECT_EQ(options.size_bytes("max_record"), 10u << 20);
  EXPECT_EQ(options.duration_ms("max_age"), 3'600'000);
  EXPECT_EQ(options.number("max_tries"), 0);
  EXPECT_TRUE((Given{{"checkpoint", "Memory"}}.read().is("checkpoint", "memory")));
}

// Returns the problems of the output's options, with on_failure and region set.
std::vector<std::string> output_problems(std::vector<std::pair<std::string, std::string>> pairs) {
  pairs.emplace_back("on_failure", "drop");
  pairs.emplace_back("region", "eu-west-1");
  std::vector<penstock_option> given;
  for (const auto& [key, value] : pairs) given.push_back({bytes(key), bytes(value)});
  std::vector<std::string> found;
  const int32_t code = kKinesisOutputStage.check(
      given.data(), given.size(), sizeof(penstock_option),
      [](void* ctx, size_t, const penstock_error* error) {
        static_cast<std::vector<std::string>*>(ctx)->push_back(error->text);
      },
      &found);
  EXPECT_EQ(code, found.empty() ? PENSTOCK_OK : PENSTOCK_E_OPTIONS);
  return found;
}

TEST(options, a_bare_word_as_partition_key_is_an_error_that_suggests_a_field) {
  const auto found = output_problems({{"stream", "s"}, {"partition_key", "requestId"}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("; did you mean 'field:requestId'?"), std::string::npos) << found[0];
  EXPECT_TRUE(output_problems({{"stream", "s"}, {"partition_key", "field:requestId"}}).empty());
  EXPECT_EQ(output_problems({{"stream", "s"}, {"partition_key", "field:a..b"}}).size(), 1u);
}

TEST(options, the_stream_is_given_once_by_name_or_by_arn) {
  const std::string arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/out";
  EXPECT_TRUE(output_problems({{"stream", "out"}}).empty());
  EXPECT_TRUE(output_problems({{"stream_arn", arn}}).empty());
  EXPECT_EQ(output_problems({}).size(), 1u);
  EXPECT_EQ(output_problems({{"stream", "out"}, {"stream_arn", arn}}).size(), 1u);
  EXPECT_TRUE(output_problems({{"stream", arn}}).empty());
  EXPECT_EQ(output_problems({{"stream_arn", "out"}}).size(), 1u);
  EXPECT_EQ(output_problems({{"stream", "out,other"}}).size(), 1u);
  for (const char* malformed :
       {"arn:aws:kinesis:eu-west-1:12345:stream/out", "arn:aws:kinesis:eu-west-1:123456789012:out",
        "arn:aws:kinesis:eu-west-1:123456789012:stream/out/consumer/c:1",
        "arn:aws:kinesis:EU-WEST-1:123456789012:stream/out", "arn:other:kinesis:eu-west-1:123456789012:stream/out",
        "not a name"})
    EXPECT_EQ(output_problems({{"stream", malformed}}).size(), 1u) << malformed;
}

TEST(options, an_arn_with_another_region_than_the_region_option_is_an_error) {
  const auto found = output_problems({{"stream_arn", "arn:aws:kinesis:us-east-1:123456789012:stream/out"}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(
      found[0],
      "PS0119: region eu-west-1 is wrong: arn:aws:kinesis:us-east-1:123456789012:stream/out is in us-east-1; "
      "remove region, because the ARN includes it");
}

TEST(options, a_tilde_is_not_expanded_in_a_path) {
  const auto problems = Given{{"checkpoint", "file:~/checkpoint"}}.problems();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].second,
            "PS0059: invalid path '~/checkpoint' for checkpoint: ~ is not expanded; write the whole path, or "
            "${HOME}/checkpoint");
  EXPECT_TRUE((Given{{"checkpoint", "file:/a/~b"}}.problems().empty()));
  EXPECT_EQ(output_problems({{"stream", "s"}, {"ca_file", "~root/ca.pem"}}).size(), 1u);
}

TEST(options, ordering_per_key_excludes_random_hash_keys) {
  EXPECT_TRUE(output_problems({{"stream", "s"}, {"ordering", "per_key"}, {"aggregate", "newline"}}).empty());
  EXPECT_EQ(output_problems({{"stream", "s"}, {"ordering", "per_key"}, {"explicit_hash_key", "random"}}).size(),
            1u);
}

TEST(options, aggregate_kpl_excludes_compression) {
  EXPECT_TRUE(output_problems({{"stream", "s"}, {"aggregate", "kpl"}, {"append_newline", "on"}}).empty());
  EXPECT_TRUE(output_problems({{"stream", "s"}, {"aggregate", "kpl"}, {"ordering", "per_key"}}).empty());
  EXPECT_TRUE(output_problems({{"stream", "s"}, {"aggregate", "kpl"}, {"explicit_hash_key", "random"}}).empty());
  const auto found = output_problems({{"stream", "s"}, {"aggregate", "kpl"}, {"compression", "gzip"}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].find("PS0105: aggregate kpl cannot be used with compression gzip: "), 0U) << found[0];
}

TEST(options, the_limits_of_records_and_calls_must_be_consistent) {
  const auto bad = [](const char* record, const char* call) {
    return !output_problems({{"stream", "s"}, {"max_record_bytes", record}, {"max_request_bytes", call}}).empty();
  };
  EXPECT_FALSE(bad("10M", "10M"));
  EXPECT_FALSE(bad("auto", "1M"));
  EXPECT_TRUE(bad("10485761", "10M"));
  EXPECT_TRUE(bad("10M", "10485761"));
  EXPECT_TRUE(bad("2M", "1M"));
}

TEST(options, control_characters_are_escaped_in_error_messages) {
  const auto problems = Given{{"checkpoint", "\x1b[31m"}}.problems();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].second.find('\x1b'), std::string::npos);
}

TEST(options, each_kind_of_value_has_its_own_error) {
  const auto problem = [](const char* key, std::string value) {
    const auto found = Given{{"checkpoint", "memory"}, {key, std::move(value)}}.problems();
    return found.size() == 1 ? found[0].second : std::to_string(found.size()) + " problems";
  };
  EXPECT_EQ(problem("region", ""), "PS0057: empty value for region: set a value, or remove the option");
  EXPECT_EQ(problem("region", std::string("a\0b", 3)),
            "PS0058: invalid text 'a\\x00b' for region: it contains a NUL byte; remove the byte");
  EXPECT_EQ(problem("mem_limit", "24X"),
            "PS0060: invalid size '24X' for mem_limit: expected bytes, or a number with suffix K, M or G, such as "
            "64K; above 0");
  EXPECT_EQ(problem("max_tries", "7x"), "PS0086: invalid value '7x' for max_tries: expected one of none|NUMBER");
}

TEST(options, a_file_choice_without_a_path_is_invalid) {
  EXPECT_EQ((Given{{"checkpoint", "file:"}}.problems().size()), 1u);
}

TEST(options, a_newer_callers_larger_option_structs_are_read_by_stride) {
  struct Larger {
    penstock_option option;
    char more[16];
  };
  const std::vector<Larger> given = {{{bytes("checkpoint"), bytes("memory")}, {}},
                                     {{bytes("region"), bytes("eu-west-1")}, {}}};
  EXPECT_EQ(Options(kTable, &given[0].option, given.size(), sizeof(Larger)).text("region"), "eu-west-1");
}

// fluent-bit.md: an agent reserves these names, so a plugin never sees them.
TEST(options, no_option_has_a_name_that_agents_reserve) {
  const std::vector<std::string> kept = {
      "name",          "alias",    "tag",        "match",       "match_regex", "host",
      "port",          "ipv6",     "workers",    "retry_limit", "log_level",   "log_suppress_interval",
      "mem_buf_limit", "threaded", "routable",   "listen",      "net",         "proxy",
      "tls",           "storage",  "processors", "no_multiplex"};
  for (const penstock_stage* stage :
       {&kKinesisInputStage, &kLambdaLogsStage, &kCloudWatchLogsStage, &kKinesisOutputStage})
    for (uint32_t i = 0; i < stage->option_info_count; ++i) {
      const std::string name = stage->options[i].name;
      for (const std::string& taken : kept) {
        EXPECT_NE(name, taken);
        EXPECT_FALSE(name.starts_with(taken + ".")) << name;
      }
      EXPECT_FALSE(name.starts_with("tls")) << name;
    }
}

TEST(options, every_default_is_valid_in_its_own_table) {
  for (const penstock_stage* stage :
       {&kKinesisInputStage, &kLambdaLogsStage, &kCloudWatchLogsStage, &kKinesisOutputStage}) {
    const Options::Table table(stage->options, stage->option_info_count);
    for (size_t i = 0; i < table.size(); ++i) {
      if (table[i].default_value == nullptr) continue;
      EXPECT_EQ(table[i].required, 0) << table[i].name;
      const penstock_option one = {bytes(table[i].name), bytes(table[i].default_value)};
      Options::check(table, &one, 1, sizeof one, [&](size_t index, const Status& status) {
        EXPECT_EQ(index, 1u) << stage->id << ": " << status.message();  // 1: another option is required
      });
    }
  }
}

}  // namespace
}  // namespace penstock::plugin
