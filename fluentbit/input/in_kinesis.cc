// penstock-in-kinesis.so: the proxy input penstock_kinesis. What the agent calls, and for which instance.
#include <exception>
#include <memory>
#include <vector>

#include "fluentbit/agent/module.h"
#include "fluentbit/agent/proxy_entry.h"
#include "fluentbit/input/input_instance.h"
#include "fluentbit/input/requirements.h"

namespace penstock::fluentbit {

namespace {

// The instances of the calling thread. Most calls of the agent do not tell which instance they are for, but an
// instance is called on one thread only: its own, or the pipeline's, which may have several.
thread_local std::vector<std::unique_ptr<InputInstance>> instances;

void pause_all(bool paused) {
  // Of several nobody tells which: the append of the one that is paused refuses instead.
  for (const auto& instance : instances) instance->pause(paused && instances.size() == 1);
}

// Out of memory, the callback does what it can the next time.
template <typename Body>
int callback(Body body) noexcept {
  return proxy::guarded(proxy::kOk, [&] {
    body();
    return proxy::kOk;
  });
}

}  // namespace

const Description& description() {
  static const Description me{
      PENSTOCK_INPUT,
      "penstock_kinesis",
      "Reads CloudWatch Logs subscription messages from a Kinesis data stream, a record for each log event.",
      kInputOptions,
      {{PENSTOCK_INPUT, "penstock_kinesis"}, {PENSTOCK_FILTER, "lambda_logs"}},
      wrong_together};
  return me;
}

}  // namespace penstock::fluentbit

using namespace penstock::fluentbit;  // NOLINT(google-build-using-namespace): the agent's names have no namespace

PENSTOCK_EXPORT int FLBPluginInit(proxy::Plugin* plugin) {
  try {
    std::unique_ptr<InputInstance> instance = InputInstance::open(*plugin);
    if (instance == nullptr) return proxy::kFailed;
    instances.push_back(std::move(instance));
    if (proxy::has_input_context(plugin->context))
      static_cast<proxy::InputContext*>(plugin->context)->remote = instances.back().get();
    return proxy::kOk;
  } catch (const std::exception& problem) {  // out of memory, descriptors or threads
    plugin->api->log_print(PENSTOCK_LOG_ERROR, nullptr, 0, "[input:%s] it cannot start: %s", plugin->name,
                           problem.what());
    return proxy::kFailed;
  }
}

PENSTOCK_EXPORT int FLBPluginInputCallback(void** data, size_t* size) {
  *size = 0;
  return callback([&] {
    for (const auto& instance : instances) {
      *size = instance->collect(data);
      if (*size > 0) break;  // only where it is alone
    }
  });
}

PENSTOCK_EXPORT int FLBPluginInputCallbackCtx(void* context, void** data, size_t* size) {
  *size = 0;
  return callback([&] { *size = static_cast<InputInstance*>(context)->collect(data); });
}

PENSTOCK_EXPORT int FLBPluginInputCleanupCallback(void*) {
  return callback([&] {
    for (const auto& instance : instances) instance->give_back();
  });
}

PENSTOCK_EXPORT int FLBPluginInputCleanupCallbackCtx(void* context, void*) {
  return callback([&] { static_cast<InputInstance*>(context)->give_back(); });
}

PENSTOCK_EXPORT void FLBPluginInputPause() { pause_all(true); }

PENSTOCK_EXPORT void FLBPluginInputResume() { pause_all(false); }

// Comes once an instance, and does not tell which: at the first all of the thread end, since nothing is read any
// more.
PENSTOCK_EXPORT int FLBPluginExit() {
  for (const auto& instance : instances) instance->begin_to_end();
  instances.clear();
  return proxy::kOk;
}
