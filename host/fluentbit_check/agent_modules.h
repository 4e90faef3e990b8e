// Our files for Fluent Bit as a conf names them, opened for the option tables that they hold. What else a conf
// names is left alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "host/conf/conf.h"
#include "host/modules/agent_files.h"
#include "host/modules/module.h"

namespace penstock::host {

class AgentModules {
 public:
  // paths: as written, in the order in which Fluent Bit opens them; those of the command line have no place. Adds
  // what is wrong with them to problems, which must live as long as this.
  AgentModules(const std::vector<Entry>& paths, std::vector<Problem>& problems);

  // The stage of a file, which is opened the first time; one that nothing names is looked for beside
  // libpenstock.so. nullptr: it cannot be opened, which was told once.
  const penstock_stage* stage(const AgentFile& file);

  // The stage that a file opened by stage() has behind it, in the libpenstock.so beside it; nullptr: there is
  // none.
  const penstock_stage* behind(const AgentFile& file) const;

  bool is_named(const AgentFile& file) const { return named_.contains(&file); }

 private:
  void take(const Entry& path);
  const penstock_stage* open(const AgentFile& file);

  std::vector<Problem>& problems_;
  std::map<const AgentFile*, Entry> named_;
  std::map<const AgentFile*, const penstock_stage*> stages_;
  std::map<const AgentFile*, const penstock_stage*> behind_;
};

}  // namespace penstock::host
