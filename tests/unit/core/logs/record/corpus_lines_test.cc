// Real log lines, compared with rules for their format. There are rules instead of expected records because there
// are many lines. The rules were written from the formats' documentation and share no code with the filter.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <array>
#include <ctime>
#include <iomanip>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/record_checker.h"
#include "tests/unit/core/logs/corpus.h"
#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

using corpus::member;
using corpus::to_string;
using rapidjson::Document;
using rapidjson::Value;

// The source of a record's level.
enum class LevelOf {
  nothing,   // INFO
  failure,   // ERROR
  status,    // ERROR if the line has a failing one, otherwise INFO
  bracket,   // the text in brackets at the beginning, in capitals
  column,    // the third column, or INFO if it is not a level
  log4j,     // the first word that log4j has as a level
  text,      // the first word or the text in brackets that is a level, or INFO
  drop,      // WARN
  own,       // the object's own, or none
  log,       // the object's log_level
  platform,  // of the object's record: ERROR if it has a failing status or is a string
};

struct Rule {
  const char* event;  // "": none
  LevelOf level;
};

const std::map<std::string, Rule> kRules = {
    {"lambda.start", {"start", LevelOf::nothing}},
    {"lambda.end", {"end", LevelOf::nothing}},
    {"lambda.report", {"report", LevelOf::status}},
    {"lambda.init_start", {"initStart", LevelOf::nothing}},
    {"lambda.init_report", {"initReport", LevelOf::status}},
    {"lambda.restore_start", {"restoreStart", LevelOf::nothing}},
    {"lambda.restore_report", {"restoreReport", LevelOf::status}},
    {"lambda.extension", {"extension", LevelOf::nothing}},
    {"lambda.telemetry_sub", {"telemetry", LevelOf::nothing}},
    {"lambda.xray", {"xray", LevelOf::nothing}},
    {"lambda.timeout", {"timeout", LevelOf::failure}},
    {"lambda.runtime_exit", {"exit", LevelOf::failure}},
    {"lambda.unknown_app_error", {"error", LevelOf::failure}},
    {"lambda.warning", {"error", LevelOf::failure}},
    {"app.python.text", {"", LevelOf::bracket}},
    {"app.python.unhandled", {"error", LevelOf::failure}},
    {"app.python.traceback", {"", LevelOf::failure}},
    {"app.node.text", {"", LevelOf::column}},
    {"app.node.text.spaces", {"", LevelOf::column}},
    {"app.dotnet.native", {"", LevelOf::text}},
    {"app.dotnet.unhandled", {"error", LevelOf::failure}},
    {"app.java.log4j2", {"", LevelOf::log4j}},
    {"app.java.log4j2.no_date", {"", LevelOf::log4j}},
    {"app.java.lambdalogger", {"", LevelOf::text}},
    {"app.go.log", {"", LevelOf::nothing}},
    {"app.powershell", {"", LevelOf::bracket}},
    {"app.extension.text", {"", LevelOf::text}},
    {"app.text", {"", LevelOf::nothing}},
    {"app.text.level_prefix", {"", LevelOf::bracket}},
    {"samcli.app.dotnet.text", {"", LevelOf::nothing}},
    {"samcli.app.java", {"", LevelOf::nothing}},
    {"samcli.app.node.text.spaces", {"", LevelOf::nothing}},
    {"samcli.lambda.end", {"", LevelOf::nothing}},
    {"json.app", {"", LevelOf::own}},
    {"json.app.pretty", {"", LevelOf::own}},
    {"json.app.python_unhandled", {"error", LevelOf::log}},
    {"json.emf", {"", LevelOf::own}},
    {"json.emf.lambda_insights", {"", LevelOf::own}},
    {"json.powertools", {"", LevelOf::own}},
    {"json.system.extension", {"", LevelOf::own}},
    {"json.system.function", {"", LevelOf::own}},
    {"json.system.platform.start", {"start", LevelOf::platform}},
    {"json.system.platform.start.malformed", {"", LevelOf::nothing}},
    {"json.system.platform.report", {"report", LevelOf::platform}},
    {"json.system.platform.runtimeDone", {"", LevelOf::platform}},
    {"json.system.platform.initStart", {"initStart", LevelOf::platform}},
    {"json.system.platform.initRuntimeDone", {"", LevelOf::platform}},
    {"json.system.platform.initReport", {"initReport", LevelOf::platform}},
    {"json.system.platform.restoreStart", {"restoreStart", LevelOf::platform}},
    {"json.system.platform.restoreRuntimeDone", {"", LevelOf::platform}},
    {"json.system.platform.restoreReport", {"restoreReport", LevelOf::platform}},
    {"json.system.platform.extension", {"extension", LevelOf::platform}},
    {"json.system.platform.telemetrySubscription", {"telemetry", LevelOf::platform}},
    {"json.system.platform.logsSubscription", {"logs", LevelOf::platform}},
    {"json.system.platform.logsDropped", {"logsDropped", LevelOf::drop}},
    {"json.system.platform.fault", {"error", LevelOf::platform}},
};

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
  return words;
}

