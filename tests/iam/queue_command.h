// penstock queue --restore --yes, against the model over HTTP.
#pragma once

#include <set>
#include <string>

#include "tests/model_iam/policy.h"

namespace penstock::iam {

struct QueueCommandRun {
  bool works = false;  // the dead letters were printed, and one of them was restored
  std::string error;
  std::set<std::string> allowed, denied;
};

// Prints the dead letters of a queue, then restores them, as an identity with that policy.
QueueCommandRun restore_dead_letters(const Policy& policy);

}  // namespace penstock::iam
