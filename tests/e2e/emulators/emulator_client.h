// Requests to an emulator over one persistent connection.
#pragma once

#include <memory>
#include <string>

#include "tests/model_kinesis/message.h"

namespace httplib {
class Client;
}

namespace penstock::emulators {

class EmulatorClient {
 public:
  explicit EmulatorClient(const std::string& url);
  ~EmulatorClient();
  EmulatorClient(const EmulatorClient&) = delete;
  EmulatorClient& operator=(const EmulatorClient&) = delete;

  // Sends one request. Returns Wire::closed if no response arrives within 30 s.
  model::Reply post(const model::Request& request);

 private:
  std::unique_ptr<httplib::Client> http_;
};

}  // namespace penstock::emulators
