// The worst cases that an author of log lines can cause: records of 1 MiB of hostile text, compared with plain
// text of the same size, from JSON to finished records. Their turns alternate, and the fastest turn of each
// counts.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "bench/corpus.h"
#include "core/logs/decode/gunzip.h"
#include "core/logs/decode/subscription.h"
#include "core/logs/record/lambda_filter.h"
#include "tests/gzip.h"

namespace {

using namespace penstock;

constexpr size_t kBytes = size_t{1} << 20;
constexpr double kBar = 3;

struct Case {
  std::string name;
  std::string json;
  std::string gzip = {};
  double inflate_s = 1e9;
  double split_s = 1e9;  // including inflate
  double whole_s = 1e9;
};

std::string repeated(std::string_view piece, size_t bytes = kBytes) {
  std::string text;
  while (text.size() + piece.size() <= bytes) text += piece;
  return text;
}

// Returns a subscription message with one event; member is JSON of further members of the event.
std::string message_with(const std::string& json_string, const std::string& member = "") {
  return R"({"messageType":"DATA_MESSAGE","owner":"123456789012","logGroup":"/aws/lambda/f","logStream":"s",)"
         R"("subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":1566741555269,"message":)" +
         json_string + member + "}]}";
}

// Returns a message with the text as it is written in JSON, so that escapes count too.
std::string written(const std::string& inside) { return message_with('"' + inside + '"'); }
// Returns a message with the text as the function printed it.
std::string printed(const std::string& text) {
  std::string json;
  append_json_string(json, text);
  return message_with(json);
}
std::string with_fields(const std::string& json) {
  return message_with(R"("a line of text")", R"(,"extractedFields":)" + json);
}

std::string nested(std::string_view open, std::string_view close) {
  const size_t depth = kBytes / (open.size() + close.size());
  return repeated(open, depth * open.size()) + "0" + repeated(close, depth * close.size());
}

std::string words() {
  CorpusRandom random(1);
  std::string text;
  while (text.size() < kBytes)
    for (uint64_t letters = 1 + random.below(8) + random.below(4); letters > 0; --letters)
      text += letters == 1 ? ' ' : "etaoinshrdlucmfw"[random.below(16)];
  return text;
}

std::vector<Case> make_cases() {
  const std::string objects = nested(R"({"a":)", "}");
  const std::string arrays = nested("[", "]");
  std::string levels = "{";
  while (levels.size() < kBytes) levels += R"("level":"","source":0,)";
  levels += R"("z":0})";
  return {
      {"plain text", printed(words())},
      {"message {\"a\":", printed(repeated(R"({"a":)"))},
      {"message {\"a\":0} nested", printed(objects)},
      {"message {\"a\":[ nested", printed(R"({"a":)" + arrays + "}")},
      {"message {\"level\",\"source\"...}", printed(levels)},
      {"message [", printed(repeated("["))},
      {"message {", printed(repeated("{"))},
      {"message \\u0000", written(repeated("\\u0000"))},
      {"message \\t", written(repeated("\\t"))},
      {"message x\\t", written(repeated("x\\t"))},
      {"message \\n", written(repeated("\\n"))},
      {"message \\\"", written(repeated("\\\""))},
      {"message \\\\", written(repeated("\\\\"))},
      {"message \\u001b", written(repeated("\\u001b"))},
      {"message \\ud800", written(repeated("\\ud800"))},
      {"message \\ud83d\\ude00", written(repeated("\\ud83d\\ude00"))},
      {"message \\u00e9", written(repeated("\\u00e9"))},
      {"message 0xFF", written(repeated("\xFF"))},
      {"message 0xF0 0x9F", written(repeated("\xF0\x9F"))},
      {"message of U+00E9", written(repeated("\xC3\xA9"))},
      {"message of U+4E2D", written(repeated("\xE4\xB8\xAD"))},
      {"message of U+1F600", written(repeated("\xF0\x9F\x98\x80"))},
      {"message Z <uuid>", printed(repeated("Z 8f507cfc-xmpl-4697-b07a-ac58fc914c95 "))},
      {"message <ISO>Z", printed(repeated("2019-08-25T13:59:15.269Z "))},
      {"message RequestId:", printed(repeated("RequestId: "))},
      {"message REPORT", printed("REPORT RequestId: 1\t" + repeated("Duration: 1 ms\t"))},
      {"message spaces, x", printed("x" + repeated(" ") + "x")},
      {"message 1 MiB of tabs", printed("x" + repeated("\t") + "x")},
      {"message 1 MiB of quotes", printed(repeated("\""))},
      {"message 1 MiB of NUL", printed(repeated(std::string_view("\0", 1)))},
      {"envelope {\"a\":", repeated(R"({"a":)")},
      {"envelope [", repeated("[")},
      {"envelope {\"x\": {\"a\":0} nested", R"({"x":)" + objects + "," + written("a").substr(1)},
      {"envelope {\"x\": [] nested", R"({"x":)" + arrays + "," + written("a").substr(1)},
      {"extractedFields {\"a\":", with_fields(repeated(R"({"a":)"))},
      {"extractedFields [", with_fields(repeated("["))},
      {"extractedFields {\"a\":0} nested", with_fields(objects)},
      {"extractedFields {\"a\":[ nested", with_fields(R"({"a":)" + arrays + "}")},
      {"extractedFields \\u0000", with_fields(R"({"a":")" + repeated("\\u0000") + "\"}")},
      {"message not a string, [ nested", message_with(arrays)},
      {"message not a string, \\u0000", message_with(R"({"a":")" + repeated("\\u0000") + "\"}")},
      {"message not a string, 0,0", message_with("[" + repeated("0,") + "0]")},
  };
}

