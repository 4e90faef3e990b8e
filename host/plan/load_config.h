// Loads a plan from a conf file: the common part of run and check.
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
  std::vector<Problem> problems;  // all problems: of the conf, the plugins and the plan
};

// Loads a conf. plugins: those of the command line, which come before those of the Plugins_File. Opens the default
// plugin if there is neither. Replaces our shared objects for Fluent Bit with the libpenstock.so in their folder;
// ignores those in the conf if plugins has any. Touches no network.
LoadedConfig load_config(const std::string& conf_file, const std::vector<std::string>& plugins);

// Opens plugins, each path once, or the default plugin if plugins is empty. Returns false if one could not be
// opened; problems has the reasons.
bool open_plugins(const std::vector<PluginPath>& plugins, Modules& modules, std::vector<Problem>& problems);

// Prints each problem as a line on standard error.
void print_problems(const std::vector<Problem>& problems);

// Returns a variable of the process's environment, in which HOSTNAME is always set.
const char* environment_variable(const std::string& name);

}  // namespace penstock::host
