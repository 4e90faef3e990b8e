// penstock-soak SECONDS: runs the host at full speed between two streams of the model, which injects faults as
// often as the service does on a bad day. Exits with 1 if the host's memory, descriptors or lag grow, or if
// anything is lost.
#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"
#include "tests/soak/flat.h"
#include "tests/soak/messages.h"

namespace penstock::soak {
namespace {

constexpr uint32_t kInputShards = 8;
constexpr uint32_t kOutputShards = 512;  // enough that even the busiest shard accepts everything
// This many messages are in flight at any time: the host never waits for more, and a growing lag means a falling
// speed.
constexpr size_t kOnTheirWay = 500;
constexpr int kTickMs = 10;
constexpr int64_t kSampleMs = 3000;
constexpr int64_t kExpireMs = 60'000;
constexpr int kMinSeconds = 60;
constexpr int kDrainS = 120;
constexpr size_t kLogTail = 4000;

// One call in 25 fails or is late. Few records are rejected: a shard that rejects some in every second is sent
// less and less.
constexpr model::FaultRates kFaults = {.throttle = 0.01,
                                       .internal_failure = 0.01,
                                       .close = 0.005,
                                       .lose_response = 0.0025,
                                       .truncate = 0.0025,
                                       .delay = 0.01,
                                       .delay_ms = 500,
                                       .reject_records = 0.0005};

// A measure of the host, and by how much its last third may exceed the second.
struct Measure {
  const char* name;
  Margin margin;
  std::vector<double> samples;
};

std::string number(uint64_t value) { return std::to_string(value); }

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double resident_mib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::atof(line.c_str() + 6) / 1024;
  return 0;
}

double descriptors(pid_t pid) {
  double count = 0;
  std::error_code ended;
  for (std::filesystem::directory_iterator at("/proc/" + std::to_string(pid) + "/fd", ended), end; at != end;
       at.increment(ended))
    ++count;
  return count;
}

class Soak {
 public:
  explicit Soak(int seconds)
      : seconds_(seconds),
        deployment_(kInputShards, kOutputShards),
        log_(deployment_.folder.path("host.log")),
        host_({"run", "-c", e2e::write_conf(deployment_, "soak.conf")}, log_) {}

  int run() {
    deployment_.server.with([](model::Service& service) { service.faults().set_rates(kFaults); });
    const int64_t start_ms = now_ms(), end_ms = start_ms + seconds_ * int64_t{1000};
    next_sample_ms_ = start_ms;
    next_expiry_ms_ = start_ms + kExpireMs;
    const auto over = [&] {
      feed();
      return now_ms() >= end_ms;
    };
    if (!host_.until(over, seconds_ + 1, kTickMs)) return fail("the host ended");
    deployment_.server.with([](model::Service& service) { service.faults().set_rates({}); });
    const auto drained = [&] {
      exchange();
      return messages_.open() == 0;
    };
    host_.until(drained, kDrainS, kTickMs);
    host_.signal(SIGTERM);
    if (const int code = host_.wait(60); code != 0) return fail("the host ended with " + std::to_string(code));
    exchange();
    return report();
  }

 private:
  void feed() {
    while (ready_.size() + messages_.open() < kOnTheirWay) ready_.push_back(messages_.make());
    exchange();
    const int64_t now = now_ms();
    if (now < next_sample_ms_) return;
    next_sample_ms_ += kSampleMs;
    const double values[] = {resident_mib(host_.pid()), descriptors(host_.pid()),
                             static_cast<double>(messages_.lag_ms(now)) / 1000};
    for (size_t i = 0; i < std::size(values); ++i) measures_[i].samples.push_back(values[i]);
  }

  // Puts new messages and reads the output.
  void exchange() {
    const int64_t now = now_ms();
    deployment_.server.with([&](model::Service& service) {
      for (; !ready_.empty(); ready_.pop_front()) {
        service.preload("in", std::to_string(ready_.front().number), ready_.front().data);
        messages_.put(ready_.front(), now);
      }
      for (model::Shard& shard : service.stream("out")->shards()) {
        for (const model::Record& record : shard.records) messages_.arrived(record.data);
        service.trim(shard, shard.records.size());
      }
      // Trims what is no longer in flight.
      for (model::Shard& shard : service.stream("in")->shards())
        if (shard.records.size() > kOnTheirWay) service.trim(shard, shard.records.size() - kOnTheirWay);
      if (now < next_expiry_ms_) return;
      next_expiry_ms_ += kExpireMs;
      service.expire_iterators();
    });
  }

  int report() {
    const model::Stats stats = deployment_.stats();
    const auto put = static_cast<double>(messages_.events());
    std::printf("%d s at full speed, %u shards to %u: %.0f events, %.0f/s, %.1f MB/s of text; lost %s, %s twice\n",
                seconds_, kInputShards, kOutputShards, put, put / seconds_,
                static_cast<double>(messages_.text_bytes()) / 1e6 / seconds_,
                number(messages_.missing_events()).c_str(), number(messages_.twice()).c_str());
    std::printf("%s calls: %s failed, %s closed, %s answers lost, %s cut short; %s records refused\n",
                number(stats.requests).c_str(), number(stats.injected_errors).c_str(),
                number(stats.closed_connections).c_str(), number(stats.lost_responses).c_str(),
                number(stats.truncated_responses).c_str(), number(stats.records_rejected_by_faults).c_str());
    std::printf("\n%-26s %12s %12s %12s %12s\n", "medians of", "first third", "second", "last", "allowed");
    bool is_flat = true;
    for (const Measure& measure : measures_) {
      const Thirds found = thirds(measure.samples, measure.margin);
      std::printf("%-26s %12.1f %12.1f %12.1f %12.1f%s\n", measure.name, found.first, found.second, found.last,
                  found.allowed, found.is_flat() ? "" : "  it grows");
      is_flat = is_flat && found.is_flat();
    }
    if (messages_.missing_events() > 0) return fail("events were lost");
    if (messages_.unknown() > 0)
      return fail(number(messages_.unknown()) + " records are of no event that was put");
    for (const char* file : {"input-failures.jsonl", "output-failures.jsonl"})
      if (!e2e::read_file(deployment_.folder.path(file)).empty())
        return fail("there are records in " + std::string(file));
    return is_flat ? 0 : fail("not everything is flat");
  }

  int fail(const std::string& why) const {
    const std::string log = e2e::read_file(log_);
    const size_t begin = log.size() < kLogTail ? 0 : log.find('\n', log.size() - kLogTail) + 1;
    std::fprintf(stderr, "soak: %s; the end of the host's log:\n%s", why.c_str(), log.c_str() + begin);
    return 1;
  }

  int seconds_;
  e2e::Deployment deployment_;
  std::string log_;
  e2e::HostProcess host_;
  Messages messages_;
  std::deque<Messages::Message> ready_;
  int64_t next_sample_ms_ = 0, next_expiry_ms_ = 0;
  Measure measures_[3] = {{"resident memory, MiB", {0.03, 1}, {}},
                          {"descriptors", {0.1, 2}, {}},
                          {"lag of the oldest, s", {0.5, 0.5}, {}}};
};

int run(int argc, char** argv) {
  const int seconds = argc == 2 ? std::atoi(argv[1]) : 0;
  if (seconds < kMinSeconds) {
    std::fprintf(stderr, "usage: penstock-soak SECONDS (%d at least)\n", kMinSeconds);
    return 2;
  }
  return Soak(seconds).run();
}

}  // namespace
}  // namespace penstock::soak

int main(int argc, char** argv) { return penstock::soak::run(argc, argv); }
