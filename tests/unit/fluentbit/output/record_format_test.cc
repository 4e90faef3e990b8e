#include "fluentbit/output/record_format.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fluentbit/msgpack/msgpack_writer.h"

namespace penstock::fluentbit {
namespace {

using Made = RecordFormat::Made;

constexpr int64_t kSeconds = 1'566'741'555;  // 2019-08-25T13:59:15Z

// {"log": "a line", "stream": "stdout", "n": 7}
std::string line_body() {
  std::string out;
  MsgpackWriter writer(out);
  writer.map(3);
  writer.text("log");
  writer.text("a line");
  writer.text("stream");
  writer.text("stdout");
  writer.text("n");
  writer.integer(7);
  return out;
}

template <typename Write>
std::string packed(Write write) {
  std::string out;
  MsgpackWriter writer(out);
  write(writer);
  return out;
}

std::string map_of(std::string_view key, std::string_view msgpack_value) {
  return packed([&](MsgpackWriter& writer) {
    writer.map(1);
    writer.text(key);
    writer.raw(msgpack_value);
  });
}

struct Result {
  Made made;
  std::string text;
  bool operator==(const Result&) const = default;
};

void PrintTo(const Result& result, std::ostream* out) {
  *out << "made " << static_cast<int>(result.made) << ": " << result.text;
}

Result append(const RecordFormat::Options& options, std::string_view body, int64_t seconds = kSeconds,
              int32_t nanoseconds = 1'002'003) {
  RecordFormat format(options);
  EXPECT_EQ(format.problems(), "");
  LogEvent event;
  event.seconds = seconds;
  event.nanoseconds = nanoseconds;
  event.body = body;
  TextBuffer out;
  out += "before ";
  const Made made = format.append(out, event);
  EXPECT_EQ(out.view().substr(0, 7), "before ");
  return {made, std::string(out.view().substr(7))};
}

RecordFormat::Options time_key(const std::string& key) {
  RecordFormat::Options options;
  options.time_key = key;
  return options;
}

RecordFormat::Options time_key_format(const std::string& text) {
  RecordFormat::Options options = time_key("t");
  options.time_key_format = text;
  return options;
}

RecordFormat::Options log_key(const std::string& key) {
  RecordFormat::Options options;
  options.log_key = key;
  return options;
}

RecordFormat::Options data_keys(const std::string& keys) {
  RecordFormat::Options options;
  options.data_keys = keys;
  return options;
}

std::string time_as(const std::string& format, int64_t seconds = kSeconds, int32_t nanoseconds = 1'002'003) {
  const std::string text = append(time_key_format(format), map_of("a", "\x01"), seconds, nanoseconds).text;
  const std::string before = R"({"a":1,"t":")";
  EXPECT_EQ(text.substr(0, before.size()), before);
  return text.substr(before.size(), text.size() - before.size() - 2);
}

TEST(fluentbit_record_format, without_options_the_body_is_sent_as_json_without_a_newline) {
  EXPECT_EQ(append({}, line_body()), (Result{Made::json, R"({"log":"a line","stream":"stdout","n":7})"}));
}

TEST(fluentbit_record_format, an_empty_body_gives_no_record) {
  EXPECT_EQ(append({}, "\x80"), (Result{Made::nothing, ""}));
  EXPECT_EQ(append({}, "\xa0"), (Result{Made::nothing, ""}));
  EXPECT_EQ(append(time_key("t"), "\x80"), (Result{Made::nothing, ""}));
}

TEST(fluentbit_record_format, a_body_that_is_not_a_map_is_sent_unchanged_without_a_time) {
  EXPECT_EQ(append(time_key("t"),
                   "\xa3"
                   "abc"),
            (Result{Made::raw, R"("abc")"}));
}

TEST(fluentbit_record_format, the_time_comes_last_in_the_agents_default_format) {
  EXPECT_EQ(append(time_key("at"), line_body()),
            (Result{Made::json, R"({"log":"a line","stream":"stdout","n":7,"at":"2019-08-25T13:59:15"})"}));
}

TEST(fluentbit_record_format, a_member_name_with_special_characters_is_escaped) {
  EXPECT_EQ(append(time_key("a\"t"), map_of("a", "\x01")).text, R"({"a":1,"a\"t":"2019-08-25T13:59:15"})");
}

TEST(fluentbit_record_format, fractional_seconds_have_the_requested_digits) {
  EXPECT_EQ(time_as("%S.%3N"), "15.001");
  EXPECT_EQ(time_as("%S.%6N"), "15.001002");
  EXPECT_EQ(time_as("%S.%9N"), "15.001002003");
  EXPECT_EQ(time_as("%S.%LZ"), "15.001002003Z");
  EXPECT_EQ(time_as("%3N%H:%M%3N"), "00113:59001");
  EXPECT_EQ(time_as("%3N", kSeconds, 0), "000");
  EXPECT_EQ(time_as("%9N", kSeconds, 999'999'999), "999999999");
}

TEST(fluentbit_record_format, a_doubled_percent_sign_is_not_part_of_a_conversion) {
  EXPECT_EQ(time_as("%%3N %Y"), "%3N 2019");
  EXPECT_EQ(time_as("%%%3N"), "%001");
}

TEST(fluentbit_record_format, a_time_format_with_quotes_gives_valid_json) {
  EXPECT_EQ(time_as("\"%Y\""), R"(\"2019\")");
}

