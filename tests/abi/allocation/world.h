// The surroundings of an instance in these tests: services and a simulated clock, all on the test's thread, so
// that a run repeats exactly, however busy the machine is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/abi/allocation/local_server.h"
#include "tests/abi/allocation/scenario.h"
#include "tests/model_dynamodb/service.h"
#include "tests/model_kinesis/service.h"

namespace penstock::abi {

// The world of one run; at most one exists. Replaces the library's epoll_wait with wait(), and makes fsync do
// nothing, because no test cuts the power.
class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const penstock_host& host() const { return host_; }
  const std::string& log() const { return log_; }
  // Returns `more` with the options of a stage that reads or writes the stream.
  static Options options(const std::string& stream, const Options& more);
  // Creates an instance, with a second try if memory runs out.
  penstock_instance* make(Calls& calls, const penstock_stage* stage, const Options& options) const;

  // Calls `turn` and waits for the next event until `done`. Returns false if nothing more can happen.
  bool drive(const penstock_stage* stage, penstock_instance* self, const std::function<bool()>& done,
             const std::function<void()>& turn);
  // In place of epoll_wait(): waits until the descriptor is ready or the timeout has passed (-1: no timeout).
  void wait(int descriptor, int timeout_ms);

  model::Service kinesis;
  dynamodb::Service dynamodb;
  LocalServer::Handle others;  // requests that are for neither service

 private:
  model::Reply handle(model::Request request);
  int64_t monotonic_ms() const { return 1'000 + passed_ms_; }
  int64_t wall_ms() const { return kStartMs + passed_ms_; }
  // Returns false at the end of simulated time.
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
