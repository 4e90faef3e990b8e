// From a conf file to a plan: what run and check have in common.
#pragma once

#include <string>
#include <vector>

#include "host/conf/settings.h"
#include "host/modules/module.h"
#include "host/plan/plan.h"

namespace penstock::host {

struct PluginPath {
  std::string path;
  Place place;
};

struct LoadedConfig {
  Settings settings;
  Modules modules;
  Plan plan;
  std::vector<Problem> problems;  // all of them: of the conf, the plugins, the plan
};

// plugins: of the command line; they go before those of the Plugins_File. Where there are none of either, the
// default one is opened. In place of our files for Fluent Bit the libpenstock.so beside them is; of those in the
// conf none where plugins has any. Touches no network.
LoadedConfig load_config(const std::string& conf_file, const std::vector<std::string>& plugins);

// Opens plugins, each path once, else the default one, and tells of failures in problems. False: something could
// not be opened.
bool open_plugins(const std::vector<PluginPath>& plugins, Modules& modules, std::vector<Problem>& problems);

// One line each on standard error.
void print_problems(const std::vector<Problem>& problems);

// The process's environment, in which HOSTNAME is always set.
const char* environment_variable(const std::string& name);

}  // namespace penstock::host
