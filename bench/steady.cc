// Resident memory and processor time of the host at a steady rate. `penstock run` is another process, between an
// input and an output stream of the model of the service, which runs in this process.
//
//   penstock-bench-steady [SECONDS [MB_PER_SECOND [OUTPUT_SHARDS]]]
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "bench/corpus.h"
#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/messages.h"
#include "tests/gzip.h"

namespace {

using Clock = std::chrono::steady_clock;
using penstock::CorpusMessage;

// Returns a field of /proc/PID/status, in MiB.
double status_mib(pid_t pid, const std::string& field) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field + ":")) return std::atof(line.c_str() + field.size() + 1) / 1024;
  return 0;
}

double cpu_seconds(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text, field;
  std::getline(stat, text);
  text.erase(0, text.rfind(')') + 2);
  double ticks = 0;
  size_t at = 0;
  for (int i = 3; i <= 15; ++i) {
    const size_t end = text.find(' ', at);
    if (i >= 14) ticks += std::atof(text.substr(at, end - at).c_str());  // utime, stime
    at = end + 1;
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Returns the message with its own log stream, so that records spread over the output's shards.
std::string renamed(std::string json, size_t number) {
  const std::string name = R"("logStream":")";
  const size_t at = json.find(name) + name.size();
  return json.replace(at, json.find('"', at) - at, "stream-" + std::to_string(number));
}

// Returns a record of nearly 1 MiB: eight events of digits, which compress 2:1.
std::string large_message(penstock::CorpusRandom& random, const std::string& log_stream) {
  std::vector<penstock::e2e::Event> events;
  for (int i = 0; i < 8; ++i) {
    std::string text;
    while (text.size() < 230'000) text += std::to_string(random.next());
    events.push_back({"large-" + std::to_string(i), text});
  }
  return penstock::e2e::message("/aws/lambda/large", log_stream, events);
}

}  // namespace

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 30;
  const double text_bytes_per_second = (argc > 2 ? std::atof(argv[2]) : 20) * 1e6;
  const auto output_shards = static_cast<uint32_t>(argc > 3 ? std::atoi(argv[3]) : 80);

  // Small messages of many streams: a shard accepts 1,000 records a second, and other shards cannot take its
  // excess.
  std::vector<CorpusMessage> corpus =
      penstock::make_corpus({.messages = 20000, .min_events = 5, .max_events = 60});
  for (size_t i = 0; i < corpus.size(); ++i) {
    corpus[i].json = renamed(std::move(corpus[i].json), i);
    corpus[i].gzip = penstock::gzip(corpus[i].json);
  }
  penstock::CorpusRandom random(1);
  std::vector<std::string> larges, larges_gzip;
  for (int i = 0; i < 16; ++i) {
    larges.push_back(large_message(random, "large-" + std::to_string(i)));
    larges_gzip.push_back(penstock::gzip(larges.back()));
  }

  penstock::e2e::Deployment deployment(4, output_shards);
  const std::string conf = write_conf(deployment, "agent.conf"), log = deployment.folder.path("host.log");
  penstock::e2e::HostProcess host({"run", "-c", conf}, log);

  double put_bytes = 0, max_mib = 0;
  uint64_t events = 0;
  size_t next = 0, next_large = 0;
  const Clock::time_point start = Clock::now();
  for (Clock::time_point tick = start; tick < start + std::chrono::seconds(seconds);
       tick += std::chrono::milliseconds(10)) {
    std::this_thread::sleep_until(tick);
    const double elapsed_s = std::chrono::duration<double>(tick - start).count();
    if (elapsed_s >= static_cast<double>(next_large)) {  // one per second
      const size_t which = next_large++ % larges.size();
      deployment.put("large-" + std::to_string(which), larges_gzip[which]);
      put_bytes += static_cast<double>(larges[which].size());
      events += 8;
    }
    deployment.server.with([&](penstock::model::Service& service) {
      for (; put_bytes < elapsed_s * text_bytes_per_second; ++next) {
        const CorpusMessage& message = corpus[next % corpus.size()];
        service.preload("in", std::to_string(next), message.gzip);
        put_bytes += static_cast<double>(message.json.size());
        events += message.ids.size();
      }
      // Records that were read or written are no longer needed.
      if (next % 16 == 0)
        for (const char* name : {"in", "out"})
          for (penstock::model::Shard& shard : service.stream(name)->shards())
            if (shard.records.size() > 4000) service.trim(shard, shard.records.size() - 4000);
    });
    max_mib = std::max(max_mib, status_mib(host.pid(), "VmRSS"));
  }
  const uint64_t out = deployment.stats().records_put;
  const double cpu_s = cpu_seconds(host.pid());
  std::printf("%.1f MB/s of text in for %d s, %u output shards\n", put_bytes / 1e6 / seconds, seconds,
              output_shards);
  std::printf("%.0f events/s in, %.0f records/s out, %.1f%% out at the end\n",
              static_cast<double>(events) / seconds, static_cast<double>(out) / seconds,
              100.0 * static_cast<double>(out) / static_cast<double>(events));
  std::printf("resident memory: %.1f MiB at most (the kernel's high water mark %.1f MiB), %.1f MiB at the end\n",
              max_mib, status_mib(host.pid(), "VmHWM"), status_mib(host.pid(), "VmRSS"));
  std::printf("processor: %.2f s, %.0f%% of one core\n", cpu_s, 100 * cpu_s / seconds);
  host.signal(15);
  return host.wait(60) == 0 ? 0 : 1;
}
