// A section of the agent's conf, and how plugins see it: by an address that nobody may look behind.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace penstock::test_agent {

using Properties = std::vector<std::pair<std::string, std::string>>;

// An address of the process's own that cannot be read or written; never the same twice.
void* unreadable();

class Section {
 public:
  explicit Section(Properties properties);
  virtual ~Section();
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

  // How plugins know it: flb_*_instance.
  void* handle() const { return handle_; }
  // As plugins read it: without case, nullptr where it is absent, or a key that the agent keeps for itself.
  const char* property(const char* key) const;
  // As the agent reads it: those it keeps for itself too; "" where it is absent.
  std::string own_property(const char* key) const;

  // [thread-safe] The section of a handle; ends the program where there is none.
  static Section& of(void* handle);

 private:
  Properties properties_;
  void* handle_;
};

}  // namespace penstock::test_agent
