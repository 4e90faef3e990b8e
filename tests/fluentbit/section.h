// A section of the agent's conf. Plugins get an opaque handle, at an address that they must not access.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace penstock::test_agent {

using Properties = std::vector<std::pair<std::string, std::string>>;

// Returns an address of this process that cannot be read or written, a different one each time.
void* unreadable();

class Section {
 public:
  explicit Section(Properties properties);
  virtual ~Section();
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

  // The handle for plugins: flb_*_instance.
  void* handle() const { return handle_; }
  // Returns a property as plugins see it: ignores case, and returns nullptr if the key is absent or reserved by
  // the agent.
  const char* property(const char* key) const;
  // Returns the keys that plugins see.
  std::vector<std::string> keys() const;
  // Returns a property as the agent sees it, reserved keys included, or "" if it is absent.
  std::string own_property(const char* key) const;

  // [thread-safe] Returns the section of a handle. Ends the program if not found.
  static Section& of(void* handle);

 private:
  Properties properties_;
  void* handle_;
};

}  // namespace penstock::test_agent
