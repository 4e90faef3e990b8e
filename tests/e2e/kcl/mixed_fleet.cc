#include "tests/e2e/kcl/mixed_fleet.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/e2e/kcl/java.h"
#include "tests/gzip.h"
#include "tests/kpl_bytes.h"
#include "tests/model_kinesis/unix_now.h"

namespace penstock::e2e {

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

}  // namespace

MixedFleet::MixedFleet(DynamoDb& dynamodb, std::string java_class_path, uint32_t shards,
                       std::vector<std::string> streams)
    : dynamodb_(dynamodb),
      client_(dynamodb.post, model::unix_now_ms),
      java_class_path_(std::move(java_class_path)),
      streams_(std::move(streams)),
      deployment_(shards, 1) {
  with_service([&](model::Service& service) {
    for (const std::string& name : streams_) service.create_stream(name, shards);  // the first one exists
  });
}

// Each worker has files of its own for dead letters.
std::string MixedFleet::write_conf(const std::string& name, const std::string& more_for_output) {
  const std::string url = deployment_.server.url();
  const std::string conf = deployment_.folder.path(name + ".conf");
  std::ofstream(conf) << "[INPUT]\n    Name penstock_kinesis\n    Tag logs\n    stream " << joined(streams_)
                      << "\n    region us-east-1\n    endpoint " << url
                      << "\n    poll_interval 200ms\n    initial_position trim_horizon\n"
                      << "    checkpoint dynamodb\n    application_name " << kApplication
                      << "\n    checkpoint_interval 500ms\n    create_table on\n    failover_time 6s\n"
                      << "    dynamodb_endpoint " << dynamodb_.url
                      << "\n    on_failure file:" << deployment_.folder.path(name + "-input.jsonl") << "\n"
                      << "[FILTER]\n    Name lambda_logs\n    Match *\n"
                      << "[OUTPUT]\n    Name penstock_kinesis\n    Match logs\n    stream out\n"
                      << "    region us-east-1\n    endpoint " << url
                      << "\n    on_failure file:" << deployment_.folder.path(name + "-output.jsonl") << "\n"
                      << more_for_output;
  return conf;
}

ChildProcess& MixedFleet::start_penstock(const std::string& more_for_output) {
  const std::string name = "penstock" + std::to_string(ours_++);
  const std::string conf = write_conf(name, more_for_output);
  workers_.push_back(std::make_unique<HostProcess>(std::vector<std::string>{"run", "-c", conf}, log(name),
                                                   std::vector<std::string>{"HOSTNAME=" + name}));
  return *workers_.back();
}

// KCL's names for several streams of one application: account:name:epoch.
std::string MixedFleet::stream_identifiers() {
  if (streams_.size() == 1) return streams_[0];
  std::vector<std::string> identifiers;
  with_service([&](model::Service& service) {
    for (const std::string& name : streams_)
      identifiers.push_back(service.settings().account + ":" + name + ":" +
                            std::to_string(service.stream(name)->created_ms() / 1'000));
  });
  return joined(identifiers);
}

ChildProcess& MixedFleet::start_kcl(const KclOptions& options) {
  const std::string name = "kcl" + std::to_string(kcls_++);
  const std::vector<std::string> arguments = {std::string("application=") + kApplication,
                                              "worker=" + name,
                                              "streams=" + stream_identifiers(),
                                              "kinesis=" + deployment_.server.url(),
                                              "dynamodb=" + dynamodb_.url,
                                              "max_leases=" + std::to_string(options.max_leases),
                                              "last=" + options.last,
                                              "mode=" + options.mode};
  const std::string& class_path = options.class_path.empty() ? java_class_path_ : options.class_path;
  workers_.push_back(start_java(class_path, "KclWorker", arguments, log(name)));
  return *workers_.back();
}

int MixedFleet::run_penstock(const std::vector<std::string>& arguments) {
  std::vector<std::string> with_conf = arguments;
  with_conf.insert(with_conf.end(), {"-c", write_conf("command")});
  return HostProcess(with_conf, log("command")).wait(120);
}

std::string MixedFleet::message_of(const std::string& id) {
  return gzip(message("/aws/lambda/orders", "stream", {{id, "all is well"}}));
}

void MixedFleet::put(size_t records) {
  with_service([&](model::Service& service) {
    for (size_t i = 0; i < records; ++i, ++put_) {
      const std::string id = std::to_string(put_);
      service.preload(streams_[put_ % streams_.size()], id, message_of(id));
    }
  });
}

void MixedFleet::put_aggregated(size_t user_records) {
  std::string keys, records;
  for (size_t i = 0; i < user_records; ++i, ++put_) {
    const std::string id = std::to_string(put_);
    keys += kpl_bytes::partition_key(id);
    records += kpl_bytes::user_record(i, message_of(id));
  }
  with_service([&](model::Service& service) {
    service.preload(streams_[0], "aggregated", kpl_bytes::sealed(keys + records));
  });
}

void MixedFleet::with_stream(const std::function<void(model::Stream&)>& change) {
  with_service([&](model::Service& service) { change(*service.stream(streams_[0])); });
}

void MixedFleet::split(size_t shard) {
  with_stream([shard](model::Stream& stream) {
    model::Shard& parent = stream.shards()[shard];
    stream.split(parent, parent.first + (parent.last - parent.first) / 2, model::unix_now_ms());
  });
}

model::Response MixedFleet::call_dynamodb(std::string_view operation, std::string body) const {
  return client_.call(operation, std::move(body));
}

std::map<std::string, size_t> MixedFleet::reads() {
  std::map<std::string, size_t> reads;
  for (const auto& [id, times] : deployment_.delivered()) reads[id] += static_cast<size_t>(times);
  for (size_t i = 0; i < kcls_; ++i) {
    std::ifstream lines(kcl_log(i));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string word, shard, sequence_number, sub_sequence_number, key;
      if (words >> word >> shard >> sequence_number >> sub_sequence_number >> key && word == "record")
        ++reads[key];
    }
  }
  return reads;
}

bool MixedFleet::wait(ChildProcess& living, const std::function<bool()>& seen) {
  constexpr int kSeconds = 180, kLookEveryMs = 500;  // each look reads all logs
  return living.until(seen, kSeconds, kLookEveryMs);
}

size_t MixedFleet::shards_of_kcl(size_t number) const {
  std::ifstream lines(kcl_log(number));
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

MixedFleet::Count MixedFleet::count() {
  Count count;
  count.put = put_;
  const std::map<std::string, size_t> reads = this->reads();
  count.lost = put_ - reads.size();
  for (const auto& [id, times] : reads) count.duplicated += times - 1;
  return count;
}

MixedFleet::Count MixedFleet::count(const std::string& scenario) {
  const Count count = this->count();
  std::printf("%s: %zu put, %zu lost, %zu duplicated\n", scenario.c_str(), count.put, count.lost,
              count.duplicated);
  return count;
}

std::string MixedFleet::logs() const {
  std::string text;
  for (size_t i = 0; i < ours_; ++i) text += read_file(penstock_log(i));
  for (size_t i = 0; i < kcls_; ++i) {
    const std::string all = read_file(kcl_log(i));
    text += "---- kcl" + std::to_string(i) + "\n" + all.substr(all.size() - std::min<size_t>(all.size(), 20'000));
  }
  return text + read_file(command_log());
}

}  // namespace penstock::e2e
