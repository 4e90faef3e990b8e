// Plugins that violate the agent's rules, for tests of the test agent itself. FAKE names the violation.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace {

struct Plugin {
  char* name;
  void** api;
  void* instance;
  void** context;
};

std::size_t depth(std::size_t bytes) {
  volatile char frame[512];
  std::memset(const_cast<char*>(frame), 1, sizeof frame);
  return bytes <= sizeof frame ? static_cast<std::size_t>(frame[7])
                               : depth(bytes - sizeof frame) + static_cast<std::size_t>(frame[7]);
}

}  // namespace

EXPORTED int FLBPluginRegister(void* registration) {
  const bool newest = std::getenv("PENSTOCK_FAKE_FILLS_IN_EVENT_TYPE") != nullptr;
  auto* const at = static_cast<char*>(registration);
  const int head[3] = {2, 11, 0};
  std::memcpy(at, head, sizeof head);
  char* const strings[2] = {strdup("fake"), strdup("a fake")};
  std::memcpy(at + 16, strings, sizeof strings);
  const int logs = 1;
  if (newest) std::memcpy(at + 32, &logs, sizeof logs);
  return 0;
}

EXPORTED int FLBPluginInit(void* plugin) {
  *static_cast<Plugin*>(plugin)->context = static_cast<Plugin*>(plugin)->instance;
  return 1;
}

// Uses as many bytes of stack as the tag says.
EXPORTED int FLBPluginFlushCtx(void*, const void*, std::size_t, char* tag) {
  return depth(static_cast<std::size_t>(std::atoi(tag))) > 0 ? 1 : 2;
}
