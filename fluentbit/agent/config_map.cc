#include "fluentbit/agent/config_map.h"

#include <dlfcn.h>
#include <link.h>
#include <malloc.h>

#include <vector>

#include "abi/penstock.h"
#include "fluentbit/agent/look_up.h"
#include "fluentbit/agent/penstock_module.h"

namespace penstock::fluentbit {

namespace {

using proxy::ConfigMapEntry;

size_t usable_bytes(void* block) {
  using UsableSize = size_t (*)(void*);
  const auto of_agent = look_up<UsableSize>(proxy::kJemallocUsableSize);
  return of_agent != nullptr ? of_agent(block) : malloc_usable_size(block);
}

bool agent_has_known_layout() {
  void* const properties = dlsym(RTLD_DEFAULT, proxy::kOutputProperties);
  Dl_info file = {};
  void* symbol = nullptr;
  return properties != nullptr && dladdr1(properties, &file, &symbol, RTLD_DL_SYMENT) != 0 && symbol != nullptr &&
         is_config_map(properties, static_cast<const ElfW(Sym)*>(symbol)->st_size);
}

// The entries end with one without a name.
std::vector<ConfigMapEntry> entries_of(const penstock_stage& stage) {
  std::vector<ConfigMapEntry> entries(stage.option_info_count + 1);
  for (size_t i = 0; i < stage.option_info_count; ++i) {
    const penstock_option_info& info = stage.options[i];
    entries[i].name = info.name;
    entries[i].default_value = info.default_value;
    entries[i].description = info.help;
  }
  return entries;
}

}  // namespace

void declare_options(proxy::Definition* definition) {
  if (usable_bytes(definition) < sizeof(proxy::DefinitionWithOptions) || !agent_has_known_layout()) return;
  // Without the library, the options of its stages are unknown. FLBPluginInit reports that.
  if (penstock_library().module == nullptr) return;
  static const std::vector<ConfigMapEntry> entries = entries_of(*penstock_module_v1()->stages[0]);
  reinterpret_cast<proxy::DefinitionWithOptions*>(definition)->config_map = entries.data();
}

}  // namespace penstock::fluentbit
