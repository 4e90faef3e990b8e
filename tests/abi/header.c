/* The ABI alone, as a library for abidw, so that the description depends only on the header. */
#include "abi/penstock.h"

const penstock_module *penstock_module_v1(void) { return NULL; }
