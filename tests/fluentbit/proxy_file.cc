#include "tests/fluentbit/proxy_file.h"

#include <dlfcn.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/fluentbit/log_book.h"
#include "tests/fluentbit/section.h"

namespace penstock::test_agent {

namespace {

const char* get_property(const char* key, void* instance) { return Section::of(instance).property(key); }
void* get_metrics(void*) { return nullptr; }
int log_check(void*, int) { return 1; }

__attribute__((format(printf, 4, 5))) void log_print(int level, const char*, int, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  log_book().add(level, format, arguments);
  va_end(arguments);
}

using AnyFunction = void (*)();

// flb_api: output_get_property, input_get_property, two for metrics, log_print, input_log_check, output_log_check;
// since 4.1 custom_get_property, custom_log_check.
constexpr size_t kApiFunctions = 9;
std::array<AnyFunction, kApiFunctions> api_functions() {
  const auto any = [](auto* function) { return reinterpret_cast<AnyFunction>(function); };
  return {any(get_property), any(get_property), any(get_metrics),  any(get_metrics), any(log_print),
          any(log_check),    any(log_check),    any(get_property), any(log_check)};
}

}  // namespace

void* open_file(const std::string& path) {
  void* const handle = dlopen(path.c_str(), RTLD_LAZY);
  if (handle == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::exit(2);
  }
  return handle;
}

ProxyFile::ProxyFile(const Version& version, const std::string& path)
    : version_(version),
      handle_(open_file(path)),
      registration_(version.registration_bytes),
      api_(version.api_functions * sizeof(AnyFunction)),
      argument_(sizeof(PluginArgument)) {
  std::memcpy(api_.get(), api_functions().data(), api_.bytes());
  if (version.registration_zeroed) registration_.zero();
  registration_.get<Registration>()->type = 0;
  const auto register_plugin = function<int(void*)>("FLBPluginRegister");
  registered_ = register_plugin == nullptr ? -1 : register_plugin(registration_.get());
}

ProxyFile::~ProxyFile() {
  const Registration made = registration();
  // If the file exports no FLBPluginUnregister, both strings are never freed.
  if (const auto unregister = function<void(void*)>("FLBPluginUnregister"))
    unregister(registration_.get());
  else if (registered_ == 0) {
    std::free(made.name);
    std::free(made.description);
  }
  dlclose(handle_);
}

Registration ProxyFile::registration() const {
  Registration whole = {};
  std::memcpy(&whole, registration_.get(), std::min(registration_.bytes(), sizeof whole));
  return whole;
}

int ProxyFile::init(void* instance, void* context) {
  auto* const argument = argument_.get<PluginArgument>();
  *argument = {registration().name, api_.get(), instance, context};
  const int result = function<int(void*)>("FLBPluginInit")(argument);
  // The next instance overwrites both, without a notification.
  argument->instance = unreadable();
  argument->context = unreadable();
  return result;
}

bool ProxyFile::rejects(const Section& section) const {
  const ConfigMapEntry* const declared = registration().config_map;
  if (declared == nullptr) return false;
  for (const std::string& key : section.keys()) {
    const ConfigMapEntry* entry = declared;
    while (entry->name != nullptr && strcasecmp(entry->name, key.c_str()) != 0) ++entry;
    if (entry->name != nullptr) continue;
    log_print(1, "", 0, "[config] %s: unknown configuration property '%s'", registration().name, key.c_str());
    return true;
  }
  return false;
}

void* ProxyFile::symbol(const char* name) const { return dlsym(handle_, name); }

}  // namespace penstock::test_agent
