#include "tests/monitoring/monitored_host.h"

#include <algorithm>
#include <stdexcept>

#include "client/clock.h"
#include "host/modules/module.h"
#include "host/plan/plan.h"

extern "C" const penstock_module* penstock_module_v1(void);

namespace penstock::monitoring {

namespace {

constexpr int64_t kGraceMs = 5000;  // default of Grace

host::Conf conf_of(const std::vector<ConfSection>& sections) {
  host::Conf conf;
  for (const ConfSection& section : sections) {
    host::Section to{section.name, {}, {}};
    for (const auto& [key, value] : section.entries) to.entries.push_back({key, value, {}, false, 0});
    conf.sections.push_back(std::move(to));
  }
  return conf;
}

void check(const host::Problem& problem) {
  if (!problem.text.empty() && !problem.is_warning) throw std::runtime_error(to_line(problem));
}

}  // namespace

MonitoredHost::MonitoredHost(SimMachine& machine, const std::vector<ConfSection>& conf, host::Log& log)
    : machine_(machine), pipeline_(log) {
  const OnMachine on_machine(machine);
  host::Modules modules;
  modules.add(*penstock_module_v1());
  const host::Plan plan = make_plan(conf_of(conf), modules, {});
  for (const host::Problem& problem : plan.problems) check(problem);
  host::Problem problem;
  if (!pipeline_.open(plan, problem)) throw std::runtime_error(to_line(problem));
  endpoints_.set_pipeline(pipeline_);
  turns_ = std::make_unique<host::Turns>(pipeline_);
}

MonitoredHost::~MonitoredHost() { machine_.files.kill(); }

int64_t MonitoredHost::next_ms() const {
  return std::max(turns_->next_ms(client::monotonic_ms()), suspended_until_ms);
}

void MonitoredHost::turn() { turns_->turn(!pipeline_.draining(), client::monotonic_ms()); }

void MonitoredHost::stop() {
  pipeline_.begin_drain();
  const int64_t deadline_ms = client::monotonic_ms() + kGraceMs;
  while (pipeline_.in_flight() > 0 && client::monotonic_ms() < deadline_ms) {
    turn();
    machine_.time.advance_to(std::min(next_ms(), deadline_ms));
  }
  pipeline_.close(client::monotonic_ms(), deadline_ms, deadline_ms);
}

std::string MonitoredHost::metrics() { return endpoints_.respond({"GET", "/metrics", ""}).body; }

}  // namespace penstock::monitoring
