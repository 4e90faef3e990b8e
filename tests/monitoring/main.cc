// Prints what a Prometheus would scrape from a deployment, once a minute of virtual time.
//
//   penstock-alert-causes              the names of the scenarios
//   penstock-alert-causes SCENARIO     its samples: "start UNIX_SECONDS", and for each minute and process
//                                      "scrape MINUTE INSTANCE UP" with the page, if UP is 1
#include <cstdio>

#include "tests/monitoring/scenarios.h"

int main(int argc, char** argv) {
  const auto& scenarios = penstock::monitoring::scenarios();
  if (argc == 1) {
    for (const auto& [name, run] : scenarios) std::puts(name.c_str());
    return 0;
  }
  const auto found = scenarios.find(argv[1]);
  if (argc != 2 || found == scenarios.end()) {
    std::fprintf(stderr, "usage: penstock-alert-causes [SCENARIO]\n");
    return 2;
  }
  found->second();
  return 0;
}
