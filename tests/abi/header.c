/* The ABI and nothing else, as a library for abidw: its description hangs on the header alone. */
#include "abi/penstock.h"

const penstock_module *penstock_module_v1(void) { return NULL; }
