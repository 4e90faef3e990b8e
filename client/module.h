// Opens a shared object that contains stages.
#pragma once

#include <string>

#include "abi/penstock.h"

namespace penstock::client {

// Opens a shared object and returns its module; the object stays loaded until the process ends. On failure returns
// nullptr, and problem describes the file ("cannot be opened: ..."). REQUIRES: path contains a slash; otherwise
// dlopen() searches the system's folders.
const penstock_module* open_module(const std::string& path, std::string& problem);

}  // namespace penstock::client
