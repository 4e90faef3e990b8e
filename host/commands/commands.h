// The commands of the program. Each takes the arguments after its name and returns the exit code.
#pragma once

#include <string>
#include <vector>

namespace penstock::host {

int run_command(const std::vector<std::string>& args);
int check_command(const std::vector<std::string>& args);
int transform_command(const std::vector<std::string>& args);
int replay_command(const std::vector<std::string>& args);
int plugins_command(const std::vector<std::string>& args);

}  // namespace penstock::host
