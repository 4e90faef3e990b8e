#include "plugin/fluentbit/library.h"

#include <dlfcn.h>

#include <cstring>

namespace penstock::fluentbit {

namespace {

Library open_library() {
  // Without a slash the loader looks where this file's $ORIGIN entry says: beside it.
  void* const handle = dlopen("libpenstock.so", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return {nullptr, std::string("libpenstock.so must lie in the same folder: ") + dlerror()};
  void* const symbol = dlsym(handle, PENSTOCK_MODULE_SYMBOL);
  if (symbol == nullptr)
    return {nullptr,
            "the libpenstock.so in the same folder is none of ours: it has no symbol " PENSTOCK_MODULE_SYMBOL};
  const penstock_module* const module = reinterpret_cast<penstock_module_fn>(symbol)();
  // Both come from one package, so that an older library is an installation gone wrong.
  if (module->struct_size < sizeof(penstock_module))
    return {nullptr, std::string("the libpenstock.so in the same folder is of the older version ") +
                         module->version + "; install both from one package"};
  return {module, ""};
}

}  // namespace

const penstock_stage* Library::find(int32_t kind, const char* id) const {
  if (module == nullptr) return nullptr;
  for (const penstock_stage* const* stage = module->stages; *stage != nullptr; ++stage)
    if ((*stage)->kind == kind && std::strcmp((*stage)->id, id) == 0) return *stage;
  return nullptr;
}

const Library& library() {
  static const Library opened = open_library();
  return opened;
}

}  // namespace penstock::fluentbit
