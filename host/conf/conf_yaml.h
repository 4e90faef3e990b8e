// Reading the YAML form of the agent's confs into the same structure as the classic form. The rules are those of
// Fluent Bit 5.1 (src/config_format/flb_cf_yaml.c and flb_config_format.c there).
#pragma once

#include <string>
#include <string_view>

#include "host/conf/conf.h"

namespace penstock::host {

// Whether a file is read as YAML, by its name: it ends with .yaml or .yml in any case.
bool is_yaml_name(std::string_view path);

// Reads the file and all that it includes into conf. Run as root, a file that others may write is refused.
void read_yaml_conf(const std::string& path, const Environment& environment, Conf& conf);

// A key as the agent knows it: camelCase becomes snake_case where it begins with a small letter and has no "_".
std::string snake_case(std::string_view key);

}  // namespace penstock::host
