// A program as a process of its own; the host among them.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/e2e/deployment.h"

namespace penstock::e2e {

class ChildProcess {
 public:
  // Starts `program` with these arguments, and "NAME=value" beside the test's own environment; what it says goes
  // to output_file. It ends with the test at the latest.
  ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
               const std::string& output_file, const std::vector<std::string>& more_environment = {});
  ~ChildProcess();  // kills it, where it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Waits until it ends: its exit code, or 128 + the signal that killed it; -1 if it is still there after seconds.
  int wait(int seconds);
  // Waits until it has said text; false if it ends, or the seconds pass, before.
  bool says(const std::string& text, int seconds);
  // The same for anything that can be looked at, every look_every_ms.
  bool until(const std::function<bool()>& seen, int seconds, int look_every_ms = 20);

 private:
  pid_t pid_ = -1;
  std::string output_file_;
  int process_ = -1;  // a descriptor that is readable once it has ended
};

// The host that was built, or in its place the program that the environment variable PENSTOCK_TEST_HOST names.
std::string host_program();

class HostProcess : public ChildProcess {
 public:
  HostProcess(const std::vector<std::string>& arguments, const std::string& output_file,
              const std::vector<std::string>& more_environment = {})
      : ChildProcess(host_program(), arguments, output_file, more_environment) {}
};

// Writes a conf file: the input and the output of the deployment, lambda_logs between; more goes behind it.
std::string write_conf(const Deployment& deployment, const std::string& name,
                       const OptionList& more_for_input = {}, const std::string& more = "",
                       const OptionList& for_filter = {});

}  // namespace penstock::e2e
