// Levels: a record has the level that its line names, and no line or object gets one that it does not name.
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <array>
#include <cctype>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/core/logs/corpus.h"
#include "tests/unit/core/logs/record/filtering.h"

namespace penstock::logs {
namespace {

using rapidjson::Document;
using rapidjson::Value;

Document record_of(const std::string& line) {
  const std::string text = filtered_one(line);
  Document record;
  record.Parse(text.data(), text.size());
  EXPECT_TRUE(!record.HasParseError() && record.IsObject()) << text;
  return record;
}

void expect_facts(const Value& record, const Value& expected) {
  EXPECT_EQ(corpus::member(record, "level"), corpus::member(expected, "level"));
  static const Value kNone(rapidjson::kObjectType);
  const Value& facts = record.HasMember("lambda") ? record["lambda"] : kNone;
  const Value& wanted = expected.HasMember("lambda") ? expected["lambda"] : kNone;
  EXPECT_EQ(corpus::member(facts, "event"), corpus::member(wanted, "event"));
  for (const auto& fact : wanted.GetObject()) {
    ASSERT_TRUE(facts.HasMember(fact.name)) << fact.name.GetString();
    EXPECT_TRUE(facts[fact.name] == fact.value) << fact.name.GetString();
  }
}

// Their expectations were written by hand.
TEST(levels, levels_and_facts_of_real_lines_are_those_that_a_reader_expects) {
  const std::vector<Document> lines = corpus::read_lines("lambda-lines-2.jsonl");
  if (lines.empty()) GTEST_SKIP() << "no " << corpus::path("lambda-lines-2.jsonl") << "; set PENSTOCK_TEST_DATA";
  for (const Document& entry : lines) {
    const std::string message = corpus::to_string(entry["message"]);
    SCOPED_TRACE(corpus::member(entry, "format") + ": " + message);
    expect_facts(record_of(message), entry["expect"]);
  }
}

// Writes prose and objects that name levels everywhere, except where a logger does.
class Writer {
 public:
  explicit Writer(uint32_t seed) : engine_(seed) {}

  std::string prose() {
    constexpr std::array<std::string_view, 20> kHeads = {"",
                                                         "",
                                                         "",
                                                         "",
                                                         "[a][b] ",
                                                         "[10:15:30] ",
                                                         "10:25PM ",
                                                         "2026/09/14 22:25:42 main.go:12: ",
                                                         "(node:8) ",
                                                         "/var/task/app.py:3: ",
                                                         "PHP ",
                                                         "E0914 22:25:42 ",
                                                         "[worker] ",
                                                         "2026/09/14 22:25:42 ",
                                                         "2024-06-18T02:07:06.123Z ",
                                                         "2024-06-18 02:07:06 ",
                                                         "10:15:30.123 ",
                                                         "user=7 ",
                                                         "- ",
                                                         "\x1b[1m"};
    std::string text = one_of(kHeads) + one_of(kFirstWords);
    for (size_t words = below(20); words > 0; --words) text += one_of(kSeparators) + word();
    return text;
  }

  std::string object() {
    constexpr std::array<std::string_view, 10> kNames = {"message", "msg", "error", "errorMessage", "severity",
                                                         "status",  "lvl", "log",   "errorType",    "orderId"};
    std::string text = R"({"service":"orders")";
    for (const std::string_view name : kNames)
      if (below(2) == 0) text += ",\"" + std::string(name) + "\":" + value();
    return text + "}";
  }

 private:
  static constexpr std::array<std::string_view, 16> kFirstWords = {
      "the", "Order",  "we",     "An",     "checking", "GET",      "Error",    "Warning",
      "my",  "errors", "Failed", "warned", "ERRORS",   "INFORMED", "DEBUGGER", "connection"};
  static constexpr std::array<std::string_view, 14> kWords = {
      "order", "paid", "ERROR", "error",       "WARN",    "warning",   "FATAL",
      "debug", "INFO", "info:", "level=error", "[ERROR]", "KeyError:", "7"};
  static constexpr std::array<std::string_view, 5> kSeparators = {" ", " ", " ", ", ", "\n"};

  template <size_t size>
  std::string one_of(const std::array<std::string_view, size>& all) {
    return std::string(all[below(size)]);
  }
  size_t below(size_t limit) { return std::uniform_int_distribution<size_t>(0, limit - 1)(engine_); }
  std::string word() { return one_of(kWords); }
  std::string value() {
    switch (below(4)) {
      case 0:
        return std::to_string(below(1000));
      case 1:
        return R"({"level":"ERROR","text":")" + word() + "\"}";
      case 2:
        return "[\"" + word() + "\"]";
      default:
        return "\"" + word() + " " + word() + "\"";
    }
  }

