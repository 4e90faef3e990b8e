// What observing a run costs: `penstock run` in another process, between two streams of the model of the service,
// which runs in this process.
//
//   penstock-bench-scrape [EVENTS]    of each run at full speed; default 400000
//
// Prints the processor time of one answer to GET /metrics and the memory that it takes, with 2 and with 1,000
// shards; then the processor time of each event at full speed, in turns: without clients of the HTTP server, with
// a scrape each second, and among everything that must not hold the pipeline up (tests/e2e/nuisances.h).
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/bars.h"
#include "bench/cpu_time.h"
#include "host/http/http_get.h"
#include "tests/e2e/messages.h"
#include "tests/e2e/nuisances.h"
#include "tests/gzip.h"

namespace penstock::e2e {
namespace {

using Time = std::chrono::steady_clock;

constexpr char kService[] = "[SERVICE]\n    HTTP_Server on\n    HTTP_Port 0\n    Log_Level debug\n";

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Returns the processor time of a process that runs, in seconds.
double cpu_s(pid_t pid) {
  clockid_t clock = 0;
  timespec used = {};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) return 0;
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

double resident_mib(pid_t pid) {
  std::ifstream statm("/proc/" + std::to_string(pid) + "/statm");
  double pages = 0, resident_pages = 0;
  statm >> pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

std::string get_metrics(uint16_t port) {
  std::string error;
  const std::string path = "/metrics";
  return host::http_get({"127.0.0.1", std::to_string(port), path}, 60'000, -1, error).value_or("");
}

uint16_t port_in(const std::string& log) {
  const std::string before = "listens on http://127.0.0.1:";
  const size_t at = log.find(before);
  return at == std::string::npos ? 0 : static_cast<uint16_t>(std::atoi(log.c_str() + at + before.size()));
}

size_t count(const std::string& text, const std::string& word) {
  size_t found = 0;
  for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

// Writes a conf from the stream "in" to the output null, with `more` for the input.
std::string write_conf_to_null(const Deployment& deployment, const std::string& service = kService,
                               const std::string& more = "poll_interval 200ms") {
  std::string path = deployment.folder.path("agent.conf");
  std::ofstream(path) << service << "[INPUT]\n    Name penstock_kinesis\n    Tag t\n    stream in\n"
                      << "    region us-east-1\n    checkpoint memory\n    on_failure drop\n    endpoint "
                      << deployment.server.url() << "\n    " << more
                      << "\n[FILTER]\n    Name lambda_logs\n    Match t\n[OUTPUT]\n    Name null\n    Match t\n";
  return path;
}

// ---- One scrape

// A process that has read all of its empty shards once, and then does nothing.
struct IdleHost {
  IdleHost(uint32_t shards, bool with_server) : deployment(shards, 1) {
    const std::string conf = write_conf_to_null(deployment, with_server ? kService : "", "poll_interval 1h");
    const std::string log = deployment.folder.path("log");
    process = std::make_unique<HostProcess>(std::vector<std::string>{"run", "-c", conf}, log);
    process->until([&] { return calls("GetRecords") >= shards; }, 60);
    std::this_thread::sleep_for(std::chrono::seconds(1));  // until the last responses are processed
    port = port_in(read_file(log));
  }
  uint64_t calls(const std::string& operation) {
    const model::Stats stats = deployment.stats();
    const auto found = stats.calls.find(operation);
    return found == stats.calls.end() ? 0 : found->second;
  }

  Deployment deployment;
  std::unique_ptr<HostProcess> process;
  uint16_t port = 0;
};

struct ScrapeCost {
  double cpu_ms, page_kib, growth_mib;
};

ScrapeCost cost_of_scrape(uint32_t shards) {
  constexpr int kScrapes = 20;
  IdleHost host(shards, true);
  const pid_t pid = host.process->pid();
  const double before_mib = resident_mib(pid);
  std::string page = get_metrics(host.port);
  if (count(page, "penstock_input_shard_lag_seconds{") != shards) {
    std::fprintf(stderr, "/metrics does not have %u shards:\n%s", shards, page.substr(0, 2000).c_str());
    std::exit(1);
  }
  const double idle_from_s = cpu_s(pid);
  std::this_thread::sleep_for(std::chrono::seconds(2));
  const double idle_share = (cpu_s(pid) - idle_from_s) / 2;
  const double from_s = cpu_s(pid);
  const Time::time_point start = Time::now();
  for (int i = 0; i < kScrapes; ++i) page = get_metrics(host.port);
  const double elapsed_s = std::chrono::duration<double>(Time::now() - start).count();
  const double used_s = cpu_s(pid) - from_s - idle_share * elapsed_s;
  return {used_s * 1000 / kScrapes, static_cast<double>(page.size()) / 1024, resident_mib(pid) - before_mib};
}

// Returns how much more memory a process takes with the server than without it, before a scrape.
double server_mib(uint32_t shards) {
  const double without_mib = resident_mib(IdleHost(shards, false).process->pid());
  return resident_mib(IdleHost(shards, true).process->pid()) - without_mib;
}

void print_scrapes() {
  for (const uint32_t shards : {2U, 1000U}) {
    const ScrapeCost cost = cost_of_scrape(shards);
    std::printf(
        "/metrics with %u shards: %.0f KiB, %.3f ms of processor time, %.2f MiB more resident after 21 scrapes\n",
        shards, cost.page_kib, cost.cpu_ms, cost.growth_mib);
    const std::string of = "a scrape each second, " + std::to_string(shards) + " shards, share of a core";
    print_bar({of.c_str(), cost.cpu_ms / 10, Limit::at_most, 1, "%"});
    if (shards == 1000) {
      const double with_server = server_mib(shards);
      std::printf("the HTTP server before the first scrape: %.2f MiB\n", with_server);
      print_bar({"resident memory of the metrics of 1,000 shards", std::max(0.0, with_server) + cost.growth_mib,
                 Limit::at_most, 2, " MiB"});
    }
  }
}

// ---- At full speed

enum class Around { nothing, scrapes, nuisances };

struct Speed {
  double cpu_s, lifetime_s;  // of the process
  double reading_s;          // from its start until it has read everything
};

constexpr size_t kEventsAMessage = 200, kConnections = 1000;

void fill(Deployment& deployment, size_t messages) {
  constexpr size_t kDifferent = 50;
  std::vector<std::string> gzips;
  for (size_t i = 0; i < kDifferent; ++i)
    gzips.push_back(gzip(message("/aws/lambda/orders", "stream-" + std::to_string(i),
                                 some_events(std::to_string(i) + "-", kEventsAMessage))));
  deployment.server.with([&](model::Service& service) {
    for (size_t i = 0; i < messages; ++i) service.preload("in", std::to_string(i), gzips[i % kDifferent]);
  });
}

Speed run_at_full_speed(size_t messages, Around around) {
  Deployment deployment(64, 1);
  fill(deployment, messages);
  const std::string conf = write_conf_to_null(deployment);
  UnreadPipe pipe(deployment.folder.path("pipe"));
  const std::string log = around == Around::nuisances ? pipe.path() : deployment.folder.path("log");
  const ProcessCpu before = process_cpu(RUSAGE_CHILDREN);
  const Time::time_point start = Time::now();
  HostProcess host({"run", "-c", conf, "--exit-when-idle", "1"}, log);
  std::unique_ptr<UnreadClients> clients;
  if (around == Around::nuisances) clients = std::make_unique<UnreadClients>(pipe.read_port(host), kConnections);
  Time::time_point end = start, next_scrape = start;
  host.until(
      [&] {
        if (deployment.stats().records_read < messages) end = Time::now();
        if (clients) clients->keep_open();
        if (around != Around::scrapes || Time::now() < next_scrape) return false;
        if (const uint16_t port = port_in(read_file(log)); port != 0) get_metrics(port);
        next_scrape = Time::now() + std::chrono::seconds(1);
        return false;
      },
      600);
  const Time::time_point ended = Time::now();
  if (host.wait(60) != 0 || deployment.stats().records_read < messages) {
    std::fprintf(stderr, "the host did not read everything\n");
    std::exit(1);
  }
  const ProcessCpu after = process_cpu(RUSAGE_CHILDREN);
  return {after.user_s + after.system_s - before.user_s - before.system_s,
          std::chrono::duration<double>(ended - start).count(),
          std::chrono::duration<double>(end - start).count()};
}

void print_full_speed(size_t messages) {
  constexpr int kRounds = 3;
  constexpr std::array<const char*, 3> kNames = {"without clients", "with a scrape each second",
                                                 "with a blocked log and 1,000 clients that do not read"};
  std::array<std::vector<double>, 3> cpu_s, lifetime_s, reading_s;
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < kNames.size(); ++i) {
      const Speed speed = run_at_full_speed(messages, static_cast<Around>(i));
      cpu_s[i].push_back(speed.cpu_s);
      lifetime_s[i].push_back(speed.lifetime_s);
      reading_s[i].push_back(speed.reading_s);
    }
  }
  const double each = 1e6 / static_cast<double>(messages * kEventsAMessage);
  for (size_t i = 0; i < kNames.size(); ++i) {
    const auto [least, most] = std::minmax_element(cpu_s[i].begin(), cpu_s[i].end());
    std::printf("%s: %.3f us of processor time for each event (%.3f to %.3f), %.3f us elapsed\n", kNames[i],
                median(cpu_s[i]) * each, *least * each, *most * each, median(reading_s[i]) * each);
  }
  print_bar({"a blocked log and 1,000 clients that do not read, share of a core",
             100 * (median(cpu_s[2]) - median(cpu_s[0])) / median(lifetime_s[2]), Limit::at_most, 2, "%"});
}

}  // namespace
}  // namespace penstock::e2e

int main(int argc, char** argv) {
  using namespace penstock::e2e;
  const size_t messages = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
  print_scrapes();
  if (!UnreadClients::are_possible(kConnections)) {
    std::puts("skipped: the run at full speed, because the system allows too few open files");
    return 0;
  }
  print_full_speed(messages);
  return 0;
}
