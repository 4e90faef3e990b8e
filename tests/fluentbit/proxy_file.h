// A file that the agent's proxy has opened and registered: of one version of the agent.
#pragma once

#include <string>

#include "tests/fluentbit/agent_version.h"
#include "tests/fluentbit/zoned.h"

namespace penstock::test_agent {

// What FLBPluginRegister fills in, as the newest version has it; older ones end before event_type or config_map.
struct Registration {
  int type;
  int proxy;
  int flags;
  char* name;
  char* description;
  int event_type;
  void* config_map;
};

// What FLBPluginInit is given. One for a file, whose last two members each instance overwrites.
struct PluginArgument {
  char* name;
  void* api;
  void* instance;
  void* context;
};

class ProxyFile {
 public:
  // Opens the file and has it register itself; ends the program where it cannot be opened.
  ProxyFile(const Version& version, const std::string& path);
  ~ProxyFile();  // unregisters and closes it
  ProxyFile(const ProxyFile&) = delete;
  ProxyFile& operator=(const ProxyFile&) = delete;

  const Version& version() const { return version_; }
  int registered() const { return registered_; }  // what FLBPluginRegister returned
  // Members that the version does not have are 0.
  Registration registration() const;
  // Nothing was written past the end of anything that the agent gave.
  bool intact() const { return registration_.intact() && api_.intact() && argument_.intact(); }

  // nullptr where the file does not export it.
  template <typename F>
  F* function(const char* name) const {
    return reinterpret_cast<F*>(symbol(name));
  }
  // FLBPluginInit, of an instance.
  int init(void* instance, void* context);

 private:
  void* symbol(const char* name) const;

  const Version& version_;
  void* handle_;
  Zoned registration_;
  Zoned api_;
  Zoned argument_;
  int registered_ = 0;
};

// For the native loader too: dlopen as the agent does it; ends the program where the file cannot be opened.
void* open_file(const std::string& path);

}  // namespace penstock::test_agent
