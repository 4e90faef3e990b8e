// A lease table with blocking calls, which wait as long as Patience allows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/leases/lease_table.h"
#include "plugin/commands/patience.h"
#include "plugin/settings/input_connection.h"
#include "plugin/settings/input_settings.h"

namespace penstock::plugin {

class BlockingLeaseTable {
 public:
  // REQUIRES: settings name a table.
  static Result<std::unique_ptr<BlockingLeaseTable>> open(const penstock_host& host, const Options& options,
                                                          const InputSettings& settings);
  ~BlockingLeaseTable() { connection_.host_env->end_calls(); }
  BlockingLeaseTable(const BlockingLeaseTable&) = delete;
  BlockingLeaseTable& operator=(const BlockingLeaseTable&) = delete;

  Result<std::vector<leases::Lease>> scan();
  // Change a row if it is still as seen; else return Code::config.
  Status remove(const leases::Lease& seen);
  Status replace(const leases::Lease& seen, const leases::Lease& lease);
  // Creates a row; returns Code::config if it already exists.
  Status create(const leases::Lease& row);
  void pause(int64_t ms);

  Patience& patience() { return patience_; }
  Env& env() { return connection_.host_env->env(); }
  const InputConnection& connection() const { return connection_; }

 private:
  BlockingLeaseTable(InputConnection connection, std::unique_ptr<leases::LeaseTable> table)
      : connection_(std::move(connection)), table_(std::move(table)), patience_(env()) {}

  InputConnection connection_;
  std::unique_ptr<leases::LeaseTable> table_;
  Patience patience_;
};

}  // namespace penstock::plugin
