// Opening plugins and finding their stages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"

namespace penstock::host {

// Opens a shared object for as long as the process lives, and gives its module. nullptr: defect says what is wrong
// with it. Run as root, one that others may write is refused.
const penstock_module* open_module(const std::string& path, std::string& defect);

// The plugins of a process and the stages built into the host. Plugins stay loaded until the process ends.
class Modules {
 public:
  Modules();  // only the built-in stages

  // Opens a shared object, as open_module() does, and takes over its stages. Returns what is wrong with it, or
  // nothing.
  std::string open(const std::string& path);

  // The stages of a module that is there already; returns what is wrong with it, or nothing.
  std::string add(const penstock_module& module);

  // By id, compared without case; the first opened goes before; nullptr: there is none.
  const penstock_stage* find(int32_t kind, std::string_view id) const;

  std::vector<std::string> ids(int32_t kind) const;
  // In the order of opening; the built-in ones first.
  const std::vector<const penstock_stage*>& stages() const { return stages_; }

 private:
  std::vector<const penstock_stage*> stages_;
};

// "input", "filter" or "output".
const char* kind_name(int32_t kind);

// The names of all options of a stage.
std::vector<std::string> option_names(const penstock_stage& stage);

// Whether the option of that name takes several values, separated by commas.
bool takes_list(const penstock_stage& stage, std::string_view name);

// Whether the key is among names, compared without case.
bool knows(const std::vector<std::string>& names, std::string_view key);

// The commands of a stage; none where its version knows none.
std::vector<penstock_command> commands_of(const penstock_stage& stage);

// Argument i of a command, whatever the stride.
const penstock_option_info& argument_info(const penstock_command& command, size_t i);

// Where libpenstock.so is: beside the program, else in the lib folder that belongs to it. Empty: nowhere.
std::string default_plugin();

}  // namespace penstock::host
