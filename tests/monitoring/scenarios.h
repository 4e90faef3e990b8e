// The causes of the alerts, and healthy hours.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace penstock::monitoring {

// By name. Each runs a deployment that prints its samples; alerts_test.py says which alerts must fire when.
const std::map<std::string, std::function<void()>>& scenarios();

}  // namespace penstock::monitoring
