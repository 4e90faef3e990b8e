// The one loop: waits for every instance of a pipeline in one thread, and calls each when it is due.
#pragma once

#include <poll.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "host/pipeline/idle.h"
#include "host/pipeline/pipeline.h"
#include "host/pipeline/progress.h"
#include "host/util/log.h"
#include "host/util/signals.h"

namespace penstock::host {

struct LoopOptions {
  int64_t grace_ms = 5000;
  int64_t stats_interval_ms = 10000;         // 0: never
  std::optional<int64_t> exit_when_idle_ms;  // nothing came, failed, was in flight or behind so long
  std::optional<int64_t> patience_ms;        // gives up when nothing was emitted or settled for that time
};

class Loop {
 public:
  // All must outlive the loop.
  Loop(Pipeline& pipeline, const Signals& signals, Log& log, const LoopOptions& options);

  // Runs until a signal, the end of all inputs, the end of an output, or idleness; then drains and closes.
  // True: everything that had to be saved was, no output ended before the inputs did, and patience_ms did not run
  // out.
  bool run();

 private:
  // What the loop knows of an instance beside what the instance tells.
  struct Pace {
    int descriptor = -1;
    bool readable = false;
    int64_t not_before_ms = INT64_MIN;  // not called sooner, whatever it says
    bool was_blocked = false;           // input: at the last turn
  };

  const char* reason_to_end(int64_t now_ms);
  void turn(bool polling);
  void turn_output(Output& output, Pace& pace, int64_t now_ms);
  void turn_input(Input& input, Pace& pace, bool polling, int64_t now_ms);
  void wait(int64_t until_ms);
  int64_t next_deadline_ms() const;
  static bool due(const Instance& instance, const Pace& pace, int64_t now_ms);
  bool out_of_patience(int64_t now_ms);
  bool drain(const char* reason);

  Pipeline& pipeline_;
  const Signals& signals_;
  Log& log_;
  LoopOptions options_;
  Progress progress_;
  IdleCheck idle_;
  std::vector<Pace> input_paces_;
  std::vector<Pace> output_paces_;
  std::vector<pollfd> descriptors_;
  std::vector<Pace*> polled_;  // the pace for each of descriptors_, nullptr for the signals'
  int64_t active_ms_;          // when something last came, failed or was in flight
  int64_t next_stats_ms_;
  int64_t progress_ms_;  // when something was last emitted or settled
  int64_t progress_made_ = 0;
  bool gave_up_ = false;
};

}  // namespace penstock::host
