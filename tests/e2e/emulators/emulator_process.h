// An emulator in a process of its own, on a loopback port of its own.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace penstock::emulators {

struct EmulatorCommand {
  std::string folder;                              // the working directory
  std::vector<std::string> script;                 // the JavaScript file and its arguments
  std::map<std::string, std::string> environment;  // beside our own
  int asked_port = 0;                              // what it listens on unless it is told otherwise
};

// Dies with its owner: when the object is destroyed, and when the thread that made it ends.
class EmulatorProcess {
 public:
  // Waits until it listens; port() is 0 where it did not within a minute.
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
