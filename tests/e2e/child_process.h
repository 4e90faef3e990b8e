// A child process that runs a program, for example the host.
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
  // Starts `program` with these arguments and with "NAME=value" variables in addition to the test's own
  // environment. Its output goes to output_file. The destructor kills it.
  ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
               const std::string& output_file, const std::vector<std::string>& more_environment = {});
  ~ChildProcess();  // kills it if it still runs
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Waits until it ends. Returns its exit code, or 128 + the signal that killed it, or -1 if it still runs after
  // `seconds`.
  int wait(int seconds);
  // Waits until its output contains `text`. Returns false if it ends or the time passes first.
  bool says(const std::string& text, int seconds);
  // Waits until `seen` returns true, called every look_every_ms. Returns false as says() does.
  bool until(const std::function<bool()>& seen, int seconds, int look_every_ms = 20);

 private:
  pid_t pid_ = -1;
  std::string output_file_;
  int process_ = -1;  // a descriptor that is readable after it has ended
};

// Returns the path of the host that was built, or the value of the environment variable PENSTOCK_TEST_HOST.
std::string host_program();

class HostProcess : public ChildProcess {
 public:
  HostProcess(const std::vector<std::string>& arguments, const std::string& output_file,
              const std::vector<std::string>& more_environment = {})
      : ChildProcess(host_program(), arguments, output_file, more_environment) {}
};

// Writes a conf file with the input and output of the deployment, lambda_logs between them, and `more` at the end.
std::string write_conf(const Deployment& deployment, const std::string& name,
                       const OptionList& more_for_input = {}, const std::string& more = "",
                       const OptionList& for_filter = {});

}  // namespace penstock::e2e
