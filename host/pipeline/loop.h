// The loop: waits for all instances of a pipeline in one thread, and calls each when it is due.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "client/pacing.h"
#include "host/http/http_server.h"
#include "host/pipeline/idle.h"
#include "host/pipeline/pipeline.h"
#include "host/pipeline/progress_report.h"
#include "host/pipeline/reloader.h"
#include "host/pipeline/turns.h"
#include "host/util/log.h"
#include "host/util/service_manager.h"
#include "host/util/signals.h"

namespace penstock::host {

struct LoopOptions {
  int64_t grace_ms = 5000;
  int64_t stats_interval_ms = 10000;         // 0: never
  std::optional<int64_t> exit_when_idle_ms;  // time without data, failures, batches in flight or lag; then exits
  std::optional<int64_t> patience_ms;        // gives up after that time without an emitted or settled batch
  std::function<void()> on_stats;            // called at each stats interval, and at the end
  HttpServer* http = nullptr;                // answers requests on the loop's thread; must outlive the loop
  Reloader* reloader = nullptr;              // ends the run when it has a configuration; nullptr: no reload
};

class Loop {
 public:
  // All arguments must outlive the loop.
  Loop(Pipeline& pipeline, const Signals& signals, Log& log, ServiceManager& manager, const LoopOptions& options);

  // Runs until a signal, a new configuration, the end of all inputs, the end of an output, idleness, or
  // patience_ms; then drains and closes. Returns true if everything was saved, no output ended before the inputs,
  // and patience_ms did not expire.
  bool run();

  // Returns whether run() ended only because the reloader has a configuration.
  bool reloads() const;

 private:
  const char* reason_to_end(int64_t now_ms);
  void turn(bool polling);
  void wait(int64_t until_ms);
  int64_t next_ms(int64_t now_ms) const;
  bool out_of_patience(int64_t now_ms);
  bool drain(const char* reason);

  Pipeline& pipeline_;
  const Signals& signals_;
  Log& log_;
  ServiceManager& manager_;
  LoopOptions options_;
  ProgressReport progress_;
  Turns turns_;
  IdleCheck idle_;
  std::vector<pollfd> descriptors_;
  // The pacing of each of descriptors_; nullptr for those of the signals, the reloader, and the HTTP server.
  std::vector<client::Pacing*> polled_;
  int64_t active_ms_;  // when data last arrived, failed or was in flight
  int64_t next_stats_ms_;
  int64_t progress_ms_;  // when something was last emitted or settled
  int64_t progress_made_ = 0;
  bool gave_up_ = false;
  bool reload_ = false;
};

}  // namespace penstock::host
