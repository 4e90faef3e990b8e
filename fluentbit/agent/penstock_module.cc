#include "fluentbit/agent/penstock_module.h"

#include <dlfcn.h>
#include <limits.h>

#include <array>
#include <cstring>

#include "base/message_id.h"
#include "client/module.h"

namespace penstock::fluentbit {

namespace {

// Returns the folder of this shared object, as it was when it was opened, even if the process has changed its
// working folder since; "" if unknown. $ORIGIN cannot replace this: LD_LIBRARY_PATH has priority over it, and a
// wrapper around dlopen (of a sanitizer or a preloaded library) has its own $ORIGIN searched.
std::string own_folder() {
  Dl_info me = {};
  if (dladdr(reinterpret_cast<const void*>(&penstock_library), &me) == 0) return "";
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
  if (module == nullptr)
    return {nullptr,
            coded("PS0951", "libpenstock.so must be in the folder of this plugin, but the file there " + problem)};
  // Both come from one package, so an older library means a broken installation.
  if (module->struct_size < sizeof(penstock_module))
    return {nullptr,
            coded("PS0952", std::string("libpenstock.so in the folder of this plugin has the older version ") +
                                module->version + "; install both from one package")};
  return {module, ""};
}

const char* kind_name(int32_t kind) {
  return kind == PENSTOCK_INPUT ? "input" : kind == PENSTOCK_FILTER ? "filter" : "output";
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
    missing = module == nullptr
                  ? problem
                  : coded("PS0952", std::string("libpenstock.so in the folder of this plugin has no ") +
                                        kind_name(kind) + " " + id + "; install both from one package");
  return stage;
}

const PenstockModule& penstock_library() {
  static const PenstockModule opened = open_library();
  return opened;
}

}  // namespace penstock::fluentbit
