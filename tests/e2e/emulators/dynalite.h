// DynamoDB as implemented by the emulator dynalite, in a child process.
#pragma once

#include <memory>
#include <string>

#include "tests/e2e/emulators/emulator_client.h"
#include "tests/e2e/emulators/emulator_process.h"

namespace penstock::emulators {

class Dynalite {
 public:
  // Returns nullptr and sets `why` if dynalite is not installed or does not start.
  static std::unique_ptr<Dynalite> start(std::string& why);

  std::string url() const { return "http://127.0.0.1:" + std::to_string(process_.port()); }
  // As EmulatorClient::post.
  model::Reply post(const model::Request& request) { return client_.post(request); }

 private:
  Dynalite();

  EmulatorProcess process_;
  EmulatorClient client_;
};

}  // namespace penstock::emulators
