// Our filter inside a real Fluent Bit, next to the agent's own (parser): lines of Lambda functions from a file,
// through in_tail and one filter, to the output null. Measures the processor time of the whole agent above that
// without a filter. The turns alternate, and the fastest of each counts.
//
//   FLUENT_BIT=/path/to/fluent-bit penstock-bench-fluent-bit-filter [TURNS [LINES]]
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "base/text.h"
#include "bench/bars.h"
#include "bench/corpus.h"
#include "bench/fluent_bit_agent.h"
#include "core/logs/decode/subscription.h"

namespace {

using namespace penstock;

constexpr double kBar = 0.12;

// A kind of lines, and the parser that a user of the agent writes for it.
struct Kind {
  char first;  // byte of a line
  const char* parser;
  const char* bar;
};
constexpr std::array kKinds = {
    Kind{'[', "lambda_python", "Fluent Bit filter: CPU per line, of the agent's regex parser"},
    Kind{'{', "lambda_json", "Fluent Bit filter: CPU per line, of the agent's JSON parser"}};

constexpr char kParsers[] = R"([PARSER]
    Name        lambda_python
    Format      regex
    Regex       ^\[(?<level>[^\]]+)\]\s+(?<time>[^ \t]+)\s+(?<requestId>[^ \t]+)\s+(?<message>.*)$
    Time_Key    time
    Time_Format %Y-%m-%dT%H:%M:%S.%LZ
[PARSER]
    Name        lambda_json
    Format      json
    Time_Key    timestamp
    Time_Format %Y-%m-%dT%H:%M:%S.%LZ
)";

// Returns the corpus's lines of that kind, again and again. Those with a stack trace are left out, because for the
// agent each of their lines is a record.
std::string make_lines(char first, size_t count) {
  std::string lines;
  size_t written = 0;
  logs::SubscriptionReader reader(size_t{16} << 20);
  const std::vector<CorpusMessage> corpus = make_corpus();
  for (size_t message = 0; written < count; ++message) {
    reader.begin(corpus[message % corpus.size()].gzip, {});
    penstock_batch batch = {};
    while (reader.next(batch) == logs::SubscriptionReader::Step::batch)
      for (uint64_t i = 0; i < batch.record_count && written < count; ++i) {
        const std::string_view line = trim(view(batch.records[i].body));
        if (line[0] != first || line.find('\n') != line.npos) continue;
        (lines += line) += '\n';
        ++written;
      }
  }
  return lines;
}

struct Filter {
  const char* name;
  std::string section;
  double cpu_s = 1e9;  // of the fastest turn
};

}  // namespace

int main(int argc, char** argv) {
  const std::string program = fluent_bit_program("our filter");
  if (program.empty()) return 0;
  const int turns = argc > 1 ? std::max(std::atoi(argv[1]), 1) : 5;
  const size_t lines = argc > 2 ? static_cast<size_t>(std::atoll(argv[2])) : 400'000;
  const FluentBitAgent agent(program, PENSTOCK_FILTER_LAMBDA_LOGS);
  agent.set_parsers(kParsers);
  for (const Kind& kind : kKinds) {
    const std::string text = make_lines(kind.first, lines);
    agent.set_lines(text);
    const std::string match = "    Match *\n    Key_Name log\n";
    std::array filters = {
        Filter{"no filter", ""},
        Filter{"parser", "[FILTER]\n    Name parser\n" + match + "    Parser " + kind.parser + "\n"},
        Filter{"lambda_logs", "[FILTER]\n    Name lambda_logs\n" + match}};
    for (int turn = 0; turn < turns; ++turn)
      for (Filter& filter : filters)
        filter.cpu_s =
            std::min(filter.cpu_s, agent.run(filter.section + "[OUTPUT]\n    Name null\n    Match *\n").cpu_s);
    std::printf("%zu lines of %zu bytes that %s parses; best of %d turns\n", lines, text.size() / lines,
                kind.parser, turns);
    const auto above_none_us = [&](const Filter& filter) {
      return (filter.cpu_s - filters[0].cpu_s) * 1e6 / static_cast<double>(lines);
    };
    for (const Filter& filter : filters)
      std::printf("  %-12s  processor %6.3f s, above no filter %6.3f us per line\n", filter.name, filter.cpu_s,
                  above_none_us(filter));
    print_bar({kind.bar, above_none_us(filters[2]) / above_none_us(filters[1]), Limit::at_most, kBar, "x"});
  }
  return 0;
}
