// Files that hold a token, which others replace from time to time.
#pragma once

#include <string>

#include "core/env.h"

namespace penstock::aws {

// What is in the file but blanks around it: 1 byte to 64 KiB of visible ASCII. Code::credentials where it is not.
Result<std::string> read_token_file(Env& env, const std::string& path);

}  // namespace penstock::aws
