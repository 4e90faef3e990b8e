#include "tests/monitoring/deployment.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/gzip.h"

namespace penstock::monitoring {

namespace {

int log_descriptor() {
  return std::getenv("PENSTOCK_LOG") != nullptr ? STDERR_FILENO : ::open("/dev/null", O_WRONLY | O_CLOEXEC);
}

std::string message_of(int64_t number) {
  constexpr int kEvents = 3;
  std::string text = R"({"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/lambda/f",)"
                     R"("logStream":"stream-)" +
                     std::to_string(number % 200) + R"(","subscriptionFilters":["all"],"logEvents":[)";
  for (int i = 0; i < kEvents; ++i)
    text += (i == 0 ? "" : ",") + (R"({"id":")" + std::to_string(kEvents * number + i)) +
            R"(","timestamp":1566741555269,"message":"a line"})";
  return text + "]}";
}

}  // namespace

Deployment::Worker::Worker(Deployment& deployment, std::vector<ConfSection> sections, uint64_t seed)
    : machine(
          deployment.clock,
          [this, &deployment](const std::string& to, model::Request request) {
            return deployment.serve(*this, to, std::move(request));
          },
          seed),
      conf(std::move(sections)) {
  machine.variables = {{"AWS_ACCESS_KEY_ID", model::AccessKey{}.id},
                       {"AWS_SECRET_ACCESS_KEY", model::AccessKey{}.secret}};
}

Deployment::Deployment()
    : kinesis({}, [this] { return clock.unix_ms(); }),
      dynamodb({}, [this] { return clock.unix_ms(); }),
      start_ms_(clock.monotonic_ms()),
      next_put_ms_(start_ms_),
      next_sample_ms_(start_ms_),
      log_(log_descriptor()) {
  use_clock(clock);
  std::printf("start %lld\n", static_cast<long long>(clock.unix_ms() / kSecondMs));
}

Deployment::Worker& Deployment::add_worker(std::vector<ConfSection> conf) {
  workers_.push_back(std::make_unique<Worker>(*this, std::move(conf), workers_.size() + 1));
  return *workers_.back();
}

void Deployment::start(Worker& worker) {
  worker.host = std::make_unique<MonitoredHost>(worker.machine, worker.conf, log_);
}

void Deployment::put(const std::string& data) { kinesis.preload("in", "key-" + std::to_string(++puts_), data); }

void Deployment::put_messages() {
  for (int64_t i = 0; i < messages_per_second; ++i) put(gzip(message_of(puts_), 1));
  next_put_ms_ += kSecondMs;
}

model::Reply Deployment::serve(Worker& worker, const std::string& host, model::Request request) {
  if (worker.fault)
    if (std::optional<model::Reply> reply = worker.fault(host, request)) return *reply;
  return host.starts_with("dynamodb") ? dynamodb.handle(std::move(request)) : kinesis.handle(std::move(request));
}

// Does what is due until that time, also at that time.
void Deployment::run_until_ms(int64_t end_ms) {
  while (true) {
    const int64_t now_ms = clock.monotonic_ms();
    if (now_ms >= next_sample_ms_) sample();
    while (now_ms >= next_put_ms_) put_messages();
    int64_t next_ms = std::min({end_ms, next_sample_ms_, next_put_ms_});
    for (const auto& worker : workers_) {
      if (!worker->host) continue;
      if (worker->host->next_ms() <= clock.monotonic_ms()) worker->host->turn();
      next_ms = std::min(next_ms, worker->host->next_ms());
    }
    if (now_ms >= end_ms) return;
    clock.advance_to(next_ms);
  }
}

void Deployment::sample() {
  const int64_t minute = (next_sample_ms_ - start_ms_) / kMinuteMs;
  for (size_t i = 0; i < workers_.size(); ++i) {
    MonitoredHost* const host = workers_[i]->host.get();
    const bool answers = host != nullptr && host->suspended_until_ms <= clock.monotonic_ms();
    std::printf("scrape %lld penstock-%zu:2020 %d\n%s", static_cast<long long>(minute), i, answers ? 1 : 0,
                answers ? host->metrics().c_str() : "");
  }
  next_sample_ms_ += kMinuteMs;
}

}  // namespace penstock::monitoring
