// The worst that the author of a log line can cause, on a stack of 64 KiB and in bounded memory.
#include <gtest/gtest.h>
#include <pthread.h>
#include <rapidjson/document.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "core/logs/decode/fast_inflate.h"
#include "core/logs/decode/subscription.h"
#include "core/logs/record/lambda_filter.h"
#include "tests/gzip.h"
#include "tests/unit/core/logs/counted_allocations.h"

namespace penstock::logs {
namespace {

constexpr size_t kBytes = size_t{1} << 20;
constexpr size_t kStackBytes = size_t{64} << 10;

// A stack overflow ends the program.
void on_a_small_stack(const std::function<void()>& work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, kStackBytes), 0);
  pthread_t thread;
  const auto run = [](void* ctx) -> void* {
    (*static_cast<const std::function<void()>*>(ctx))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&work)), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

std::string repeated(std::string_view piece, size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  while (count-- > 0) text += piece;
  return text;
}

// kBytes of pieces, either open or followed by as many closing ones.
struct Nested {
  std::string_view open;
  std::string_view close;

  std::string left_open() const { return repeated(open, kBytes / open.size()); }
  std::string closed() const {
    const size_t depth = kBytes / (open.size() + close.size());
    return repeated(open, depth) + "0" + repeated(close, depth);
  }
};
const std::vector<Nested> kNested = {{R"({"a":)", "}"}, {"[", "]"}, {R"({"a":[)", "]}"}, {R"([{"a":)", "}]"}};

std::string event_with(const std::string& members) {
  return R"({"messageType":"DATA_MESSAGE","logGroup":"g","logStream":"s","logEvents":[{"id":"1","timestamp":1,)"
         R"("message":"before"},{"id":"2","timestamp":2)" +
         members + R"(},{"id":"3","timestamp":3,"message":"after"}]})";
}

std::string event_of(const std::string& text) {
  std::string json;
  append_json_string(json, text);
  return event_with(R"(,"message":)" + json);
}

struct Outcome {
  std::vector<std::string> records;
  Status problem;
  size_t max_bytes = 0;  // of memory, beyond the record and those emitted
};

Outcome outcome_of(const std::string& json) {
  Outcome outcome;
  outcome.records.reserve(8);
  on_a_small_stack([&] {
    SubscriptionReader reader(size_t{16} << 20);
    LambdaFilter filter(LambdaFilterOptions{});
    const auto emit = [](void* ctx, const penstock_batch* batch) -> int32_t {
      for (uint64_t index = 0; index < batch->record_count; ++index) {
        const penstock_bytes body = batch->records[index].body;
        static_cast<Outcome*>(ctx)->records.emplace_back(body.data, body.size);
      }
      return PENSTOCK_OK;
    };
    const std::string record = gzip(json);
    forget_most_bytes();
    const size_t before = allocations().bytes;
    penstock_batch batch = {};
    reader.begin(record, {});
    while (reader.next(batch) == SubscriptionReader::Step::batch) filter.apply(batch, emit, &outcome);
    outcome.problem = reader.problem();
    outcome.max_bytes = allocations().max_bytes - before;
    for (const std::string& left : outcome.records) outcome.max_bytes -= std::min(left.size(), outcome.max_bytes);
  });
  return outcome;
}

// Returns the member "message" of a record. A tree parser would fail at the depth or the encoding; this does not.
std::string message_in(const std::string& record) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag | rapidjson::kParseIterativeFlag>(record.data(),
                                                                                         record.size());
  if (document.HasParseError() || !document.HasMember("message")) return "no message in " + record.substr(0, 200);
  return {document["message"].GetString(), document["message"].GetStringLength()};
}

void expect_whole(const Outcome& outcome, const std::string& text) {
  EXPECT_TRUE(outcome.problem.ok()) << outcome.problem.message();
  ASSERT_EQ(outcome.records.size(), 3U);
  EXPECT_EQ(message_in(outcome.records[0]), "before");
  EXPECT_TRUE(message_in(outcome.records[1]) == text) << outcome.records[1].substr(0, 200);
  EXPECT_EQ(message_in(outcome.records[2]), "after");
}

TEST(worst_cases, a_deeply_nested_message_is_text) {
  for (const Nested& nested : kNested) {
    for (const std::string& text : {nested.left_open(), nested.closed()}) {
      const Outcome outcome = outcome_of(event_of(text));
      expect_whole(outcome, text);
      EXPECT_LT(outcome.max_bytes, 16 * kBytes) << nested.open;
    }
  }
}

TEST(worst_cases, a_deeply_nested_message_in_a_node_line_is_text) {
  const std::string columns = "2019-08-25T13:59:15.269Z\t8f507cfc-e5d5-4697-b07a-ac58fc914c95\tINFO\t";
  for (const Nested& nested : kNested) {
    const std::string text = R"({"b":)" + nested.closed() + "}";
    expect_whole(outcome_of(event_of(columns + text)), text);
  }
}

TEST(worst_cases, deep_nesting_in_the_envelope_uses_no_stack) {
  for (const Nested& nested : kNested) {
    for (const std::string& json : {nested.left_open(), nested.closed(), R"({"x":)" + nested.closed() + "}"}) {
      const Outcome outcome = outcome_of(json);
      EXPECT_TRUE(outcome.records.empty());
      EXPECT_FALSE(outcome.problem.ok());
      EXPECT_LT(outcome.max_bytes, 16 * kBytes);
    }
  }
}

