#include "tests/e2e/emulators/fleet.h"

#include <signal.h>

#include <algorithm>
#include <fstream>

#include "tests/gzip.h"
#include "tests/model_kinesis/unix_now.h"

namespace penstock::emulators {
namespace {

constexpr uint32_t kShards = 12;
constexpr size_t kMaxWorkers = 6;
constexpr size_t kEventsAMessage = 5;
constexpr size_t kMessagesToFreezeWith = size_t{20} * kShards;  // so that every shard gets some
constexpr const char* kTable = "fleet-leases";

std::string name_of(size_t number) { return "w" + std::to_string(number); }
std::string output_of(size_t number) { return "out-" + name_of(number); }
// The access key by which the model recognizes the worker.
model::AccessKey key_of(size_t number) {
  model::AccessKey key;
  key.id = "AKIDWORKER" + std::to_string(number);
  return key;
}
// Returns false if `key` is empty.
bool is_from(const std::string& key, const model::Request& request) {
  const std::string_view signature = model::header(request.headers, "authorization");
  return !key.empty() && signature.find(key) != std::string_view::npos;
}
std::string event_id(size_t message, size_t event) {
  return std::to_string(message) + "-" + std::to_string(event);
}

}  // namespace

Fleet::Fleet(Dynalite& dynalite)
    : dynalite_(dynalite),
      client_([&dynalite](const model::Request& request) { return dynalite.post(request); }, model::unix_now_ms),
      watch_(client_, kTable),
      deployment_(kShards, 1) {
  deployment_.server.with([&](model::Service& service) {
    std::vector<model::AccessKey> keys = {model::AccessKey{}};
    for (size_t i = 0; i < kMaxWorkers; ++i) {
      keys.push_back(key_of(i));
      service.create_stream(output_of(i), 8);
    }
    service.set_keys(keys);
    service.on_request([this, &service](uint64_t number, const model::Request& request) {
      const std::string_view target = model::header(request.headers, "x-amz-target");
      if (target == "Kinesis_20131202.PutRecords" && is_from(key_to_reject_, request))
        service.faults().at(number, model::reject_records(1));
      if (target != "Kinesis_20131202.GetRecords") return;
      if (is_from(key_to_freeze_, request)) {
        kill(process_to_freeze_, SIGSTOP);
        key_to_freeze_.clear();
      }
      if (putting_) put_message(service);
    });
  });
}

Fleet::~Fleet() {
  deployment_.server.with([](model::Service& service) { service.on_request(nullptr); });
}

// ---- The workers

void Fleet::write_conf(size_t number) {
  const std::string url = deployment_.server.url();
  const e2e::OptionList input = {{"stream", "in"},
                                 {"region", "us-east-1"},
                                 {"endpoint", url},
                                 {"poll_interval", "200ms"},
                                 {"initial_position", "trim_horizon"},
                                 {"checkpoint", std::string("dynamodb:") + kTable},
                                 {"checkpoint_interval", "500ms"},
                                 {"application_name", "fleet"},
                                 {"create_table", "on"},
                                 {"failover_time", "6s"},
                                 {"dynamodb_endpoint", dynalite_.url()},
                                 {"on_failure", "file:" + path(number, "-input.jsonl")}};
  const e2e::OptionList output = {{"stream", output_of(number)},
                                  {"region", "us-east-1"},
                                  {"endpoint", url},
                                  {"on_failure", "file:" + path(number, "-output.jsonl")}};
  std::ofstream conf(path(number, ".conf"));
  conf << "[INPUT]\n    Name penstock_kinesis\n    Tag logs\n";
  for (const auto& [key, value] : input) conf << "    " << key << ' ' << value << '\n';
  conf << "[FILTER]\n    Name lambda_logs\n    Match *\n[OUTPUT]\n    Name penstock_kinesis\n    Match logs\n";
  for (const auto& [key, value] : output) conf << "    " << key << ' ' << value << '\n';
}

void Fleet::start_worker() {
  const size_t number = workers_.size();
  write_conf(number);
  const std::vector<std::string> environment = {"HOSTNAME=" + name_of(number),
                                                "AWS_ACCESS_KEY_ID=" + key_of(number).id};
  workers_.push_back(std::make_unique<e2e::HostProcess>(
      std::vector<std::string>{"run", "-c", path(number, ".conf")}, path(number, ".log"), environment));
}

std::string Fleet::all_logs() const {
  std::string text = watch_.text() + "\n";
  for (size_t i = 0; i < workers_.size(); ++i) text += "---- " + name_of(i) + "\n" + log_of(i);
  return text;
}

std::string Fleet::leases_as_printed() {
  const std::string output = deployment_.folder.path("leases");
  e2e::write_file(output, "");
  e2e::HostProcess leases({"leases", "-c", path(0, ".conf")}, output);
  // Retries while the service throttles: the workers make many calls.
  const int code = leases.wait(600);
  return (code == 0 ? "" : "exit code " + std::to_string(code) + ": ") + e2e::read_file(output);
}

bool Fleet::wait(size_t living, const std::function<bool()>& seen, int seconds) {
  const auto looked = [&] {
    watch_.look();
    return seen();
  };
  return worker(living).until(looked, seconds);
}

// ---- The events

void Fleet::put_message(model::Service& service) {
  std::vector<e2e::Event> some;
  for (size_t i = 0; i < kEventsAMessage; ++i) some.push_back({event_id(messages_, i), "all is well"});
  service.preload("in", std::to_string(messages_), gzip(e2e::message("/aws/lambda/orders", "stream", some)));
  ++messages_;
}

void Fleet::put_events(bool on) {
  deployment_.server.with([&](model::Service&) { putting_ = on; });
}

void Fleet::put_events_and_freeze(size_t number) {
  deployment_.server.with([&](model::Service& service) {
    messages_before_freezing_ = messages_;
    for (size_t i = 0; i < kMessagesToFreezeWith; ++i) put_message(service);
    key_to_freeze_ = key_of(number).id;
    process_to_freeze_ = worker(number).pid();
  });
}

bool Fleet::frozen() {
  bool frozen = false;
  deployment_.server.with([&](model::Service&) { frozen = key_to_freeze_.empty(); });
  return frozen;
}

void Fleet::block_output_of(size_t number) {
  deployment_.server.with([&](model::Service&) { key_to_reject_ = key_of(number).id; });
}

void Fleet::let_output_through() {
  deployment_.server.with([&](model::Service&) { key_to_reject_.clear(); });
}

uint64_t Fleet::rejected() { return deployment_.stats().records_rejected_by_faults; }

size_t Fleet::written_by(size_t number) {
  size_t records = 0;
  for (const auto& [id, times] : written(number)) records += times;
  return records;
}

bool Fleet::all_settled() {
  bool settled = true;
  deployment_.server.with([&](model::Service& service) {
    for (const model::Shard& shard : service.stream("in")->shards())
      settled = settled && (shard.records.empty() ||
                            watch_.checkpoint(shard.id()) == shard.records.back().sequence_number.text());
  });
  return settled;
}

std::map<std::string, Fleet::Event> Fleet::events() {
  std::map<std::string, Event> events;
  deployment_.server.with([&](model::Service& service) {
    service.each_record("in", [&](const model::Shard& shard, const model::Record& record) {
      const size_t message = std::stoul(record.partition_key);
      for (size_t i = 0; i < kEventsAMessage; ++i)
        events[event_id(message, i)] = {shard.id(), std::string(record.sequence_number.text()), message};
    });
  });
  return events;
}

std::map<std::string, size_t> Fleet::written(size_t number) {
  std::map<std::string, size_t> times;
  deployment_.server.with([&](model::Service& service) {
    service.each_record(output_of(number), [&](const model::Shard&, const model::Record& record) {
      ++times[e2e::event_id_of(record.data)];
    });
  });
  return times;
}

std::set<std::string> Fleet::shards_with_events_since_freezing() {
  std::set<std::string> shards;
  for (const auto& [id, event] : events())
    if (event.message >= messages_before_freezing_ &&
        event.message < messages_before_freezing_ + kMessagesToFreezeWith)
      shards.insert(event.shard);
  return shards;
}

size_t Fleet::written_since_freezing(size_t number) {
  const std::map<std::string, size_t> times = written(number);
  size_t count = 0;
  for (size_t message = 0; message < kMessagesToFreezeWith; ++message)
    for (size_t i = 0; i < kEventsAMessage; ++i)
      count += times.count(event_id(messages_before_freezing_ + message, i));
  return count;
}

Fleet::Count Fleet::count() {
  std::map<std::string, size_t> times;
  for (size_t i = 0; i < workers_.size(); ++i)
    for (const auto& [id, of_one] : written(i)) times[id] += of_one;
  Count count;
  for (const auto& [id, event] : events()) {
    ++count.events;
    const size_t copies = times[id];
    if (copies == 0) ++count.lost;
    if (copies < 2) continue;
    count.copies += copies - 1;
    const auto reread = static_cast<size_t>(std::count_if(
        watch_.takeovers().begin(), watch_.takeovers().end(), [&of = event](const LeaseWatch::Takeover& takeover) {
          return takeover.shard == of.shard && takeover.checkpoint < of.sequence_number;
        }));
    if (copies - 1 > reread) count.unexplained += copies - 1 - reread;
  }
  return count;
}

}  // namespace penstock::emulators
