#include "tests/monitoring/scenarios.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "tests/model_kinesis/faults.h"
#include "tests/monitoring/deployment.h"

namespace penstock::monitoring {

namespace {

using Worker = Deployment::Worker;
using Entries = std::vector<std::pair<std::string, std::string>>;

// What is wrong begins after ten minutes.
constexpr int64_t kCauseMinute = 10;

Entries operator+(Entries all, Entries more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

const Entries kFromStream = {{"stream", "in"}, {"region", "us-east-1"}, {"on_failure", "file:in-failures"}};
const Entries kWithFile = kFromStream + Entries{{"checkpoint", "file:checkpoint"}};
const Entries kWithLeases = kFromStream + Entries{{"checkpoint", "dynamodb:app"}, {"application_name", "app"}};

std::vector<ConfSection> conf_with(const Entries& input) {
  return {{"INPUT", Entries{{"Name", "penstock_kinesis"}, {"Tag", "t"}} + input},
          {"FILTER", {{"Name", "lambda_logs"}, {"Match", "t"}}},
          {"OUTPUT",
           {{"Name", "penstock_kinesis"},
            {"Match", "t"},
            {"stream", "out"},
            {"region", "us-east-1"},
            {"on_failure", "file:out-failures"}}}};
}

model::Reply closed() { return {.headers = {}, .body = {}, .wire = model::Wire::closed}; }

// The credentials endpoint of a container: credentials for 15 minutes.
model::Reply credentials(int64_t unix_ms) {
  const model::AccessKey key;
  return {.headers = {{"Content-Type", "application/json"}},
          .body = R"({"AccessKeyId":")" + key.id + R"(","SecretAccessKey":")" + key.secret +
                  R"(","Token":"","Expiration":")" + format_rfc3339(unix_ms + 15 * kMinuteMs) + "\"}"};
}

bool is_call(const model::Request& request, std::string_view operation) {
  return model::header(request.headers, "x-amz-target").ends_with(operation);
}

// ---- One process

// A process that copies "in" to "out", and has done so until the cause begins.
struct OneProcess : Deployment {
  explicit OneProcess(const std::vector<ConfSection>& conf = conf_with(kWithFile), uint32_t shards = 2) {
    kinesis.create_stream("in", shards);
    kinesis.create_stream("out", 2);
    process = &add_worker(conf);
    start(*process);
    run_until(kCauseMinute);
  }

  // Makes the calls of these operations fail, as if the network were cut.
  void cut(const std::vector<std::string>& operations) {
    process->fault = [operations](const std::string&,
                                  const model::Request& request) -> std::optional<model::Reply> {
      for (const std::string& operation : operations)
        if (is_call(request, operation)) return closed();
      return std::nullopt;
    };
  }
  void heal() { process->fault = nullptr; }

