// Workers of Penstock and of the Kinesis Client Library, each a child process, which divide the shards of a stream
// through a lease table in dynalite. The stream is in the model.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/e2e/child_process.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/emulators/dynalite.h"

namespace penstock::e2e {

class MixedFleet {
 public:
  // REQUIRES: dynalite outlives the fleet. java_class_path: KclWorker.class and its libraries.
  MixedFleet(emulators::Dynalite& dynalite, std::string java_class_path, uint32_t shards);

  ChildProcess& start_penstock();
  ChildProcess& start_kcl(int max_leases = 1'000);
  // Runs a command such as seek with the configuration of our workers, and returns its exit code.
  int run_penstock(const std::vector<std::string>& arguments);

  // Puts this many records, each a message of one event, spread over the open shards.
  void put(size_t records);
  void with_stream(const std::function<void(model::Stream&)>& change);

  // Returns how often each record was read, by either library.
  std::map<std::string, size_t> reads();
  bool all_read();
  // Waits until `seen`. Returns false after three minutes, or if the worker ends.
  static bool wait(ChildProcess& living, const std::function<bool()>& seen);
  // Returns how many "begin SHARD" lines without a later "lost" or "end" the log of this KCL worker has.
  size_t shards_of_kcl(size_t number) const;

  struct Count {
    size_t put = 0, lost = 0, duplicated = 0;
  };
  // Prints and returns the count.
  Count count(const std::string& scenario);
  std::string logs() const;

 private:
  std::string write_conf(const std::string& name);
  std::string log(const std::string& name) const { return deployment_.folder.path(name + ".log"); }

  emulators::Dynalite& dynalite_;
  std::string java_class_path_;
  Deployment deployment_;
  size_t put_ = 0, ours_ = 0, kcls_ = 0;
  std::vector<std::unique_ptr<ChildProcess>> workers_;
};

}  // namespace penstock::e2e
