/* Compiled as C99 and as C11. */
#include "tests/abi/layout.h"
