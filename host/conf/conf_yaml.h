// Reads the YAML form of the agent's confs into the same structure as the classic form. The rules are those of
// Fluent Bit 5.1 (its src/config_format/flb_cf_yaml.c and flb_config_format.c).
#pragma once

#include <string>
#include <string_view>

#include "host/conf/conf.h"

namespace penstock::host {

// Returns whether a file is read as YAML: its name ends with .yaml or .yml, in either case.
bool is_yaml_name(std::string_view path);

// Reads the file and all that it includes into conf. When running as root, rejects a file that other users can
// write.
void read_yaml_conf(const std::string& path, const Environment& environment, Conf& conf);

// Returns a key in the agent's form: camelCase becomes snake_case if it begins with a lowercase letter and has no
// "_".
std::string snake_case(std::string_view key);

}  // namespace penstock::host
