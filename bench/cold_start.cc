// The time from the start of the host to the first record that it delivers, without the time for which it waits
// for the service. The model of the service runs in this process, over TLS, and answers each call after a fixed
// time.
//
//   penstock-bench-cold-start [TURNS [MS_PER_CALL]]
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/bars.h"
#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/messages.h"
#include "tests/gzip.h"

namespace {

using namespace penstock;
using Clock = std::chrono::steady_clock;

constexpr uint32_t kShards = 2;
constexpr size_t kMessages = 16;  // enough for both shards
constexpr size_t kEventsPerMessage = 20;
constexpr int kPatienceS = 60;
// The host reads the certificates of all public authorities, as in production.
constexpr const char* kPublicCertificates = "/etc/ssl/certs/ca-certificates.crt";

struct Call {
  std::string operation;
  Clock::time_point arrived;
};

// Adds the calls of the host to `calls`, from now on.
void note_calls(model::Service& service, std::vector<Call>& calls) {
  service.on_request([&calls](uint64_t, const model::Request& request) {
    if (request.body == R"({"StreamName":"out"})") return;  // the output's description: no record needs it
    const std::string_view target = model::header(request.headers, "x-amz-target");
    calls.push_back({std::string(target.substr(target.find('.') + 1)), Clock::now()});
  });
}

std::string write_conf(const e2e::Deployment& deployment) {
  std::string path = deployment.folder.path("agent.conf");
  std::ofstream conf(path);
  const std::string service = "    region us-east-1\n    endpoint " + deployment.server.url() + "\n";
  conf << "[INPUT]\n    Name penstock_kinesis\n    Tag logs\n    stream in\n" << service;
  conf << "    checkpoint file:" << deployment.folder.path("checkpoint") << '\n';
  conf << "    on_failure file:" << deployment.folder.path("unread.jsonl") << '\n';
  conf << "[FILTER]\n    Name lambda_logs\n    Match logs\n";
  conf << "[OUTPUT]\n    Name penstock_kinesis\n    Match logs\n    stream out\n" << service;
  conf << "    on_failure file:" << deployment.folder.path("undelivered.jsonl") << '\n';
  return path;
}

double ms_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

// Returns the calls that the first record needs one after the other: the first call of each operation up to the
// first PutRecords, unless it began before the previous one was answered. Empty before that call.
std::vector<Call> critical_path(const std::vector<Call>& calls, std::chrono::milliseconds per_call) {
  std::vector<Call> path;
  std::set<std::string> operations;
  for (const Call& call : calls) {
    if (!operations.insert(call.operation).second) continue;
    if (path.empty() || path.back().arrived + per_call <= call.arrived) path.push_back(call);
    if (call.operation == "PutRecords") return path;
  }
  return {};
}

struct Start {
  std::vector<Call> path;
  Clock::time_point began;
  double all_ms, own_ms;  // to the response of the first PutRecords; without the calls
};

Start start_host(std::chrono::milliseconds per_call) {
  e2e::Deployment deployment(kShards, kShards, e2e::Deployment::Scheme::https);
  const std::string certificates = deployment.folder.path("certificates.pem");
  e2e::write_file(certificates,
                  e2e::read_file(kPublicCertificates) + e2e::read_file(deployment.folder.path("cert.pem")));
  for (size_t i = 0; i < kMessages; ++i) {
    const std::string id = std::to_string(i);
    deployment.put(id,
                   gzip(e2e::message("/aws/lambda/orders", id, e2e::some_events(id + "-", kEventsPerMessage))));
  }
  std::vector<Call> calls;
  deployment.server.with([&](model::Service& service) {
    note_calls(service, calls);
    service.faults().set_rates({.delay = 1, .delay_ms = per_call.count()});
  });
  const std::string conf = write_conf(deployment), log = deployment.folder.path("host.log");

  Start start = {};
  start.began = Clock::now();
  e2e::HostProcess host({"run", "-c", conf}, log, {"SSL_CERT_FILE=" + certificates, "SSL_CERT_DIR="});
  const bool delivered = host.until(
      [&] {
        deployment.server.with([&](model::Service&) { start.path = critical_path(calls, per_call); });
        return !start.path.empty();
      },
      kPatienceS);
  deployment.server.with([](model::Service& service) { service.on_request(nullptr); });
  if (!delivered) {
    std::fprintf(stderr, "no record was delivered:\n%s", e2e::read_file(log).c_str());
    std::exit(2);
  }
  start.all_ms = ms_between(start.began, start.path.back().arrived + per_call);
  start.own_ms = start.all_ms - static_cast<double>(start.path.size()) * static_cast<double>(per_call.count());
  return start;
}

}  // namespace

int main(int argc, char** argv) {
  const int turns = argc > 1 ? std::atoi(argv[1]) : 11;
  const std::chrono::milliseconds per_call(argc > 2 ? std::atoi(argv[2]) : 50);
  std::vector<Start> starts;
  for (int i = 0; i < turns; ++i) starts.push_back(start_host(per_call));
  std::sort(starts.begin(), starts.end(), [](const Start& a, const Start& b) { return a.own_ms < b.own_ms; });

  const Start& median = starts[starts.size() / 2];
  std::printf("%u shards, each call answered after %d ms, %d starts; the median:\n", kShards,
              static_cast<int>(per_call.count()), turns);
  Clock::time_point answered = median.began;
  for (const Call& call : median.path) {
    std::printf("  %-24s arrives %5.0f ms after the start, %4.0f ms after the call before it was answered\n",
                call.operation.c_str(), ms_between(median.began, call.arrived),
                ms_between(answered, call.arrived));
    answered = call.arrived + per_call;
  }
  std::printf("first record delivered after %.0f ms: %zu calls in turn, and %.0f ms (best %.0f, worst %.0f)\n",
              median.all_ms, median.path.size(), median.own_ms, starts.front().own_ms, starts.back().own_ms);
  print_bar({"cold start to first record delivered, two shards, beyond the calls", median.own_ms, Limit::at_most,
             300, " ms"});
}
