// The services that the suite runs against: the model, and the emulators where they are installed.
#pragma once

#include <memory>
#include <string>

namespace penstock::emulators {

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string url() const = 0;
};

inline constexpr const char* kBackends[] = {"model", "kinesis_local", "kinesalite"};

// Starts the one of that name; nullptr with *why where it is not to be had here.
std::unique_ptr<Backend> start_backend(const std::string& name, std::string* why);

}  // namespace penstock::emulators
