// Opening a shared object that has stages.
#pragma once

#include <string>

#include "abi/penstock.h"

namespace penstock::client {

// Opens a shared object, which stays loaded until the process ends, and returns its module. nullptr: problem says
// what is wrong with the file ("cannot be opened: ..."). REQUIRES: path has a slash; dlopen() searches for any
// other in the folders of the system.
const penstock_module* open_module(const std::string& path, std::string& problem);

}  // namespace penstock::client
