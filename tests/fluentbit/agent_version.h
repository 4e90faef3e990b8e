// The differences between versions of the agent that a plugin can notice. Source: flb_plugin_proxy.{h,c},
// flb_api.h, proxy/go/go.c, and flb_input.c of the agent, at the tags.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace penstock::test_agent {

struct Version {
  const char* name;
  size_t registration_bytes;  // of the struct that FLBPluginRegister fills in
  bool registration_zeroed;   // otherwise it has the bytes that malloc left there
  size_t api_functions;
  bool input_by_context;         // looks up the input calls that end in Ctx; its context starts with a descriptor
  bool cleans_up_after_nothing;  // appends and cleans up even if the callback returned no bytes
};

inline constexpr Version k2_0 = {"2.0.0", 32, false, 7, false, true};
inline constexpr Version k3_0 = {"3.0.0", 32, false, 7, false, false};
inline constexpr Version k4_0 = {"4.0.0", 32, false, 7, false, false};
inline constexpr Version k4_1 = {"4.1.0", 32, false, 9, true, false};
inline constexpr Version k4_2_3 = {"4.2.3", 40, true, 9, true, false};
inline constexpr Version k5_1_1 = {"5.1.1", 48, true, 9, true, false};

inline constexpr std::array kVersions = {k2_0, k3_0, k4_0, k4_1, k4_2_3, k5_1_1};

// Returns the version as part of a test's name: "5_1_1".
inline std::string name_for_test(const Version& version) {
  std::string name = version.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

}  // namespace penstock::test_agent
