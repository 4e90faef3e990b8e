// How cost grows with the number of shards, the events in a message, and the size of a record. Prints a table in
// Markdown, and writes the same curves as an SVG image if a file is named.
//
//   penstock-bench-curves [SVG_FILE]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

#include "bench/corpus.h"
#include "bench/cpu_time.h"
#include "bench/put_records_response.h"
#include "bench/stages.h"
#include "bench/svg_chart.h"
#include "core/aws/signed_request.h"
#include "core/kinesis/put_records.h"

namespace {

using namespace penstock;

constexpr int kTurns = 9;

// Returns the processor time of the fastest of several turns, in seconds.
template <typename Work>
double least_s(const Work& work) {
  double least = 1e9;
  for (int turn = 0; turn < kTurns; ++turn) {
    const double from = thread_cpu_s();
    work();
    least = std::min(least, thread_cpu_s() - from);
  }
  return least;
}

// Runs the benchmark of idle shards for 10 s. Returns what it prints as the share of a core, in percent.
double idle_percent(const std::string& program, size_t shards) {
  std::FILE* const output = popen((program + " idle 10 " + std::to_string(shards)).c_str(), "r");
  if (output == nullptr) std::abort();
  double percent = 0;
  char line[256];
  while (std::fgets(line, sizeof line, output) != nullptr)
    std::sscanf(line, "processor: %*f s, %lf%% of a core", &percent);
  if (pclose(output) != 0 || percent <= 0) {
    std::fprintf(stderr, "%s failed\n", program.c_str());
    std::exit(1);
  }
  return percent;
}

// Returns the processor time of one log event in messages of that many: gunzip, split, and filter.
double ns_per_event(size_t events) {
  const size_t messages = std::max<size_t>(20'000 / events, 4);
  Stages stages(make_corpus({.messages = messages, .min_events = events, .max_events = events}));
  size_t work = 0;
  const double seconds = least_s([&] { work += stages.filter(logs::Inflater::libdeflate); });
  if (work == 0) std::abort();
  return seconds * 1e9 / stages.events();
}

// Returns the processor time of one record of that size in full calls: body, signature, and response.
double us_per_record(size_t bytes) {
  const std::string data(bytes, 'x');
  const size_t records =
      std::min(kinesis::kMaxRecordsPerCall, kinesis::kMaxCallBytes / kinesis::put_record_bytes(data, "key"));
  const std::string whole_answer = put_records_answer(records);
  const aws::Credentials credentials = [] {
    aws::Credentials made;
    made.access_key_id = "AKIDEXAMPLE";
    made.secret_access_key = "a-secret-of-some-forty-characters-not-more";
    return made;
  }();
  const Result<aws::Endpoint> endpoint = aws::make_endpoint("kinesis", "us-east-1", "", false);
  if (!endpoint.ok()) std::abort();
  HttpRequest request;
  aws::sigv4::SigningKey key;
  const double seconds = least_s([&] {
    std::string body = std::move(request.body);  // its memory, as the output reuses it
    request = aws::post_to(*endpoint);
    request.body = std::move(body);
    request.body.clear();
    kinesis::begin_put_records(request.body);
    for (size_t i = 0; i < records; ++i) kinesis::append_put_record(request.body, data, "key");
    kinesis::end_put_records(request.body, "out");
    aws::sign(request, credentials, *endpoint, 1'566'741'555'000, key);
    std::string answer = whole_answer;
    if (!kinesis::read_put_records_response(answer, records).ok()) std::abort();
  });
  return seconds * 1e6 / static_cast<double>(records);
}

// Returns a value with three digits.
std::string text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 1000 ? "%.3g" : "%.0f", value);
  return text;
}

// Prints the table of one curve. derived: a third column.
template <typename Derived>
void print(const Chart& chart, const char* name, const Derived& derived) {
  std::printf("\n| %s | %s | %s |\n|---:|---:|---:|\n", chart.x_label.c_str(), chart.title.c_str(), name);
  for (const ChartPoint& point : chart.points)
    std::printf("| %.0f | %s | %s |\n", point.x, text(point.y).c_str(), text(derived(point)).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string input = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "penstock-bench-input";
  Chart shards{"% of a core, idle shards", "shards", {}};
  for (const size_t count : std::initializer_list<size_t>{10, 30, 100, 300, 1000})
    shards.points.push_back({static_cast<double>(count), idle_percent(input, count)});
  Chart events{"ns an event: gunzip, split, filter", "events in a message", {}};
  for (const size_t count : std::initializer_list<size_t>{1, 3, 10, 30, 100, 300, 1000, 3000})
    events.points.push_back({static_cast<double>(count), ns_per_event(count)});
  Chart sizes{"µs a record: body, signature, response", "bytes in a record", {}};
  for (size_t bytes = 16; bytes <= size_t{1} << 18; bytes *= 4)
    sizes.points.push_back({static_cast<double>(bytes), us_per_record(bytes)});

  print(shards, "% of a core for 1,000 such", [](const ChartPoint& point) { return point.y / point.x * 1000; });
  print(events, "µs a message", [](const ChartPoint& point) { return point.y * point.x / 1000; });
  print(sizes, "ns a byte", [](const ChartPoint& point) { return point.y * 1000 / point.x; });
  if (argc < 2) return 0;
  std::ofstream file(argv[1]);
  file << svg({shards, events, sizes});
  return file.flush() ? 0 : 1;
}
