// penstock-out-kinesis.so: the proxy output penstock_kinesis. What the agent calls.
#include <cstring>
#include <exception>
#include <memory>

#include "fluentbit/agent/library.h"
#include "fluentbit/agent/module.h"
#include "fluentbit/agent/proxy_abi.h"
#include "fluentbit/output/output_instance.h"

#define PENSTOCK_EXPORT extern "C" __attribute__((visibility("default")))

namespace penstock::fluentbit {

namespace {

constexpr char kName[] = "penstock_kinesis";
constexpr char kSummary[] =
    "Writes records to a Kinesis data stream with PutRecords, sending again only what was refused.";

constexpr int kOk = 1;
constexpr int kFailed = 0;

// Nothing that is thrown goes through the agent.
template <typename Body>
int guarded(int otherwise, Body body) noexcept {
  try {
    return body();
  } catch (const std::exception&) {  // out of memory, or of descriptors
    return otherwise;
  }
}

}  // namespace

const Description& description() {
  static const Description me{PENSTOCK_OUTPUT,
                              kName,
                              kSummary,
                              kOutputOptions,
                              {library().find(PENSTOCK_OUTPUT, "penstock_kinesis")},
                              [](const Section& own) { return record_format(own).problems(); }};
  return me;
}

}  // namespace penstock::fluentbit

using namespace penstock::fluentbit;  // NOLINT(google-build-using-namespace): the agent's names have no namespace

PENSTOCK_EXPORT int FLBPluginRegister(proxy::Definition* definition) {
  definition->type = proxy::kOutput;
  definition->proxy = proxy::kProxy;
  definition->flags = 0;
  definition->name = strdup(kName);
  definition->description = strdup(kSummary);
  return 0;
}

PENSTOCK_EXPORT int FLBPluginInit(proxy::Plugin* plugin) {
  return guarded(kFailed, [&] {
    std::unique_ptr<OutputInstance> instance = OutputInstance::open(*plugin);
    static_cast<proxy::OutputContext*>(plugin->context)->remote = instance.get();
    return instance.release() != nullptr ? kOk : kFailed;  // until FLBPluginExitCtx
  });
}

// On the agent's coroutine stack, of 24 KiB in some versions.
PENSTOCK_EXPORT int FLBPluginFlushCtx(void* context, const void* data, size_t size, char* tag) {
  return guarded(proxy::kFlushRetry, [&] {
    return int{static_cast<OutputInstance*>(context)->flush({static_cast<const char*>(data), size}, tag)};
  });
}

PENSTOCK_EXPORT int FLBPluginExitCtx(void* context) {
  return guarded(kOk, [&] {
    delete static_cast<OutputInstance*>(context);
    return kOk;
  });
}
