// `penstock run` in virtual time: the pipeline, the calls of its loop, and its answer to GET /metrics.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/observe/endpoints.h"
#include "host/pipeline/pipeline.h"
#include "host/pipeline/turns.h"
#include "tests/monitoring/sim_machine.h"

namespace penstock::monitoring {

// A section of a configuration: its name, and its keys and values.
struct ConfSection {
  std::string name;
  std::vector<std::pair<std::string, std::string>> entries;
};

// A process. The destructor kills it, as kill -9 does.
class MonitoredHost {
 public:
  // Throws std::runtime_error if a stage does not start. REQUIRES: the machine outlives it.
  MonitoredHost(SimMachine& machine, const std::vector<ConfSection>& conf, host::Log& log);
  ~MonitoredHost();
  MonitoredHost(const MonitoredHost&) = delete;
  MonitoredHost& operator=(const MonitoredHost&) = delete;

  int64_t next_ms() const;  // when turn() has something to do
  void turn();
  // Drains, saves the positions, and ends. Advances the clock.
  void stop();
  // Returns the body of GET /metrics.
  std::string metrics();

  int64_t suspended_until_ms = 0;  // before that, it gets no processor time, and answers no request

 private:
  SimMachine& machine_;
  host::Pipeline pipeline_;
  std::unique_ptr<host::Turns> turns_;
  host::Endpoints endpoints_;
};

}  // namespace penstock::monitoring
