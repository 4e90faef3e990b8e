#include "client/module.h"

#include <dlfcn.h>

#include "base/text.h"
#include "client/has.h"

namespace penstock::client {

const penstock_module* open_module(const std::string& path, std::string& problem) {
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    problem = "cannot be opened: " + printable(dlerror(), kMaxPrintedLineBytes);
    return nullptr;
  }
  void* const symbol = dlsym(handle, PENSTOCK_MODULE_SYMBOL);
  if (symbol == nullptr) {
    problem = "is not a Penstock plugin: it has no symbol " PENSTOCK_MODULE_SYMBOL;
    return nullptr;
  }
  const penstock_module* const module = reinterpret_cast<penstock_module_fn>(symbol)();
  if (module != nullptr && PENSTOCK_HAS(module, stages)) return module;
  problem = "returns no module that this program can read";
  return nullptr;
}

}  // namespace penstock::client
