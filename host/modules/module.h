// Opens plugins and finds their stages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"

namespace penstock::host {

// Opens a shared object for the life of the process and returns its module. On failure returns nullptr, and defect
// has the reason. When running as root, rejects a file that other users can write.
const penstock_module* open_module(const std::string& path, std::string& defect);

// The file of a plugin, as it was when it was opened.
struct PluginFile {
  std::string path;
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t changed_ns = 0;  // Unix time of its last change
  bool operator==(const PluginFile&) const = default;
};

// The plugins of a process, and the stages built into the host. Plugins stay loaded until the process ends.
class Modules {
 public:
  Modules();  // only the built-in stages

  // Opens a shared object as open_module() does, and adds its stages. Returns the reason if that fails, else "".
  std::string open(const std::string& path);

  // Adds the stages of a loaded module. Returns the reason if that fails, else "".
  std::string add(const penstock_module& module);

  // Returns the stage with that id, compared without case; nullptr if not found. The first opened has priority.
  const penstock_stage* find(int32_t kind, std::string_view id) const;

  std::vector<std::string> ids(int32_t kind) const;
  // In the order of opening; built-in stages first.
  const std::vector<const penstock_stage*>& stages() const { return stages_; }
  const std::vector<PluginFile>& files() const { return files_; }

 private:
  std::vector<const penstock_stage*> stages_;
  std::vector<PluginFile> files_;
};

// Returns "input", "filter" or "output".
const char* kind_name(int32_t kind);

std::vector<std::string> option_names(const penstock_stage& stage);

// Returns whether the option of that name accepts several comma-separated values.
bool takes_list(const penstock_stage& stage, std::string_view name);

// Returns whether names contains key, compared without case.
bool knows(const std::vector<std::string>& names, std::string_view key);

// Returns the commands of a stage; none if its ABI version has no commands.
std::vector<penstock_command> commands_of(const penstock_stage& stage);

// Returns argument i of a command, for any stride.
const penstock_option_info& argument_info(const penstock_command& command, size_t i);

// Returns the path of libpenstock.so: next to the program, else in its lib folder. Empty: not found.
std::string default_plugin();

}  // namespace penstock::host
