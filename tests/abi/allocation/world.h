// What surrounds an instance in these tests: services and a time of the test's own, all on its thread, so that the
// same run goes the same way each time, however busy the machine is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/abi/allocation/local_server.h"
#include "tests/abi/allocation/scenario.h"
#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/service.h"

namespace penstock::abi {

// One at a time, for one run. The library's own waiting (epoll_wait) is done here too, and what it asks the disk
// to keep (fsync) is not: no power cut is tested.
class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const penstock_host& host() const { return host_; }
  const std::string& log() const { return log_; }
  // Options of a stage that reads or writes the stream, with more.
  static Options options(const std::string& stream, const Options& more);
  // Makes the stage, where memory is short at the second try.
  penstock_instance* make(Calls& calls, const penstock_stage* stage, const Options& options) const;

  // Does the turn and waits for what comes of it, again and again until it is done. False where nothing comes any
  // more.
  bool drive(const penstock_stage* stage, penstock_instance* self, const std::function<bool()>& done,
             const std::function<void()>& turn);
  // For epoll_wait(): until the descriptor has something, or the time has passed (-1: for ever).
  void wait(int descriptor, int timeout_ms);

  model::Service kinesis;
  dynamodb::Service dynamodb;
  LocalServer::Handle others;  // what asks neither of them

 private:
  model::Reply handle(model::Request request);
  int64_t monotonic_ms() const { return 1'000 + passed_ms_; }
  int64_t wall_ms() const { return kStartMs + passed_ms_; }
  // False where time is at its end.
  bool wait_until(int descriptor, int64_t deadline_ms);

  static constexpr int64_t kStartMs = 1'700'000'000'000;  // Unix time

  LocalServer server_;
  const uint64_t own_threads_;
  penstock_host host_ = {};
  int64_t passed_ms_ = 0;
  uint64_t random_ = 0;
  std::string log_;
};

}  // namespace penstock::abi
