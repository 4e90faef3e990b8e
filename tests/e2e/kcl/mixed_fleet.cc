#include "tests/e2e/kcl/mixed_fleet.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/e2e/kcl/java.h"
#include "tests/gzip.h"

namespace penstock::e2e {

namespace {
constexpr const char* kApplication = "mixed";
}  // namespace

MixedFleet::MixedFleet(emulators::Dynalite& dynalite, std::string java_class_path, uint32_t shards)
    : dynalite_(dynalite), java_class_path_(std::move(java_class_path)), deployment_(shards, 1) {}

// Each worker has files of its own for dead letters.
std::string MixedFleet::write_conf(const std::string& name) {
  const std::string url = deployment_.server.url();
  const std::string conf = deployment_.folder.path(name + ".conf");
  std::ofstream(conf) << "[INPUT]\n    Name penstock_kinesis\n    Tag logs\n    stream in\n    region us-east-1\n"
                      << "    endpoint " << url << "\n    poll_interval 200ms\n    initial_position trim_horizon\n"
                      << "    checkpoint dynamodb\n    application_name " << kApplication
                      << "\n    checkpoint_interval 500ms\n    create_table on\n    failover_time 6s\n"
                      << "    dynamodb_endpoint " << dynalite_.url()
                      << "\n    on_failure file:" << deployment_.folder.path(name + "-input.jsonl") << "\n"
                      << "[FILTER]\n    Name lambda_logs\n    Match *\n"
                      << "[OUTPUT]\n    Name penstock_kinesis\n    Match logs\n    stream out\n"
                      << "    region us-east-1\n    endpoint " << url
                      << "\n    on_failure file:" << deployment_.folder.path(name + "-output.jsonl") << "\n";
  return conf;
}

ChildProcess& MixedFleet::start_penstock() {
  const std::string name = "penstock" + std::to_string(ours_++);
  workers_.push_back(std::make_unique<HostProcess>(std::vector<std::string>{"run", "-c", write_conf(name)},
                                                   log(name), std::vector<std::string>{"HOSTNAME=" + name}));
  return *workers_.back();
}

ChildProcess& MixedFleet::start_kcl(int max_leases) {
  const std::string name = "kcl" + std::to_string(kcls_++);
  const std::vector<std::string> arguments = {
      kApplication, name, "in", deployment_.server.url(), dynalite_.url(), std::to_string(max_leases)};
  workers_.push_back(start_java(java_class_path_, "KclWorker", arguments, log(name)));
  return *workers_.back();
}

int MixedFleet::run_penstock(const std::vector<std::string>& arguments) {
  std::vector<std::string> with_conf = arguments;
  with_conf.insert(with_conf.end(), {"-c", write_conf("command")});
  return HostProcess(with_conf, log("command")).wait(120);
}

void MixedFleet::put(size_t records) {
  deployment_.server.with([&](model::Service& service) {
    for (size_t i = 0; i < records; ++i, ++put_) {
      const std::string id = std::to_string(put_);
      service.preload("in", id, gzip(message("/aws/lambda/orders", "stream", {{id, "all is well"}})));
    }
  });
}

void MixedFleet::with_stream(const std::function<void(model::Stream&)>& change) {
  deployment_.server.with([&](model::Service& service) { change(*service.stream("in")); });
}

std::map<std::string, size_t> MixedFleet::reads() {
  std::map<std::string, size_t> reads;
  for (const auto& [id, times] : deployment_.delivered()) reads[id] += static_cast<size_t>(times);
  for (size_t i = 0; i < kcls_; ++i) {
    std::ifstream lines(log("kcl" + std::to_string(i)));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string word, shard, sequence_number, sub_sequence_number, key;
      if (words >> word >> shard >> sequence_number >> sub_sequence_number >> key && word == "record")
        ++reads[key];
    }
  }
  return reads;
}

bool MixedFleet::all_read() { return reads().size() == put_; }

bool MixedFleet::wait(ChildProcess& living, const std::function<bool()>& seen) {
  constexpr int kSeconds = 180, kLookEveryMs = 500;  // each look reads all logs
  return living.until(seen, kSeconds, kLookEveryMs);
}

size_t MixedFleet::shards_of_kcl(size_t number) const {
  std::ifstream lines(log("kcl" + std::to_string(number)));
  std::set<std::string> shards;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, shard;
    words >> word >> shard;
    if (word == "begin") shards.insert(shard);
    if (word == "lost" || word == "end") shards.erase(shard);
  }
  return shards.size();
}

MixedFleet::Count MixedFleet::count(const std::string& scenario) {
  Count count;
  count.put = put_;
  const std::map<std::string, size_t> reads = this->reads();
  count.lost = put_ - reads.size();
  for (const auto& [id, times] : reads) count.duplicated += times - 1;
  std::printf("%s: %zu put, %zu lost, %zu duplicated\n", scenario.c_str(), count.put, count.lost,
              count.duplicated);
  return count;
}

std::string MixedFleet::logs() const {
  std::string text;
  for (size_t i = 0; i < ours_; ++i) text += read_file(log("penstock" + std::to_string(i)));
  for (size_t i = 0; i < kcls_; ++i) {
    const std::string all = read_file(log("kcl" + std::to_string(i)));
    text += "---- kcl" + std::to_string(i) + "\n" + all.substr(all.size() - std::min<size_t>(all.size(), 20'000));
  }
  return text + read_file(log("command"));
}

}  // namespace penstock::e2e
