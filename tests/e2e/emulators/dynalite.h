// DynamoDB as the emulator dynalite does it, in a process of its own.
#pragma once

#include <memory>
#include <string>

#include "tests/e2e/emulators/emulator_process.h"
#include "tests/model_kinesis/message.h"

namespace httplib {
class Client;
}

namespace penstock::emulators {

class Dynalite {
 public:
  // nullptr where it is not to be had here, with why: it is not installed, or does not start.
  static std::unique_ptr<Dynalite> start(std::string& why);
  Dynalite(const Dynalite&) = delete;
  Dynalite& operator=(const Dynalite&) = delete;
  ~Dynalite();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(process_.port()); }
  // One request at a time; Wire::closed where no answer came.
  model::Reply post(const model::Request& request);

 private:
  Dynalite();

  EmulatorProcess process_;
  std::unique_ptr<httplib::Client> http_;
};

}  // namespace penstock::emulators