  Worker* process;
};

void process_ends() {
  OneProcess world;
  world.process->host.reset();
  world.run_until(15);
  world.start(*world.process);
  world.run_until(20);
}

void loop_hangs() {
  OneProcess world;
  world.process->host->suspended_until_ms = world.clock.monotonic_ms() + 5 * kMinuteMs;
  world.run_until(20);
}

void output_fails() {
  OneProcess world;
  world.cut({"PutRecords"});
  world.run_until(35);
  world.heal();
  world.run_until(45);
}

void input_is_cut_off() {
  OneProcess world;
  world.cut({"GetRecords", "ListShards", "DescribeStreamSummary"});
  world.run_until(20);
  world.heal();
  world.run_until(25);
}

void stream_is_deleted() {
  OneProcess world;
  world.kinesis.delete_stream("in");
  world.messages_per_second = 0;
  world.run_until(20);
}

void disk_is_full() {
  OneProcess world;
  world.process->machine.files.set_free_bytes(0);
  world.put("\x1F\x8B not gzip");
  world.run_until(20);
  world.process->machine.files.set_free_bytes(std::nullopt);
  world.run_until(40);
}

void credentials_are_not_renewed() {
  bool endpoint_works = true;
  Deployment world;
  world.kinesis.create_stream("in", 1);
  world.kinesis.create_stream("out", 1);
  Worker& process = world.add_worker(conf_with(kWithFile));
  process.machine.variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/role"}};
  process.fault = [&](const std::string& host, const model::Request&) -> std::optional<model::Reply> {
    if (host != "169.254.170.2") return std::nullopt;
    return endpoint_works ? credentials(world.clock.unix_ms()) : closed();
  };
  world.start(process);
  world.run_until(40);
  endpoint_works = false;
  world.run_until(60);
  endpoint_works = true;
  world.run_until(70);
}

// Records arrive faster than this configuration can read them.
void input_is_too_slow() {
  OneProcess world(conf_with(kWithFile + Entries{{"max_records", "1"}}), 1);
  world.messages_per_second = 8;
  world.run_until(45);
  world.messages_per_second = 0;
  world.run_until(90);
}

// Records leave the stream while no process runs, for longer than the range of any query.
void retention_passes_the_checkpoint() {
  OneProcess world;
  world.process->host->stop();
  world.process->host.reset();
  world.run_until(75);
  for (model::Shard& shard : world.kinesis.stream("in")->shards())
    world.kinesis.trim(shard, shard.records.size() / 2 + 800);
  world.run_until(80);
  world.start(*world.process);
  world.run_until(160);
}

void record_is_not_decodable() {
  OneProcess world;
  world.put("\x1F\x8B not gzip");
  world.run_until(40);
}

// Before the first scrape of a process, which therefore never shows a counter without them.
void dead_letters_at_the_start() {
  Deployment world;
  world.kinesis.create_stream("in", 1);
  world.kinesis.create_stream("out", 1);
  world.put("\x1F\x8B not gzip");
  world.run_until(kCauseMinute);
  world.run_for_ms(kMinuteMs / 2);
  world.start(world.add_worker(conf_with(kWithFile)));
  world.run_until(40);
}

void record_is_too_large() {
  std::vector<ConfSection> conf = conf_with(kWithFile);
  conf.back().entries.emplace_back("max_record_bytes", "2k");
  OneProcess world(conf);
  world.put(std::string(3000, 'x'));
  world.run_until(40);
}

void service_rejects_records() {
  OneProcess world;
  world.kinesis.faults().set_rates({.reject_records = 0.3});
  world.run_until(40);
  world.kinesis.faults().set_rates({});
  world.run_until(60);
}

// ---- Workers with leases

const std::vector<ConfSection>& conf_of_fleet() {
  static const std::vector<ConfSection> kConf = conf_with(kWithLeases + Entries{{"poll_interval", "5s"}});
  return kConf;
}

struct Fleet : Deployment {
  explicit Fleet(size_t size) {
    kinesis.create_stream("in", 24);
    kinesis.create_stream("out", 2);
    dynamodb.make_table("app");
    messages_per_second = 4;
    for (size_t i = 0; i < size; ++i) start(add_worker(conf_of_fleet()));
  }
};

// A worker gets no processor time for longer than failover_time, once every three minutes.
void worker_is_starved() {
  Fleet world(3);
  for (int64_t minute = kCauseMinute; minute < 40; minute += 3) {
    world.run_until(minute);
    world.workers().front()->host->suspended_until_ms = world.clock.monotonic_ms() + 25 * kSecondMs;
  }
  world.run_until(62);
}

void lease_table_is_cut_off() {
  Fleet world(1);
  world.run_until(kCauseMinute);
  world.workers().front()->fault = [](const std::string& host,
                                      const model::Request&) -> std::optional<model::Reply> {
    return host.starts_with("dynamodb") ? std::optional(closed()) : std::nullopt;
  };
  world.run_until(20);
  world.workers().front()->fault = nullptr;
  world.run_until(25);
}

// Three workers with credentials that expire, through everything that is part of an ordinary hour.
void healthy_fleet() {
  Fleet world(0);
  const auto add = [&] {
    Worker& worker = world.add_worker(conf_of_fleet());
    worker.machine.variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/role"}};
    worker.fault = [&](const std::string& host, const model::Request&) -> std::optional<model::Reply> {
      if (host != "169.254.170.2") return std::nullopt;
      return credentials(world.clock.unix_ms());
    };
    world.start(worker);
  };
  for (int i = 0; i < 3; ++i) add();
  world.run_until(8);  // the stream is resharded
  model::Stream& in = *world.kinesis.stream("in");
  for (size_t i = 0; i < 3; ++i) {
    model::Shard& shard = in.shards()[i];
    in.split(shard, shard.first + (shard.last - shard.first) / 2 + 1, world.clock.unix_ms());
  }
  model::Shard& first = in.open_shard_for(0);
  in.merge(first, in.open_shard_for(first.last + 1), world.clock.unix_ms());
  world.run_until(15);  // a new version is deployed
  for (const auto& worker : world.workers()) {
    worker->host->stop();
    worker->host.reset();
    world.run_for_ms(10 * kSecondMs);
    world.start(*worker);
    world.run_for_ms(50 * kSecondMs);
  }
  world.run_until(25);  // a minute of throttling
  world.kinesis.faults().set_rates({.throttle = 0.9});
  world.run_until(26);
  world.kinesis.faults().set_rates({.reject_records = 0.02});
  world.run_until(32);  // another worker
  add();
  world.run_until(40);  // a process is killed, and started again
  world.workers()[1]->host.reset();
  world.run_for_ms(30 * kSecondMs);
  world.start(*world.workers()[1]);
  world.run_until(48);  // one worker less
  world.workers()[3]->host->stop();
  world.workers().pop_back();
  world.run_until(50);  // the service fails for 90 seconds
  world.kinesis.faults().set_rates({.internal_failure = 1});
  world.run_for_ms(90 * kSecondMs);
  world.kinesis.faults().set_rates({});
  world.run_until(60);
}

// A process with a position file, through a restart, and with a service that fails now and then.
void healthy_process() {
  OneProcess world;
  world.messages_per_second = 3;
  world.run_until(20);
  world.process->host->stop();
  world.process->host.reset();
  world.run_for_ms(90 * kSecondMs);
  world.start(*world.process);
  world.kinesis.faults().set_rates({.throttle = 0.05, .internal_failure = 0.02, .reject_records = 0.05});
  world.run_until(60);
}

// ---- Workers with a queue

struct WithQueue : Deployment {
  explicit WithQueue(size_t workers) {
    kinesis.create_stream("in", 4);
    kinesis.create_stream("out", 2);
    arn = kinesis.create_queue("queue", "in");
    const Entries input = {{"queue_arn", arn}, {"region", "us-east-1"}, {"on_failure", "queue"}};
    for (size_t i = 0; i < workers; ++i) start(add_worker(conf_with(input)));
    run_until(kCauseMinute);
  }

