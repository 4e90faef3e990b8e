// Loads the configuration of a running pipeline again.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "host/plan/load_config.h"
#include "host/util/log.h"
#include "host/util/service_manager.h"
#include "host/util/signals.h"

namespace penstock::host {

// A loader that starts at SIGHUP. It runs on a thread of its own, because finding a loop of streams may call a
// service, and the pipeline must keep its leases meanwhile. A configuration with an error changes nothing.
class Reloader {
 public:
  // Returns a configuration and all of its problems; called on the loader's thread.
  using Load = std::function<LoadedConfig()>;

  // signals, log, and manager must outlive this. load must not depend on anything that this process destroys at
  // its end: a load that has not ended continues.
  Reloader(Load load, const Signals& signals, Log& log, ServiceManager& manager);

  // Starts to load if SIGHUP has arrived, and takes the result if one is there: logs its problems, and keeps a
  // configuration without errors for take(). Returns whether there is one.
  bool turn();

  // Returns a descriptor that is readable when turn() has a result to take; -1 while nothing is being loaded.
  int descriptor() const;

  // Returns the loaded configuration. REQUIRES: the last turn() returned true.
  LoadedConfig take();

  // Returns whether a load has not ended.
  bool is_loading() const { return loading_ != nullptr; }

 private:
  struct Loading;

  void start();
  void finish();
  void reject(std::string_view why);

  Load load_;
  const Signals& signals_;
  Log& log_;
  ServiceManager& manager_;
  std::shared_ptr<Loading> loading_;  // shared with the thread
  bool again_ = false;                // SIGHUP has arrived since the load began
  std::optional<LoadedConfig> loaded_;
};

}  // namespace penstock::host
