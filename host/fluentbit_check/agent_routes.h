// The sections of ours in a conf for Fluent Bit as a plan: what reads and writes, and which records go where.
#pragma once

#include <vector>

#include "host/conf/conf.h"
#include "host/plan/plan.h"

namespace penstock::host {

class AgentRoutes {
 public:
  // conf must live as long as this.
  explicit AgentRoutes(const Conf& conf) : conf_(conf) {}

  // stage: behind the section's file. options: those of the section that the stage knows.
  void add(const Section& section, const penstock_stage& stage, std::vector<Entry> options);

  // Errors for streams that records would be written back to, else warnings where only the service knows. Only
  // routes that are certain count: tags that tag_format makes of the records go to "Match *" alone.
  std::vector<Problem> loops();

 private:
  bool leads(const Section& input, size_t number, const Section& output) const;

  const Conf& conf_;
  Plan plan_;
  std::vector<const Section*> inputs_;
  std::vector<const Section*> outputs_;
};

}  // namespace penstock::host