TEST(worst_cases, deep_nesting_next_to_a_message_uses_no_stack) {
  for (const Nested& nested : kNested) {
    for (const std::string& fields : {nested.left_open(), nested.closed()}) {
      for (const std::string name : {"extractedFields", "unknown", "message"}) {
        const Outcome outcome = outcome_of(event_with(",\"" + name + "\":" + fields));
        EXPECT_LT(outcome.max_bytes, 16 * kBytes) << name << nested.open;
      }
    }
  }
}

TEST(worst_cases, text_of_escapes_and_invalid_bytes_stays_complete) {
  const std::string kReplaced = "\xEF\xBF\xBD";
  struct Case {
    std::string piece;
    std::string becomes;
  };
  for (const auto& [piece, becomes] : std::vector<Case>{{"\t", "\t"},
                                                        {std::string(1, '\0'), std::string(1, '\0')},
                                                        {"\"", "\""},
                                                        {"\\", "\\"},
                                                        {"\x1b", "\x1b"},
                                                        {"\xFF", kReplaced},
                                                        {"\xF0\x9F", kReplaced},
                                                        {"\xC3\xA9", "\xC3\xA9"},
                                                        {"Z 8f507cfc-e5d5-4697-b07a-ac58fc914c95 ", ""}}) {
    const size_t count = kBytes / piece.size();
    const std::string text = "x" + repeated(piece, count) + "x";
    const Outcome outcome = outcome_of(event_of(text));
    expect_whole(outcome, becomes.empty() ? text : "x" + repeated(becomes, count) + "x");
    EXPECT_LT(outcome.max_bytes, 32 * kBytes);
  }
}

// Each piece could be repeated forever before a level, or could begin the search for one again.
TEST(worst_cases, an_unterminated_logger_format_stays_complete_text) {
  constexpr size_t kShort = kBytes / 8;
  for (const std::string head :
       {"", "2026/09/14 22:25:42 ", "[2021-12-12 12:54:48] ", "time=1 ", "ERROR a{",
        "LAMBDA_WARNING: Unhandled exception\n", "Init error when loading handler\n{", "Sep 14, 2026 10:25:42 PM ",
        "[", "/", "node:internal/", "runtime: ", "2026/09/14 22:25:42 main.go:1", "PHP Warning: "}) {
    for (const std::string_view piece : {"10:15:30 ",
                                         "[x] ",
                                         "x - ",
                                         "X | ",
                                         "- ",
                                         "\x1b[1m",
                                         "[1m",
                                         "[1;1",
                                         "requestId=\"",
                                         "{requestId=",
                                         "a=1 ",
                                         "a=\"\\\"",
                                         "a.",
                                         "x\n[ERROR] K",
                                         "\"errorType\":",
                                         "ERROR",
                                         "Entrypoint: [",
                                         "\n   at",
                                         "[x][",
                                         "1:2:",
                                         "9",
                                         "#",
                                         "\nfatal error",
                                         ".go:1 ",
                                         " on line 3"}) {
      const std::string text = head + repeated(piece, kShort / piece.size()) + "x";
      const Outcome outcome = outcome_of(event_of(text));
      ASSERT_TRUE(outcome.problem.ok());
      ASSERT_EQ(outcome.records.size(), 3U);
      EXPECT_TRUE(text.ends_with(message_in(outcome.records[1]))) << head << piece;
      EXPECT_GT(message_in(outcome.records[1]).size(), kShort - 64) << head << piece;
      EXPECT_LT(outcome.max_bytes, 32 * kBytes) << head << piece;
    }
  }
}

// Of 15 bytes each, in a gzip record of some 32 kB.
TEST(worst_cases, a_million_tiny_events_use_only_the_memory_of_their_text_and_one_part) {
  const size_t count = (size_t{16} << 20) / 15 - 10;
  for (const std::string first : {R"({"message":""})", R"({"id":"1","timestamp":1725544035523,"message":"x"})"}) {
    const std::string record = gzip(R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s",)"
                                    R"("subscriptionFilters":["f"],"logEvents":[)" +
                                    first + repeated(R"(,{"message":""})", count) + "]}");
    SubscriptionReader reader(size_t{17} << 20);
    forget_most_bytes();
    const size_t before = allocations().bytes;
    penstock_batch batch = {};
    size_t events = 0;
    reader.begin(record, {});
    while (reader.next(batch) == SubscriptionReader::Step::batch) events += batch.record_count;
    EXPECT_TRUE(reader.problem().ok()) << reader.problem().message();
    EXPECT_EQ(events, count + 1);
    // zlib keeps the text while its buffer grows.
    const size_t text_mib = FastInflate::is_built_in() ? 17 : 34;
    EXPECT_LT(allocations().max_bytes - before, (text_mib + 2) << 20);
    EXPECT_LT(allocations().bytes - before, size_t{2} << 20);
  }
}

TEST(worst_cases, lone_surrogates_become_replacement_characters) {
  const size_t count = kBytes / 6;
  expect_whole(outcome_of(event_with(R"(,"message":")" + repeated("\\ud800", count) + "\"")),
               repeated("\xEF\xBF\xBD", count));
}

}  // namespace
}  // namespace penstock::logs
