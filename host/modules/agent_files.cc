#include "host/modules/agent_files.h"

#include <algorithm>

namespace penstock::host {

const AgentFile* agent_file(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto found = std::find_if(kAgentFiles.begin(), kAgentFiles.end(),
                                  [&](const AgentFile& file) { return name == file.name; });
  return found == kAgentFiles.end() ? nullptr : &*found;
}

std::string library_next_to(std::string_view path) {
  return std::string(path.substr(0, path.rfind('/') + 1)) + "libpenstock.so";
}

}  // namespace penstock::host
