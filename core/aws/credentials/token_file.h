// Files with a token that another program replaces from time to time.
#pragma once

#include <string>

#include "core/env.h"

namespace penstock::aws {

// Returns the content of the file without white space at its ends: 1 byte to 64 KiB of visible ASCII.
// Code::credentials for any other content.
Result<std::string> read_token_file(Env& env, const std::string& path);

}  // namespace penstock::aws
