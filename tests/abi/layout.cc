// Compiled as C++11, C++17 and C++20.
#include "tests/abi/layout.h"
