// A machine: disks and networks that outlive the processes on it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tests/sim/sim_env.h"
#include "tests/simulator/process.h"

namespace penstock::simulator {

class Machine {
 public:
  // Answers a call of the process with that name.
  using Serve = std::function<model::Reply(const std::string& process, const std::string& host, model::Request)>;

  // The references outlive it.
  Machine(const Plan& plan, sim::SimClock& clock, Judge& judge, const Trace& trace, size_t index, Serve serve);

  // Starts a process where there is none; where it cannot begin, later.
  void start();
  // As kill -9, and as a power cut.
  void kill();
  void crash();
  // It ends in order.
  void stop(int64_t grace_ms);

  void set_latency_ms(int64_t least, int64_t most);
  // When turn() has something to do; monotonic.
  int64_t next_turn_ms() const;
  void turn();

  Process* process() { return process_.get(); }  // nullptr: none runs
  const std::string& name() const { return name_; }
  sim::SimEnv& in() { return in_; }
  sim::SimEnv& out() { return out_; }
  // Every line of its failure files that would survive a power cut now.
  void each_failure(const std::function<void(std::string_view line)>& visit);

  bool frozen = false;
  bool down = false;  // nothing is started on it

 private:
  void prepare(sim::SimEnv& env);
  void look_at_checkpoint();

  const Plan& plan_;
  sim::SimClock& clock_;
  Judge& judge_;
  const Trace& trace_;
  std::string name_;
  std::string process_name_;  // of the process that runs, or ran last
  sim::SimEnv in_, out_;
  std::unique_ptr<Process> process_;
  bool stopping_ = false;
  int lives_ = 0;
  int64_t start_ms_ = 0;
  std::string checkpoint_;  // the file's content
};

}  // namespace penstock::simulator
