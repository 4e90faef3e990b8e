// The services that the suite runs against: the model, and each installed emulator.
#pragma once

#include <memory>
#include <string>

namespace penstock::emulators {

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string url() const = 0;
};

inline constexpr const char* kBackends[] = {"model", "kinesis_local", "kinesalite", "moto"};

// Starts the backend of that name. Returns nullptr and sets *why if it is not available on this machine.
std::unique_ptr<Backend> start_backend(const std::string& name, std::string* why);

}  // namespace penstock::emulators
