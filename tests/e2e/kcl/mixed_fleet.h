// Workers of Penstock and of the Kinesis Client Library, each a child process, which divide the shards of one or
// several streams through a lease table. The streams are in the model.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/kcl/dynamodb.h"
#include "tests/model_dynamodb/table_client.h"

namespace penstock::e2e {

class MixedFleet {
 public:
  // REQUIRES: dynamodb outlives the fleet. java_class_path: KclWorker.class and its libraries. The streams have
  // this many shards each.
  MixedFleet(DynamoDb& dynamodb, std::string java_class_path, uint32_t shards,
             std::vector<std::string> streams = {"in"});

  // more_for_output: lines of the output's section.
  ChildProcess& start_penstock(const std::string& more_for_output = "");
  struct KclOptions {
    int max_leases = 1'000;
    std::string last = {};  // partition key of the record at which the worker checkpoints and stops
    std::string mode = "CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X";  // only for KCL 3
    std::string class_path = {};                                    // of another version
  };
  ChildProcess& start_kcl(const KclOptions& options);
  ChildProcess& start_kcl() { return start_kcl(KclOptions()); }
  // Runs a command such as seek with the configuration of our workers, and returns its exit code.
  int run_penstock(const std::vector<std::string>& arguments);

  // Puts this many records, each a message of one event, spread over the streams and their open shards. Their
  // partition keys are 0, 1, ...
  void put(size_t records);
  // Puts one record that aggregates this many user records. REQUIRES: one stream with one shard.
  void put_aggregated(size_t user_records);
  void with_stream(const std::function<void(model::Stream&)>& change);  // the first one
  // Splits a shard of the first stream in the middle.
  void split(size_t shard);
  void with_service(const std::function<void(model::Service&)>& change) { deployment_.server.with(change); }
  // Calls DynamoDB. body: JSON.
  model::Response call_dynamodb(std::string_view operation, std::string body) const;
  static constexpr const char* kApplication = "mixed";  // and the lease table

  // Returns how often each record was read, by either library.
  std::map<std::string, size_t> reads();
  bool all_read() { return reads().size() == put_; }
  // Waits until `seen`. Returns false after three minutes, or if the worker ends.
  static bool wait(ChildProcess& living, const std::function<bool()>& seen);
  // Returns how many "begin SHARD" lines without a later "lost" or "end" the log of this KCL worker has.
  size_t shards_of_kcl(size_t number) const;
  std::string kcl_log(size_t number) const { return log("kcl" + std::to_string(number)); }
  std::string penstock_log(size_t number) const { return log("penstock" + std::to_string(number)); }
  std::string command_log() const { return log("command"); }

  struct Count {
    size_t put = 0, lost = 0, duplicated = 0;
  };
  Count count();
  // Prints and returns the count.
  Count count(const std::string& scenario);
  std::string logs() const;

 private:
  std::string write_conf(const std::string& name, const std::string& more_for_output = "");
  std::string log(const std::string& name) const { return deployment_.folder.path(name + ".log"); }
  std::string stream_identifiers();
  static std::string message_of(const std::string& id);

  DynamoDb& dynamodb_;
  dynamodb::TableClient client_;
  std::string java_class_path_;
  std::vector<std::string> streams_;
  Deployment deployment_;
  size_t put_ = 0, ours_ = 0, kcls_ = 0;
  std::vector<std::unique_ptr<ChildProcess>> workers_;
};

}  // namespace penstock::e2e
