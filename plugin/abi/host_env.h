// The Env of an instance: the system's, except for the clock, random function and log that the host provides.
#pragma once

#include <memory>

#include "abi/penstock.h"
#include "core/env.h"
#include "core/posix/posix_env.h"
#include "core/posix/process_runner.h"

namespace penstock::plugin {

class HostEnv {
 public:
  static Result<std::unique_ptr<HostEnv>> make(const penstock_host& host, const posix::CurlOptions& curl);

  Env& env() { return env_; }
  // Returns the deadline to use. A host with its own clock waits itself, so no deadline may be in the future.
  int64_t deadline(int64_t deadline_ms) const { return host_clock_ ? 0 : deadline_ms; }
  // Cancels all calls; their callbacks will not run.
  void end_calls() {
    transport_.reset();
    processes_.reset();
  }

 private:
  HostEnv(const penstock_host& host, std::unique_ptr<Clock> clock, std::unique_ptr<Random> random,
          std::unique_ptr<posix::ProcessRunner> processes, std::unique_ptr<Transport> transport);

  bool host_clock_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Random> random_;
  std::unique_ptr<Files> files_;
  std::unique_ptr<posix::ProcessRunner> processes_;
  std::unique_ptr<Transport> transport_;
  Env env_;
};

}  // namespace penstock::plugin