std::string capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

bool is_level(const std::string& word) {
  for (const char* const level : {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"})
    if (word == level) return true;
  return false;
}

bool is_failing(const std::string& status) {
  return status == "error" || status == "failure" || status == "timeout";
}

// One line of the corpus, and its record.
struct Case {
  std::string format;
  std::string message;
  Document object;  // the message, if it is a JSON object
  Document record;

  bool is_object() const { return !object.HasParseError() && object.IsObject(); }
  // Returns the line's, or an empty object.
  const Value& lambda() const {
    static const Value kNone(rapidjson::kObjectType);
    return record.HasMember("lambda") ? record["lambda"] : kNone;
  }
  const Value& platform_record() const { return object["record"]; }
};

std::string expected_level(const Case& line, LevelOf level) {
  const std::vector<std::string> words = words_of(line.message);
  switch (level) {
    case LevelOf::nothing:
      return "INFO";
    case LevelOf::failure:
      return "ERROR";
    case LevelOf::status:
      for (const char* const status : {"error", "failure", "timeout"})
        if (contains(line.message, "Status: " + std::string(status))) return "ERROR";
      return "INFO";
    case LevelOf::bracket:
      return capitals(line.message.substr(1, line.message.find(']') - 1));
    case LevelOf::column:
      return words.size() > 2 && is_level(words[2]) ? words[2] : "INFO";
    case LevelOf::log4j:
      for (const std::string& word : words)
        if (is_level(word)) return word;
      return "none";
    case LevelOf::text:
      for (const std::string& word : words)
        for (const std::string name : {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"})
          if (word == name || word == name + ":" || word == "[" + name + "]") return name;
      return "INFO";
    case LevelOf::drop:
      return "WARN";
    case LevelOf::own:
      return member(line.object, "level");
    case LevelOf::log:
      return member(line.object, "log_level");
    case LevelOf::platform:
      if (line.object.HasMember("level")) return member(line.object, "level");
      return line.platform_record().IsString() || is_failing(member(line.platform_record(), "status")) ? "ERROR"
                                                                                                       : "INFO";
  }
  return "none";
}

std::string expected_event(const Case& line, const Rule& rule) {
  // Returns what ended the function, whatever the format.
  if (contains(line.message, "Task timed out after ") && line.message.starts_with("RequestId:")) return "timeout";
  if (line.is_object() && line.object.HasMember("record") && line.platform_record().IsString() &&
      line.format.starts_with("json.system.platform."))
    return contains(line.message, "Process exited") ? "exit" : "error";
  for (const char* const prose : {"\tUncaught Exception", "\tUnhandled Promise Rejection", "\tInvoke Error"})
    if (contains(line.message, prose)) return "error";
  return rule.event;
}

struct Number {
  const char* key;
  const char* name;
};
constexpr std::array kNumbers = {
    Number{"Duration: ", "durationMs"},
    Number{"Billed Duration: ", "billedDurationMs"},
    Number{"Memory Size: ", "memorySizeMB"},
    Number{"Max Memory Used: ", "maxMemoryUsedMB"},
    Number{"Init Duration: ", "initDurationMs"},
    Number{"Restore Duration: ", "restoreDurationMs"},
    Number{"Billed Restore Duration: ", "billedRestoreDurationMs"},
};

// Returns the number after a key, or "". The key must not be the end of a longer one.
std::string number_after(const std::string& message, const std::string& key) {
  for (size_t at = 0; (at = message.find(key, at)) != std::string::npos; ++at) {
    const std::string before = message.substr(0, at);
    bool is_longer = false;
    for (const char* const word : {"Billed ", "Init ", "Restore ", "Runtime "})
      is_longer = is_longer || before.ends_with(word);
    if (is_longer) continue;
    const size_t from = at + key.size();
    return message.substr(from, message.find_first_not_of("0123456789.", from) - from);
  }
  return "";
}

void expect_numbers(const Case& line) {
  for (const Number& number : kNumbers) {
    std::string name = number.name;
    if (line.format == "lambda.restore_report" && name == "durationMs") name = "restoreDurationMs";
    const std::string expected = number_after(line.message, number.key);
    if (name == "restoreDurationMs" && expected.empty() && line.lambda().HasMember("restoreDurationMs")) continue;
    ASSERT_EQ(line.lambda().HasMember(name.c_str()), !expected.empty()) << name;
    if (expected.empty()) continue;
    EXPECT_EQ(line.lambda()[name.c_str()].GetDouble(), std::stod(expected)) << name;
  }
}

struct Text {
  const char* key;
  const char* name;
};
constexpr std::array kTexts = {
    Text{"RequestId:", "requestId"},
    Text{"Status:", "status"},
    Text{"Error Type:", "errorType"},
    Text{"Phase:", "phase"},
    Text{"Runtime Version:", "runtimeVersion"},
    Text{"Runtime Version ARN:", "runtimeVersionArn"},
    Text{"Name:", "extensionName"},
    Text{"State:", "extensionState"},
    Text{"TraceId:", "xrayTraceId"},
    Text{"SegmentId:", "xraySegmentId"},
};

// Each Lambda line has at most one of these. A redacted ID may contain spaces.
void expect_text(const Case& line, const Text& text) {
  const size_t at = line.message.find(text.key);
  if (at == std::string::npos) {
    EXPECT_EQ(member(line.lambda(), text.name), "") << text.name;
    return;
  }
  std::string value = words_of(line.message.substr(at + std::string_view(text.key).size() + 1))[0];
  value = value.substr(0, value.find('\\'));
  const std::string read = member(line.lambda(), text.name);
  EXPECT_TRUE(value.starts_with('<') ? read.starts_with(value) : read == value) << text.name << ": " << read;
}

bool is_keyword_line(const std::string& format) {
  for (const char* const keyword : {"start", "end", "report", "init_start", "init_report", "restore_start",
                                    "restore_report", "extension", "telemetry_sub", "xray"})
    if (format == "lambda." + std::string(keyword)) return true;
  return false;
}

void expect_same(const Value& from, const char* name, const Case& line, const char* lambda_name) {
  if (!from.IsObject() || !from.HasMember(name)) {
    EXPECT_FALSE(line.lambda().HasMember(lambda_name)) << lambda_name;
    return;
  }
  ASSERT_TRUE(line.lambda().HasMember(lambda_name)) << lambda_name;
  EXPECT_TRUE(line.lambda()[lambda_name] == from[name]) << lambda_name;
}

void expect_platform_fields(const Case& line) {
  const Value& record = line.platform_record();
  if (!record.IsObject()) return;
  expect_same(record, record.HasMember("functionVersion") ? "functionVersion" : "version", line, "version");
  for (const char* const name :
       {"requestId", "status", "errorType", "phase", "runtimeVersion", "runtimeVersionArn", "tenantId"})
    expect_same(record, name, line, name);
  expect_same(record, "name", line, "extensionName");
  expect_same(record, "state", line, "extensionState");
  static const Value kNone(rapidjson::kObjectType);
  const Value& metrics = record.HasMember("metrics") ? record["metrics"] : kNone;
  const std::string event = member(line.lambda(), "event");
  if (event == "report")
    for (const Number& number : kNumbers) expect_same(metrics, number.name, line, number.name);
  else if (event == "initReport")
    expect_same(metrics, "durationMs", line, "initDurationMs");
  else if (event == "restoreReport")
    expect_same(metrics, "durationMs", line, "restoreDurationMs");
  else
    EXPECT_FALSE(line.lambda().HasMember("durationMs"));
  if (!record.HasMember("tracing")) return;
  const std::string header = member(record["tracing"], "value");
  EXPECT_TRUE(header.starts_with("Root=" + member(line.lambda(), "xrayTraceId") + ";"));
  EXPECT_TRUE(contains(header, ";Parent=" + member(line.lambda(), "xraySegmentId") + ";"));
  ASSERT_TRUE(line.lambda().HasMember("xraySampled"));
  EXPECT_EQ(line.lambda()["xraySampled"].GetBool(), contains(header, ";Sampled=1"));
}

std::string rfc3339(int64_t time_ms) {
  const time_t seconds = time_ms / 1000;
  std::tm time = {};
  gmtime_r(&seconds, &time);
  std::ostringstream text;
  text << std::put_time(&time, "%FT%T") << '.' << std::setw(3) << std::setfill('0') << time_ms % 1000 << 'Z';
  return text.str();
}

constexpr int64_t kFirstTimeMs = 100'000'000'000;  // some lines come from tests and have a smaller number

// Converts 2025-05-05 04:01:36,154+0000.
std::string rfc3339_of_powertools(std::string time) {
  EXPECT_EQ(time.substr(19, 1), ",") << time;
  EXPECT_EQ(time.substr(23), "+0000") << time;
  time[10] = 'T';
  time[19] = '.';
  return time.substr(0, 23) + "Z";
}

void expect_timestamp(const Case& line) {
  std::string expected(kEventTime);
  if (line.is_object()) {
    const std::string time = member(line.object, "time");
    if (line.object.HasMember("timestamp") && is_rfc3339(member(line.object, "timestamp")))
      expected = member(line.object, "timestamp");
    else if (!time.empty())
      expected = contains(time, ".") ? time : time.substr(0, 19) + ".000Z";
    else if (line.object.HasMember("_aws") && line.object["_aws"]["Timestamp"].GetInt64() >= kFirstTimeMs)
      expected = rfc3339(line.object["_aws"]["Timestamp"].GetInt64());
    else if (line.format == "json.powertools")
      expected = rfc3339_of_powertools(member(line.object, "timestamp"));
  } else if (line.format == "app.python.text") {
    expected = words_of(line.message)[1];
  } else if (line.format.starts_with("app.node.text") || line.format == "lambda.timeout") {
    expected = words_of(line.message)[0];
  }
  EXPECT_EQ(member(line.record, "timestamp"), expected);
}

// The ID in the second or third column. For an unhandled error before any request, it is missing.
void expect_request_column(const Case& line, size_t column) {
  const std::string id = words_of(line.message)[column];
  EXPECT_EQ(member(line.lambda(), "requestId"), id == "undefined" ? "" : id);
}

void expect_rule(const Case& line, const Rule& rule) {
  const std::string level = expected_level(line, rule.level);
  EXPECT_EQ(member(line.record, "level"), level);
  EXPECT_EQ(member(line.lambda(), "event"), expected_event(line, rule));
  expect_timestamp(line);
  if (rule.level == LevelOf::platform) expect_platform_fields(line);
  if (rule.level == LevelOf::own) EXPECT_FALSE(line.record.HasMember("lambda"));
  if (line.format == "app.python.text") expect_request_column(line, 2);
  if (line.format.starts_with("app.node.text")) expect_request_column(line, 1);
  if (line.format == "app.java.log4j2") expect_request_column(line, 2);
  if (line.format == "app.java.log4j2.no_date") expect_request_column(line, 0);
  if (line.format == "lambda.start") expect_text(line, {"Version:", "version"});
  if (line.format == "lambda.report" || line.format.ends_with("_report")) expect_numbers(line);
  if (is_keyword_line(line.format))
    for (const Text& text : kTexts) expect_text(line, text);
}

TEST(corpus_lines, each_real_line_has_a_rule_and_becomes_a_matching_record) {
  const std::vector<Document> lines = corpus::read_lines("lambda-lines.jsonl");
  if (lines.empty()) GTEST_SKIP() << "no " << corpus::path("lambda-lines.jsonl") << "; set PENSTOCK_TEST_DATA";
  const RecordChecker checker{LambdaFilterOptions()};
  for (const Document& entry : lines) {
    Case line;
    line.format = member(entry, "format");
    line.message = to_string(entry["message"]);
    SCOPED_TRACE(line.format + ": " + line.message);
    const std::string record = filtered_one(line.message);
    EXPECT_EQ(checker.fault(record, line.message), "") << record;
    line.record.Parse<rapidjson::kParseValidateEncodingFlag>(record.data(), record.size());
    line.object.Parse(line.message.data(), line.message.size());
    ASSERT_TRUE(!line.record.HasParseError() && line.record.IsObject()) << record;
    const auto rule = kRules.find(line.format);
    ASSERT_NE(rule, kRules.end()) << "a format without a rule";
    expect_rule(line, rule->second);
  }
}

}  // namespace
}  // namespace penstock::logs
