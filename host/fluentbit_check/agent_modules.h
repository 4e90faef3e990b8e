// Our shared objects for Fluent Bit, as a conf names them, opened to read their option tables. Everything else
// that a conf names is ignored.
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
  // problems with them to problems, which must outlive this.
  AgentModules(const std::vector<Entry>& paths, std::vector<Problem>& problems);

  // Returns the stage of a shared object, which the first call opens. Looks for one that nothing names next to
  // libpenstock.so. Returns nullptr if it cannot be opened, which is reported once.
  const penstock_stage* stage(const AgentFile& file);

  // Returns the stage of libpenstock.so that a shared object opened by stage() uses; nullptr if not found.
  // Looks for libpenstock.so in the folder of the shared object.
  const penstock_stage* library_stage(const AgentFile& file) const;

  bool is_named(const AgentFile& file) const { return named_.contains(&file); }

 private:
  void take(const Entry& path);
  const penstock_stage* open(const AgentFile& file);

  std::vector<Problem>& problems_;
  std::map<const AgentFile*, Entry> named_;
  std::map<const AgentFile*, const penstock_stage*> stages_;
  std::map<const AgentFile*, const penstock_stage*> library_stages_;
};

}  // namespace penstock::host