double seconds_of(auto run) {
  const auto from = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

}  // namespace

int main() {
  constexpr int kTurns = 30;
  std::vector<Case> cases = make_cases();
  logs::SubscriptionReader reader(size_t{16} << 20);
  logs::LambdaFilter filter(logs::LambdaFilterOptions{});
  const auto ignore = [](void*, const penstock_batch*) -> int32_t { return PENSTOCK_OK; };
  for (Case& c : cases) c.gzip = gzip(c.json);
  logs::Gunzip gunzip;
  TextBuffer text;
  for (int turn = 0; turn < kTurns; ++turn) {
    for (Case& c : cases) {
      penstock_batch batch = {};
      c.inflate_s =
          std::min(c.inflate_s, seconds_of([&] { (void)gunzip.inflate(c.gzip, size_t{16} << 20, text); }));
      c.split_s = std::min(c.split_s, seconds_of([&] {
                             reader.begin(c.gzip, {});
                             while (reader.next(batch) == logs::SubscriptionReader::Step::batch) continue;
                           }));
      c.whole_s = std::min(c.whole_s, seconds_of([&] {
                             reader.begin(c.gzip, {});
                             while (reader.next(batch) == logs::SubscriptionReader::Step::batch)
                               filter.apply(batch, ignore, nullptr);
                           }));
    }
  }
  const auto behind_inflate = [](const Case& c) { return std::max(0.0, c.whole_s - c.inflate_s); };
  std::printf("%-34s %8s %8s %8s %8s %16s %16s\n", "1 MiB of, ms", "inflate", "split", "filter", "all",
              "plain text = 1", "without inflate");
  bool all_pass = true;
  for (const Case& c : cases) {
    const double ratio = c.whole_s / cases[0].whole_s;
    all_pass = all_pass && ratio <= kBar;
    std::printf("%-34s %8.3f %8.3f %8.3f %8.3f %16.2f %16.2f%s\n", c.name.c_str(), c.inflate_s * 1e3,
                std::max(0.0, c.split_s - c.inflate_s) * 1e3, std::max(0.0, c.whole_s - c.split_s) * 1e3,
                c.whole_s * 1e3, ratio, behind_inflate(c) / behind_inflate(cases[0]),
                ratio <= kBar ? "" : "  slow");
  }
  return all_pass ? 0 : 1;
}
