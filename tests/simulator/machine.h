// A machine: disks, networks and keys that outlive the processes on it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tests/model_kinesis/signature.h"
#include "tests/sim/sim_env.h"
#include "tests/simulator/process.h"

namespace penstock::simulator {

// Calls in flight from a process that does not run arrive at most this much later.
inline constexpr int64_t kCarryMs = 20;

// A key ID consists of the name of a process, this mark, and a number; the secret begins with the ID.
inline constexpr std::string_view kKeyMark = "-key-";
inline constexpr std::string_view kSecretMark = "secret-of-";

class Machine {
 public:
  // The machine's connections to the rest of the world.
  struct Links {
    sim::SimTransport::Serve serve;
    // Makes the services accept that key, in place of the process's previous one.
    std::function<void(const model::AccessKey& key)> admit;
    Watches watches;
  };

  // REQUIRES: the references outlive it.
  Machine(const Plan& plan, sim::SimClock& clock, Checker& checker, const Trace& trace, size_t index, Links links);

  // kill() ends the process as kill -9 does; crash() cuts the machine's power.
  void kill() { die(false); }
  void crash() { die(true); }
  // The same, in the middle of the next write.
  void kill_writing() { die_writing(false); }
  void crash_writing() { die_writing(true); }
  void forget_death();
  // Shuts the process down.
  void stop(int64_t grace_ms);
  void replace_keys();

  void set_network(int64_t min_latency_ms, int64_t max_latency_ms, const sim::NetworkFaults& faults);
  // Suspends the whole machine, with its clock.
  void fall_asleep();
  void wake();
  void set_wall_error_ms(int64_t ms);
  void set_disk(const sim::FileFaults& faults);
  // Sets the share of the batches offered by its input that the host rejects.
  void set_rejections(double share) { taking_.rejected_share = share; }
  void reject_all(bool all) { taking_.rejects_all = all; }

  // Returns the monotonic time at which turn() has something to do.
  int64_t next_turn_ms();
  void turn();

  Process* process() { return process_.get(); }  // nullptr: none runs
  sim::SimEnv& in() { return in_; }
  sim::SimEnv& out() { return out_; }
  // Visits every line of its dead-letter files that would survive a power cut now.
  void each_failure(const std::function<void(std::string_view line)>& visit);

  bool frozen = false;  // its process is stopped
  bool down = false;    // no process is started on it

 private:
  void listen(sim::SimEnv& env);
  void start();
  void turn_process();
  void die(bool power_is_cut);
  void die_writing(bool power_is_cut);
  void look_at_checkpoint();

  const Plan& plan_;
  sim::SimClock& clock_;
  const int64_t epoch_ms_;  // Unix time, when the plan's time begins
  Checker& checker_;
  const Trace& trace_;
  Links links_;
  std::string name_;
  std::string process_name_;  // of the current process, or of the last one
  sim::SimRandom random_;
  Taking taking_;
  sim::SimEnv in_, out_;
  sim::SimEnv reader_;  // of no process, without faults
  std::unique_ptr<Process> process_;
  bool stopping_ = false;
  bool power_goes_too_ = false;  // when the process dies writing
  int lives_ = 0;
  int keys_ = 0;
  const int64_t first_start_ms_;
  int64_t start_ms_ = first_start_ms_;
  int64_t carried_ms_ = 0;
  std::string checkpoint_;  // the file's content
};

}  // namespace penstock::simulator