TEST(fluentbit_record_format, distant_times_are_clamped_to_the_years_1_to_9999) {
  EXPECT_EQ(time_as("%s", 253'402'300'799), "253402300799");
  EXPECT_EQ(time_as("%Y", INT64_MAX), "9999");
  EXPECT_EQ(time_as("%Y", INT64_MIN), "1");
  EXPECT_EQ(time_as("%Y", -1), "1969");
}

TEST(fluentbit_record_format, each_record_has_its_own_second) {
  RecordFormat format(time_key_format("%S"));
  TextBuffer out;
  LogEvent event;
  const std::string body = map_of("a", "\x01");
  event.body = body;
  for (const int64_t seconds : {kSeconds, kSeconds, kSeconds + 1, kSeconds}) {
    event.seconds = seconds;
    format.append(out, event);
  }
  EXPECT_EQ(out.view(), R"({"a":1,"t":"15"}{"a":1,"t":"15"}{"a":1,"t":"16"}{"a":1,"t":"15"})");
}

TEST(fluentbit_record_format, a_time_format_with_too_long_a_result_is_an_error) {
  EXPECT_EQ(RecordFormat(time_key_format(std::string(1000, 'x'))).problems(), "");
  EXPECT_NE(RecordFormat(time_key_format(std::string(1001, 'x'))).problems().find("more than 1000 bytes"),
            std::string::npos);
}

TEST(fluentbit_record_format, log_key_sends_strings_and_binary_raw_and_other_types_as_json) {
  const auto of = [](std::string_view value) { return append(log_key("log"), map_of("log", value)); };
  EXPECT_EQ(of("\xa6"
               "a\"b\n\xff\\"),
            (Result{Made::raw, "a\"b\n\xff\\"}));
  EXPECT_EQ(of(std::string_view("\xc4\x02\x00\x01", 4)), (Result{Made::raw, std::string("\0\1", 2)}));
  EXPECT_EQ(of("\xcd\x04\xd2"), (Result{Made::raw, "1234"}));
  EXPECT_EQ(of(map_of("a", "\x01")), (Result{Made::raw, R"({"a":1})"}));
}

TEST(fluentbit_record_format, log_key_must_match_exactly) {
  EXPECT_EQ(append(log_key("log"), map_of("lo", "\xa1x")).made, Made::no_log_key);
  EXPECT_EQ(append(log_key("log"), map_of("logs", "\xa1x")).made, Made::no_log_key);
  EXPECT_EQ(append(log_key("log"), map_of("Log", "\xa1x")).made, Made::no_log_key);
  EXPECT_EQ(append(log_key("stream"), line_body()).text, "stdout");
}

TEST(fluentbit_record_format, log_key_with_an_empty_string_gives_no_record) {
  EXPECT_EQ(append(log_key("log"), map_of("log", "\xa0")), (Result{Made::nothing, ""}));
}

TEST(fluentbit_record_format, log_key_is_missing_in_a_body_that_is_not_a_map) {
  EXPECT_EQ(append(log_key("log"), "\x07").made, Made::no_log_key);
}

TEST(fluentbit_record_format, data_keys_send_the_named_members_in_the_order_of_the_record) {
  EXPECT_EQ(append(data_keys("n,log"), line_body()), (Result{Made::json, R"({"log":"a line","n":7})"}));
  EXPECT_EQ(append(data_keys(" n , missing,"), line_body()).text, R"({"n":7})");
}

TEST(fluentbit_record_format, data_keys_without_a_match_give_no_record) {
  EXPECT_EQ(append(data_keys("other"), line_body()), (Result{Made::nothing, ""}));
}

TEST(fluentbit_record_format, the_time_is_added_even_if_data_keys_do_not_name_it) {
  RecordFormat::Options options = time_key("at");
  options.data_keys = "n";
  EXPECT_EQ(append(options, line_body()).text, R"({"n":7,"at":"2019-08-25T13:59:15"})");
}

TEST(fluentbit_record_format, mutually_exclusive_format_options_are_an_error) {
  RecordFormat::Options options = log_key("log");
  options.time_key = "at";
  EXPECT_NE(RecordFormat(options).problems().find("time_key and log_key"), std::string::npos);
  options = log_key("log");
  options.data_keys = "log";
  EXPECT_NE(RecordFormat(options).problems().find("data_keys and log_key"), std::string::npos);
}

TEST(fluentbit_record_format, every_format_option_problem_has_its_own_line) {
  RecordFormat::Options options = time_key_format(std::string(1001, 'x'));
  options.log_key = "log";
  options.data_keys = ",";
  const std::string problems = RecordFormat(options).problems();
  EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 3) << problems;
  for (const char* one :
       {"PS0953: invalid time_key_format", "more than 1000 bytes", "PS0953: invalid data_keys ','",
        "PS0954: time_key and log_key", "PS0954: data_keys and log_key"})
    EXPECT_NE(problems.find(one), std::string::npos) << one;
}

TEST(fluentbit_record_format, data_keys_without_a_name_are_an_error) {
  EXPECT_NE(RecordFormat(data_keys(" , ")).problems().find("PS0953: invalid data_keys ' , '"), std::string::npos);
}

}  // namespace
}  // namespace penstock::fluentbit
