#include "plugin/commands/lease_commands.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/kinesis/input/seek.h"
#include "core/leases/stream_leases.h"
#include "plugin/commands/blocking_lease_table.h"
#include "plugin/commands/lease_rows.h"
#include "plugin/commands/position_table.h"

namespace penstock::plugin {

Status print_table(const penstock_host& host, const Options& options, const InputSettings& settings,
                   const Printer& print) {
  Result<std::unique_ptr<BlockingLeaseTable>> table = BlockingLeaseTable::open(host, options, settings);
  if (!table.ok()) return table.status();
  Result<std::vector<leases::Lease>> leases = (*table)->scan();
  if (!leases.ok()) return leases.status();
  const std::string heading = "table " + settings.leases.table;
  if (leases->empty()) {
    print.line(heading);
    print.line("No positions are saved yet.");
    return {};
  }
  std::sort(leases->begin(), leases->end(), by_key);
  const std::vector<kinesis::InputStream> streams = (*table)->connection().with_clients(settings.streams);
  std::vector<PositionRow> rows;
  for (const leases::Lease& lease : *leases) {
    const kinesis::ReadFrom from = leases::StreamLeases::read_from(lease);
    const auto stream = std::find_if(streams.begin(), streams.end(), [&](const kinesis::InputStream& candidate) {
      return is_of(lease, candidate.name);
    });
    rows.push_back({{shard_in(lease), owner_in(lease), kinesis::to_string(from)},
                    from,
                    lease.shard_id,
                    stream == streams.end() ? nullptr : &*stream});
  }
  return print_positions((*table)->patience(), {"shard", "owner", "checkpoint"}, {{heading, rows}}, print);
}

}  // namespace penstock::plugin