  std::mt19937 engine_;
};

// A form of a logger, with a level of its vocabulary.
struct Form {
  std::string before;
  std::string_view levels;  // with spaces
  std::string after;
};

TEST(levels, levels_are_found_where_loggers_write_them) {
  constexpr std::string_view kCapitals = "TRACE DEBUG INFO WARN WARNING ERROR FATAL CRITICAL";
  constexpr std::string_view kLowercase = "trace debug info warn warning error fatal";
  const std::vector<Form> forms = {
      {"", kCapitals, " "},
      {"", kCapitals, ": "},
      {"", kCapitals, ":root.a-b:"},
      {"", kLowercase, ": "},
      {"2026/09/14 22:25:42 ", kCapitals, " "},
      {"2026-09-14 22:25:42,123 - app - ", kCapitals, " - "},
      {"2026-09-14 22:25:42.123 | ", kCapitals, "    | app:f:1 - "},
      {"2026-09-14T22:25:42.123+02:00  ", kCapitals, " 1 --- [main] "},
      {"2026-09-14T22:25:42+0000 ", kLowercase, " label : "},
      {"10:15:30.123 [main] ", kCapitals, "  "},
      {"[NR_EXT] ", kCapitals, " "},
      {"[agent] 2026/09/14 22:25:42 ", kCapitals, " "},
      {"[Nest] 12  - 09/16/2026, 11:18:08 PM   ", kCapitals, " [X] "},
      {"[2026-09-14 22:25:42] local.", kCapitals, ": "},
      {"2026-09-14 22:25:42 [", kLowercase, "] "},
      {"DD_EXTENSION | ", kCapitals, " | "},
      {"\x1b[2m2026-09-14T22:25:42Z\x1b[0m \x1b[31m", kCapitals, "\x1b[0m "},
      {"time=2026-09-14T22:25:42Z level=", kLowercase, " msg="},
      {"2026/09/14 22:25:42 main.go:12: ", kCapitals, " "},
      {"[10:15:30 ", kCapitals, "] "},
      {"[2026-09-14T22:25:42Z ", kCapitals, " orders] "},
      {"[2026-09-14 22:25:42,123: ", kCapitals, "/MainProcess] "},
      {"[2026-09-14 22:25:42.123][1][", kLowercase, "][main] "},
      {"2026-09-14 22:25:42.1234|", kCapitals, "|Orders|"},
      {"2026-09-14 22:25:42,123:", kCapitals, ":"},
      {"22:25:42,123 |-", kCapitals, " in a.B - "},
      {"2026-09-14 22:25:42,123 botocore.hooks [", kCapitals, "] "},
      {"2026-09-14T22:25:42.123456Z main ", kCapitals, " "},
      {"2026-09-14T22:25:42.123+0200\t", kLowercase, "\tapp/app.go:12\t"},
      {"[Mon Sep 14 22:25:42 2026] [core:", kLowercase, "] "},
      {"#LUMIGO# - 2026-09-14 22:25:42,123 - ", kCapitals, " - "},
      {"log4j:", kCapitals, " "},
      {"prisma:", kLowercase, " "},
      {"nginx: [", kLowercase, "] "},
  };
  Writer writer(20260916);
  for (const Form& form : forms) {
    std::istringstream levels{std::string(form.levels)};
    for (std::string level; levels >> level;) {
      const std::string text = form.before + level + form.after + writer.prose();
      for (char& c : level) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      const Document record = record_of(text);
      EXPECT_EQ(corpus::member(record, "level"), level) << text;
      EXPECT_FALSE(record.HasMember("lambda")) << text;
    }
  }
}

TEST(levels, abbreviations_are_spelled_out_where_loggers_write_levels) {
  struct Abbreviation {
    std::string_view written;
    std::string_view level;
  };
  constexpr std::array<Abbreviation, 13> kAbbreviations = {{{"VRB", "VERBOSE"},
                                                            {"TRC", "TRACE"},
                                                            {"DBG", "DEBUG"},
                                                            {"INF", "INFO"},
                                                            {"WRN", "WARN"},
                                                            {"ERR", "ERROR"},
                                                            {"FTL", "FATAL"},
                                                            {"PNC", "PANIC"},
                                                            {"TRAC", "TRACE"},
                                                            {"DEBU", "DEBUG"},
                                                            {"ERRO", "ERROR"},
                                                            {"FATA", "FATAL"},
                                                            {"PANI", "PANIC"}}};
  Writer writer(20260917);
  for (const auto& [written, level] : kAbbreviations) {
    const std::string word(written);
    for (const std::string& head : {"[10:15:30 " + word + "] ", "10:25PM " + word + " ",
                                    "[10:15:30] " + word + " ", "2026/09/14 22:25:42 " + word + " "}) {
      const std::string text = head + writer.prose();
      EXPECT_EQ(corpus::member(record_of(text), "level"), level) << text;
    }
    if (written.size() == 4) EXPECT_EQ(corpus::member(record_of(word + "[0012] text"), "level"), level) << word;
    for (const std::string& text : {word + " text", word + ": text", "the " + word + " text", word + "S text"})
      EXPECT_EQ(corpus::member(record_of(text), "level"), "INFO") << text;
  }
}

TEST(levels, levels_are_never_invented_for_prose) {
  Writer writer(20260914);
  for (int line = 0; line < 10'000; ++line) {
    const std::string text = writer.prose();
    const Document record = record_of(text);
    ASSERT_EQ(corpus::member(record, "level"), "INFO") << text;
    ASSERT_FALSE(record.HasMember("lambda")) << text;
  }
}

TEST(levels, levels_are_never_invented_for_objects) {
  Writer writer(20260915);
  for (int line = 0; line < 10'000; ++line) {
    const std::string text = writer.object();
    const Document record = record_of(text);
    ASSERT_FALSE(record.HasMember("level")) << text;
    ASSERT_FALSE(record.HasMember("lambda")) << text;
  }
}

}  // namespace
}  // namespace penstock::logs
