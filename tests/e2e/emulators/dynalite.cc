#include "tests/e2e/emulators/dynalite.h"

#include <unistd.h>

namespace penstock::emulators {

Dynalite::Dynalite()
    : process_({PENSTOCK_EMULATORS_INSTALLED,
                node_program({"node_modules/dynalite/cli.js", "--createTableMs", "0"}),
                {},
                4567}),
      client_(url()) {}

std::unique_ptr<Dynalite> Dynalite::start(std::string& why) {
  const std::string marker = std::string(PENSTOCK_EMULATORS_INSTALLED) + "/installed.lock";
  if (access(marker.c_str(), R_OK) != 0) {
    why = "dynalite is not installed; the test emulator.packages_are_installed_from_npm says why";
    return nullptr;
  }
  std::unique_ptr<Dynalite> dynalite(new Dynalite);
  if (dynalite->process_.port() != 0) return dynalite;
  why = "dynalite is installed but does not start";
  return nullptr;
}

}  // namespace penstock::emulators
