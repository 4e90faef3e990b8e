// A complete Env for tests: virtual time, randomness from a seed, a network that leads to a model of the service,
// and a disk in memory. Everything runs on the test's thread, and the same seed gives the same run.
//
//   sim::SimClock clock;
//   model::Service service({}, [&] { return clock.unix_ms(); });
//   sim::SimEnv sim(clock, service, seed);
//   Thing thing(sim.env());
//   thing.poll(clock.monotonic_ms() + 600'000);  // ten minutes, at once
//
// For several instances in one test, use a SimEnv for each, on one clock and one service. Drive each with deadline
// 0, then advance the clock to the earliest of their next deadlines (sim.clock().to_shared_ms(), if machines
// sleep).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/env.h"
#include "tests/model_kinesis/service.h"
#include "tests/sim/sim_clock.h"
#include "tests/sim/sim_files.h"
#include "tests/sim/sim_transport.h"

namespace penstock::sim {

struct LogLine {
  LogLevel level;
  std::string text;
};

class SimEnv {
 public:
  // REQUIRES: the clock and the service outlive it. Every host name leads to that service.
  SimEnv(SimClock& clock, model::Service& service, uint64_t seed)
      : SimEnv(
            clock,
            [&service](const std::string&, model::Request request) { return service.handle(std::move(request)); },
            seed) {}
  SimEnv(SimClock& clock, SimTransport::Serve serve, uint64_t seed)
      : clock_(clock), random_(seed), transport_(clock, clock_, random_, std::move(serve)), env_(make()) {}
  SimEnv(const SimEnv&) = delete;
  SimEnv& operator=(const SimEnv&) = delete;

  Env& env() { return env_; }
  MachineClock& clock() { return clock_; }  // env().clock
  SimRandom& random() { return random_; }
  SimTransport& transport() { return transport_; }
  SimFiles& files() { return files_; }
  // The environment variables, env().variable. At first the access key that the model accepts.
  std::map<std::string, std::string, std::less<>>& variables() { return variables_; }
  const std::vector<LogLine>& log() const { return log_; }
  // Returns whether a captured line contains the text.
  bool logged(std::string_view text) const {
    for (const LogLine& line : log_)
      if (line.text.find(text) != std::string::npos) return true;
    return false;
  }

  // Kills the process, as kill -9 does. Before it, destroy what ran on the process; after it, create that again.
  void kill() {
    transport_.abandon_calls();
    files_.kill();
  }
  // Cuts the power: as kill(), and everything that was not synced is lost.
  void crash() {
    transport_.abandon_calls();
    files_.crash(random_);
  }

 private:
  Env make() {
    return Env{clock_,
               random_,
               transport_,
               files_,
               [this](const char* name) -> std::optional<std::string> {
                 const auto found = variables_.find(std::string_view(name));
                 if (found == variables_.end()) return std::nullopt;
                 return found->second;
               },
               [this](LogLevel level, std::string_view line) {
                 log_.push_back({level, std::string(line)});
               }};
  }

  MachineClock clock_;
  SimRandom random_;
  SimTransport transport_;
  SimFiles files_;
  std::map<std::string, std::string, std::less<>> variables_ = {
      {"AWS_ACCESS_KEY_ID", model::AccessKey{}.id}, {"AWS_SECRET_ACCESS_KEY", model::AccessKey{}.secret}};
  std::vector<LogLine> log_;
  Env env_;
};

}  // namespace penstock::sim
