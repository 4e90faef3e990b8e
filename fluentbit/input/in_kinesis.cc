// penstock-in-kinesis.so: the proxy input penstock_kinesis. Its functions that the agent calls, and the search for
// the instance.
#include <exception>
#include <memory>
#include <vector>

#include "fluentbit/agent/module.h"
#include "fluentbit/agent/proxy_entry.h"
#include "fluentbit/input/input_instance.h"
#include "fluentbit/input/requirements.h"

namespace penstock::fluentbit {

namespace {

// The instances of the calling thread. Most calls of the agent do not identify the instance, but each instance is
// called on only one thread: its own, or the pipeline's, which may have several instances.
thread_local std::vector<std::unique_ptr<InputInstance>> instances;

void pause_all(bool paused) {
  // With several instances, the paused one is unknown. append() then rejects its chunks instead.
  for (const auto& instance : instances) instance->pause(paused && instances.size() == 1);
}

// If it runs out of memory, the next callback does the remaining work.
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
      "Reads CloudWatch Logs subscription messages from Kinesis data streams, one record per log event.",
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
    plugin->api->log_print(PENSTOCK_LOG_ERROR, nullptr, 0,
                           "[input:%s] "
                           "PS0968"
                           ": cannot start: %s",
                           plugin->name, problem.what());
    return proxy::kFailed;
  }
}

PENSTOCK_EXPORT int FLBPluginInputCallback(void** data, size_t* size) {
  *size = 0;
  return callback([&] {
    for (const auto& instance : instances) {
      *size = instance->collect(data);
      if (*size > 0) break;  // only if it is the only instance
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

// Called once per instance, without identifying it. The first call ends all instances of the thread, because
// nothing is read anymore.
PENSTOCK_EXPORT int FLBPluginExit() {
  for (const auto& instance : instances) instance->begin_to_end();
  instances.clear();
  return proxy::kOk;
}
