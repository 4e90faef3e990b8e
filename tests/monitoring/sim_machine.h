// A machine in virtual time, whose processes run the stages of libpenstock.so unchanged: sim_host_env.cc replaces
// the system that plugin/abi/host_env.cc gives to an instance, and the clock of client/clock.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/sim/sim_clock.h"
#include "tests/sim/sim_files.h"
#include "tests/sim/sim_transport.h"

namespace penstock::monitoring {

struct SimMachine {
  SimMachine(sim::SimClock& shared, sim::SimTransport::Serve to, uint64_t seed)
      : time(shared), clock(shared), random(seed), serve(std::move(to)) {}

  sim::SimClock& time;
  sim::MachineClock clock;
  sim::SimRandom random;
  sim::SimFiles files;
  sim::SimTransport::Serve serve;
  std::map<std::string, std::string, std::less<>> variables;
};

// Sets the clock of the process; it must outlive every use of client/clock.h.
void use_clock(sim::SimClock& clock);

// While an object of this class exists, instances are created on that machine, which must outlive them.
class OnMachine {
 public:
  explicit OnMachine(SimMachine& machine);
  ~OnMachine();
  OnMachine(const OnMachine&) = delete;
  OnMachine& operator=(const OnMachine&) = delete;
};

}  // namespace penstock::monitoring
