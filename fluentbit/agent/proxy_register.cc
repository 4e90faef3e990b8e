// Compiled into each shared object that is opened through the agent's proxy.
#include <cstring>

#include "fluentbit/agent/config_map.h"
#include "fluentbit/agent/module.h"
#include "fluentbit/agent/proxy_entry.h"

// The agent frees both texts.
PENSTOCK_EXPORT int FLBPluginRegister(penstock::fluentbit::proxy::Definition* definition) {
  namespace proxy = penstock::fluentbit::proxy;
  const penstock::fluentbit::Description& me = penstock::fluentbit::description();
  definition->type = me.kind == PENSTOCK_INPUT ? proxy::kInput : proxy::kOutput;
  definition->proxy = proxy::kProxy;
  definition->flags = 0;
  definition->name = strdup(me.id);
  definition->description = strdup(me.summary);
  return proxy::guarded(0, [&] {
    penstock::fluentbit::declare_options(definition);
    return 0;
  });
}
