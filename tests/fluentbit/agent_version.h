// What differs from one version of the agent to the next, as far as a plugin can notice. Read in the agent's
// sources at the tags: flb_plugin_proxy.{h,c}, flb_api.h, proxy/go/go.c, flb_input.c.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace penstock::test_agent {

struct Version {
  const char* name;
  size_t registration_bytes;  // of the struct that FLBPluginRegister fills in
  bool registration_zeroed;   // else it holds whatever malloc left there
  size_t api_functions;
  bool input_by_context;  // looks for the input's calls that end in Ctx; its context starts with a descriptor
  bool cleans_up_after_nothing;  // appends and cleans up where the callback gave no bytes, too
};

inline constexpr Version k2_0 = {"2.0.0", 32, false, 7, false, true};
inline constexpr Version k3_0 = {"3.0.0", 32, false, 7, false, false};
inline constexpr Version k4_0 = {"4.0.0", 32, false, 7, false, false};
inline constexpr Version k4_1 = {"4.1.0", 32, false, 9, true, false};
inline constexpr Version k4_2_3 = {"4.2.3", 40, true, 9, true, false};
inline constexpr Version k5_1_1 = {"5.1.1", 48, true, 9, true, false};

inline constexpr std::array kVersions = {k2_0, k3_0, k4_0, k4_1, k4_2_3, k5_1_1};

// As part of a test's name: "5_1_1".
inline std::string name_for_test(const Version& version) {
  std::string name = version.name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

}  // namespace penstock::test_agent
