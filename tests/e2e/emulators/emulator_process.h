// An emulator in a child process, on a loopback port that the system assigns.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace penstock::emulators {

struct EmulatorCommand {
  std::string folder;                              // the working directory
  std::vector<std::string> program;                // the program and its arguments
  std::map<std::string, std::string> environment;  // in addition to the test's own environment
  int asked_port = 0;                              // the port that its configuration names
};

// Returns the program that runs a JavaScript file with these arguments, on loopback only.
std::vector<std::string> node_program(const std::vector<std::string>& script);

// Runs until the object is destroyed or the thread that created it ends.
class EmulatorProcess {
 public:
  // Waits until it listens. After a minute without success, port() is 0.
  explicit EmulatorProcess(const EmulatorCommand& command);
  EmulatorProcess(const EmulatorProcess&) = delete;
  EmulatorProcess& operator=(const EmulatorProcess&) = delete;
  ~EmulatorProcess();

  int port() const { return port_; }

 private:
  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace penstock::emulators
