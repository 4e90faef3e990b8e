// A table of leases whose calls are waited for, for as long as Patience allows.
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
  // settings name a table.
  static Result<std::unique_ptr<BlockingLeaseTable>> open(const penstock_host& host, const Options& options,
                                                          const InputSettings& settings);
  ~BlockingLeaseTable() { connection_.host_env->end_calls(); }
  BlockingLeaseTable(const BlockingLeaseTable&) = delete;
  BlockingLeaseTable& operator=(const BlockingLeaseTable&) = delete;

  Result<std::vector<leases::Lease>> scan();
  // Where the row is still as seen; Code::config where it is not.
  Status remove(const leases::Lease& seen);
  Status replace(const leases::Lease& seen, const leases::Lease& lease);
  // Where there is no such row; Code::config where there is.
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
