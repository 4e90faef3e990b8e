// The host program as a process of its own.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/deployment.h"

namespace penstock::e2e {

class HostProcess {
 public:
  // Starts `penstock` with these arguments, and "NAME=value" beside the test's own environment; what it says goes
  // to output_file. It ends with the test at the latest.
  HostProcess(const std::vector<std::string>& arguments, const std::string& output_file,
              const std::vector<std::string>& more_environment = {});
  ~HostProcess();  // kills it, where it still runs
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Waits until it ends: its exit code, or 128 + the signal that killed it; -1 if it is still there after seconds.
  int wait(int seconds);
  // Waits until it has said text; false if it ends, or the seconds pass, before.
  bool says(const std::string& text, int seconds);

 private:
  pid_t pid_ = -1;
  std::string output_file_;
  int process_ = -1;  // a descriptor that is readable once it has ended
};

// Writes a conf file: the input and the output of the deployment, lambda_logs between; more goes behind it.
std::string write_conf(const Deployment& deployment, const std::string& name,
                       const OptionList& more_for_input = {}, const std::string& more = "");

}  // namespace penstock::e2e