  std::string arn;
};

void queue_is_deleted() {
  WithQueue world(1);
  world.kinesis.delete_queue(world.arn);
  world.run_until(20);
}

void queue_gets_a_record_that_is_not_decodable() {
  WithQueue world(1);
  world.put("\x1F\x8B not gzip");
  world.run_until(60);
}

void healthy_queue() {
  WithQueue world(2);
  world.run_until(30);
  world.workers()[0]->host->stop();
  world.workers()[0]->host.reset();
  world.run_for_ms(30 * kSecondMs);
  world.start(*world.workers()[0]);
  world.run_until(60);
}

}  // namespace

const std::map<std::string, std::function<void()>>& scenarios() {
  static const std::map<std::string, std::function<void()>> kScenarios = {
      {"credentials_are_not_renewed", credentials_are_not_renewed},
      {"dead_letters_at_the_start", dead_letters_at_the_start},
      {"disk_is_full", disk_is_full},
      {"healthy_fleet", healthy_fleet},
      {"healthy_process", healthy_process},
      {"healthy_queue", healthy_queue},
      {"input_is_cut_off", input_is_cut_off},
      {"input_is_too_slow", input_is_too_slow},
      {"lease_table_is_cut_off", lease_table_is_cut_off},
      {"loop_hangs", loop_hangs},
      {"output_fails", output_fails},
      {"process_ends", process_ends},
      {"queue_gets_a_record_that_is_not_decodable", queue_gets_a_record_that_is_not_decodable},
      {"queue_is_deleted", queue_is_deleted},
      {"record_is_not_decodable", record_is_not_decodable},
      {"record_is_too_large", record_is_too_large},
      {"retention_passes_the_checkpoint", retention_passes_the_checkpoint},
      {"service_rejects_records", service_rejects_records},
      {"stream_is_deleted", stream_is_deleted},
      {"worker_is_starved", worker_is_starved},
  };
  return kScenarios;
}

}  // namespace penstock::monitoring
