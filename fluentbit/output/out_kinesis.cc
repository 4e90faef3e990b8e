// penstock-out-kinesis.so: the proxy output penstock_kinesis, and the functions that the agent calls.
#include <memory>

#include "fluentbit/agent/module.h"
#include "fluentbit/agent/proxy_entry.h"
#include "fluentbit/output/output_instance.h"

namespace penstock::fluentbit {

const Description& description() {
  static const Description me{
      PENSTOCK_OUTPUT,
      "penstock_kinesis",
      "Writes records to a Kinesis data stream with PutRecords, and retries only rejected records.",
      kOutputOptions,
      {{PENSTOCK_OUTPUT, "penstock_kinesis"}},
      [](const ConfigSection& own) { return record_format(own).problems(); }};
  return me;
}

}  // namespace penstock::fluentbit

using namespace penstock::fluentbit;  // NOLINT(google-build-using-namespace): the agent's names have no namespace

PENSTOCK_EXPORT int FLBPluginInit(proxy::Plugin* plugin) {
  return proxy::guarded(proxy::kFailed, [&] {
    std::unique_ptr<OutputInstance> instance = OutputInstance::open(*plugin);
    static_cast<proxy::OutputContext*>(plugin->context)->remote = instance.get();
    return instance.release() != nullptr ? proxy::kOk : proxy::kFailed;  // until FLBPluginExitCtx
  });
}

// Runs on a coroutine stack of the agent, which has only 24 KiB in some versions.
PENSTOCK_EXPORT int FLBPluginFlushCtx(void* context, const void* data, size_t size, char* tag) {
  return proxy::guarded(proxy::kFlushRetry, [&] {
    return int{static_cast<OutputInstance*>(context)->flush({static_cast<const char*>(data), size}, tag)};
  });
}

PENSTOCK_EXPORT int FLBPluginExitCtx(void* context) {
  return proxy::guarded(proxy::kOk, [&] {
    delete static_cast<OutputInstance*>(context);
    return proxy::kOk;
  });
}
