// Kinesis and DynamoDB as implemented by the emulator moto, in a child process.
#pragma once

#include <memory>
#include <string>

#include "tests/e2e/emulators/emulator_client.h"
#include "tests/e2e/emulators/emulator_process.h"

namespace penstock::emulators {

// One server for all tests of a process, because it takes seconds to start.
class Moto {
 public:
  // Returns the server, without any streams and tables. Returns nullptr and sets `why` if moto is not installed or
  // does not start.
  static std::shared_ptr<Moto> start(std::string& why);

  std::string url() const { return "http://127.0.0.1:" + std::to_string(process_.port()); }
  // As EmulatorClient::post.
  model::Reply post(const model::Request& request) { return client_.post(request); }

 private:
  Moto();

  EmulatorProcess process_;
  EmulatorClient client_;
};

}  // namespace penstock::emulators
