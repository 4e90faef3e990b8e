// A plugin file that the proxy of one version of the agent has opened and registered.
#pragma once

#include <string>

#include "tests/fluentbit/agent_version.h"
#include "tests/fluentbit/section.h"
#include "tests/fluentbit/zoned.h"

namespace penstock::test_agent {

// An option that a plugin declares; an array of them ends with one without a name. The agent's own, in the form of
// flb_config_map.
struct ConfigMapEntry {
  int type;
  const char* name;
  const char* default_value;
  int flags;
  int set_property;
  size_t offset;
  const char* description;
  void* value[5];
  void* link[2];
};

// The struct that FLBPluginRegister fills in, in the newest version; in older ones it ends before event_type or
// config_map.
struct Registration {
  int type;
  int proxy;
  int flags;
  char* name;
  char* description;
  int event_type;
  const ConfigMapEntry* config_map;
};

// The argument of FLBPluginInit. One per file; each instance overwrites its last two members.
struct PluginArgument {
  char* name;
  void* api;
  void* instance;
  void* context;
};

class ProxyFile {
 public:
  // Opens the file and calls its FLBPluginRegister. Ends the program if the file cannot be opened.
  ProxyFile(const Version& version, const std::string& path);
  ~ProxyFile();  // unregisters and closes it
  ProxyFile(const ProxyFile&) = delete;
  ProxyFile& operator=(const ProxyFile&) = delete;

  const Version& version() const { return version_; }
  int registered() const { return registered_; }  // the result of FLBPluginRegister
  // Members that the version does not have are 0.
  Registration registration() const;
  // Returns whether nothing was written past the end of memory that the agent passed.
  bool intact() const { return registration_.intact() && api_.intact() && argument_.intact(); }

  // Returns nullptr if the file does not export the function.
  template <typename F>
  F* function(const char* name) const {
    return reinterpret_cast<F*>(symbol(name));
  }
  // Calls FLBPluginInit for an instance.
  int init(void* instance, void* context);
  // Returns whether the plugin declares its options, and the section has a key that is not among them. The agent
  // logs that and does not start.
  bool rejects(const Section& section) const;

 private:
  void* symbol(const char* name) const;

  const Version& version_;
  void* handle_;
  Zoned registration_;
  Zoned api_;
  Zoned argument_;
  int registered_ = 0;
};

// Calls dlopen as the agent does, also for native plugins. Ends the program if the file cannot be opened.
void* open_file(const std::string& path);

}  // namespace penstock::test_agent
