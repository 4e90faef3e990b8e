// Our sections in a conf for Fluent Bit as a plan: the streams that they read and write, and the routes between
// them.
#pragma once

#include <vector>

#include "host/conf/conf.h"
#include "host/plan/plan.h"

namespace penstock::host {

class AgentRoutes {
 public:
  // conf must outlive this.
  explicit AgentRoutes(const Conf& conf) : conf_(conf) {}

  // Adds a section. stage: the stage of libpenstock.so. options: those of the section that the stage has.
  void add(const Section& section, const penstock_stage& stage, std::vector<Entry> options);

  // Returns errors for streams to which records would be written back; without such errors, warnings for loops
  // that only the service can confirm. Considers only routes that are certain: of the outputs, only one with
  // "Match *" is certain to match the tags that tag_format makes.
  std::vector<Problem> loops();

 private:
  bool leads(const Section& input, size_t number, const Section& output) const;

  const Conf& conf_;
  Plan plan_;
  std::vector<const Section*> inputs_;
  std::vector<const Section*> outputs_;
};

}  // namespace penstock::host
