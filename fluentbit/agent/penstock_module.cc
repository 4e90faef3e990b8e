#include "fluentbit/agent/penstock_module.h"

#include <dlfcn.h>
#include <limits.h>

#include <array>
#include <cstring>

#include "client/module.h"

namespace penstock::fluentbit {

namespace {

// The folder where this file was opened, which holds even if the process has changed its own since; "": not known.
// Not left to an $ORIGIN entry: LD_LIBRARY_PATH would come before it, and a wrapper around dlopen (a sanitizer's,
// a preloaded library's) have its own entry searched.
std::string own_folder() {
  Dl_info me = {};
  if (dladdr(reinterpret_cast<const void*>(&library), &me) == 0) return "";
  void* const handle = dlopen(me.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return "";
  std::array<char, PATH_MAX> folder = {};
  const bool known = dlinfo(handle, RTLD_DI_ORIGIN, folder.data()) == 0;
  dlclose(handle);
  return known ? folder.data() : "";
}

PenstockModule open_library() {
  std::string problem;
  const penstock_module* const module = client::open_module(own_folder() + "/libpenstock.so", problem);
  if (module == nullptr) return {nullptr, "libpenstock.so must lie in the same folder: the file there " + problem};
  // Both come from one package, so that an older library is an installation gone wrong.
  if (module->struct_size < sizeof(penstock_module))
    return {nullptr, std::string("the libpenstock.so in the same folder is of the older version ") +
                         module->version + "; install both from one package"};
  return {module, ""};
}

}  // namespace

const penstock_stage* PenstockModule::find(int32_t kind, const char* id) const {
  if (module == nullptr) return nullptr;
  for (const penstock_stage* const* stage = module->stages; *stage != nullptr; ++stage)
    if ((*stage)->kind == kind && std::strcmp((*stage)->id, id) == 0) return *stage;
  return nullptr;
}

const penstock_stage* PenstockModule::find(int32_t kind, const char* id, std::string& missing) const {
  const penstock_stage* const stage = find(kind, id);
  if (stage == nullptr)
    missing = module == nullptr ? problem
                                : std::string("the libpenstock.so in the same folder has no stage ") + id +
                                      " of this kind; install both from one package";
  return stage;
}

const PenstockModule& library() {
  static const PenstockModule opened = open_library();
  return opened;
}

}  // namespace penstock::fluentbit
