#include "plugin/commands/lease_seek.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "core/kinesis/input/seek.h"
#include "core/leases/stream_leases.h"
#include "plugin/commands/blocking_lease_table.h"
#include "plugin/commands/describe_stream.h"
#include "plugin/commands/lease_rows.h"

namespace penstock::plugin {

namespace {

struct Move {
  leases::Lease seen, to;
};

// The changes, in the order in which they are made, so that no shard is ever without a row. Rows of parents that
// are read again are created before their children are moved: a child that begins at a time counts as started, and
// a parent without a row would then count as finished.
struct Plan {
  std::vector<leases::Lease> make;
  std::vector<Move> move;
  std::vector<leases::Lease> remove;
  std::vector<std::string> lines;  // for people
};

std::string line_of(const leases::Lease& row) {
  return "  " + shard_in(row) + "  " + kinesis::to_string(leases::StreamLeases::read_from(row)) + "  " +
         (row.owner.empty() ? "" : "held by ") + owner_in(row);
}

// latest: the position is the present time, and is written as LATEST, which workers of KCL can read whatever their
// own initial position is. Ours read from started_ms.
struct Target {
  kinesis::ReadFrom from;
  bool latest = false;
};

leases::Lease moved_to(const leases::Lease& row, const Target& target) {
  const kinesis::ReadFrom& to = target.from;
  leases::Lease moved = row;
  moved.owner_switches = 0;
  moved.child_ids.clear();
  // The row is for the current stream of that name when it is read, not for a particular one.
  moved.stream_arn.clear();
  moved.stream_created_ms = moved.started_ms = 0;
  moved.sub_sequence_number = 0;
  switch (to.kind) {
    case kinesis::ReadFrom::Kind::trim_horizon:
      moved.checkpoint = leases::kTrimHorizonCheckpoint;
      break;
    case kinesis::ReadFrom::Kind::at_timestamp:
      moved.checkpoint = target.latest ? leases::kLatestCheckpoint : leases::kAtTimestampCheckpoint;
      moved.started_ms = to.timestamp_ms;
      break;
    case kinesis::ReadFrom::Kind::after:
      moved.checkpoint = to.position.sequence_number;
      moved.sub_sequence_number = std::min(to.position.sub_sequence_number, leases::kWholeRecordInRow);
  }
  return moved;
}

kinesis::InitialPosition beginning_at(const Target& target) {
  if (target.latest) return {kinesis::InitialPosition::Kind::latest, 0};
  if (target.from.kind == kinesis::ReadFrom::Kind::at_timestamp)
    return {kinesis::InitialPosition::Kind::at_timestamp, target.from.timestamp_ms};
  return {};
}

// Returns whether the row is of a deleted stream with the same name, account and region.
bool is_of_predecessor(const leases::Lease& row, const leases::StreamLeases& stream) {
  const kinesis::StreamIdentity& now = stream.identity();
  if (now.created_ms == 0 || leases::without_epoch(row.stream_id) != leases::without_epoch(stream.stream_id()))
    return false;
  if (!row.stream_arn.empty() && row.stream_arn != now.arn) return false;
  return row.stream_id != stream.stream_id() ||
         (row.stream_created_ms != 0 && row.stream_created_ms != now.created_ms);
}

Status plan_stream(Patience& patience, const kinesis::InputStream& name, const InputSettings& settings,
                   const Target& to, const std::vector<leases::Lease>& rows, Plan& plan) {
  Result<StreamDescription> look = describe_stream(patience, name);
  if (!look.ok()) return look.status();
  const int64_t failover_ms = settings.leases.leases.failover_ms;
  leases::StreamLeases stream(settings.streams.size() == 1, beginning_at(to), failover_ms);
  stream.on_shards_listed(look->identity, look->shards, to.from.timestamp_ms, 0);
  std::vector<leases::Lease> others;
  bool made_again = false;
  for (const leases::Lease& row : rows) {
    if (!is_of_predecessor(row, stream)) {
      others.push_back(row);
      continue;
    }
    if (!std::exchange(made_again, true))
      plan.lines.push_back(kinesis::to_string(look->identity) +
                           ": the leases of a deleted stream of the same name are deleted");
    plan.lines.push_back(line_of(row) + " -> deleted");
    plan.remove.push_back(row);
  }
  stream.begin_scan();
  stream.on_scanned(others, 0);
  if (!stream.problem().ok()) return stream.problem();
  const leases::LeasesByShard before = stream.leases();
  for (const auto& [shard_id, row] : before) {
    const bool is_listed =
        std::any_of(look->shards.begin(), look->shards.end(),
                    [&id = shard_id](const kinesis::ShardInfo& shard) { return shard.id == id; });
    plan.lines.push_back(
        line_of(row) + " -> " +
        (is_listed ? kinesis::to_string(to.from) : "deleted, because the stream no longer has this shard"));
    if (is_listed)
      plan.move.push_back({row, moved_to(row, to)});
    else
      plan.remove.push_back(row);
    // As if reading had not begun, so that parents without a lease are reported as missing.
    if (is_listed)
      stream.on_row(moved_to(row, {kinesis::ReadFrom::trim_horizon()}));
    else
      stream.on_row_deleted(shard_id);
  }
  // Simulates that failover_ms passes: an owner would have created its missing leases by then.
  stream.missing(0);
  for (leases::Lease& lease : stream.missing(failover_ms)) {
    plan.lines.push_back("  " + shard_in(lease) + "  new -> " +
                         kinesis::to_string(leases::StreamLeases::read_from(lease)));
    // Shards of the deleted stream may have the same ids.
    const auto old = std::find_if(plan.remove.begin(), plan.remove.end(),
                                  [&](const leases::Lease& row) { return row.key == lease.key; });
    if (old == plan.remove.end()) {
      plan.make.push_back(std::move(lease));
      continue;
    }
    plan.move.push_back({std::move(*old), std::move(lease)});
    plan.remove.erase(old);
  }
  return {};
}

Status plan_shard(const InputSettings& settings, const std::string& shard, const Target& to,
                  const std::vector<leases::Lease>& rows, Plan& plan) {
  for (const leases::Lease& row : rows) {
    const bool ours = std::any_of(settings.streams.begin(), settings.streams.end(),
                                  [&](const kinesis::StreamName& name) { return is_of(row, name); });
    if (!ours || shard_in(row) != shard) continue;
    plan.lines.push_back(line_of(row) + " -> " + kinesis::to_string(to.from));
    plan.move.push_back({row, moved_to(row, to)});
  }
  if (!plan.move.empty()) return {};
  return {Code::config, "PS0106",
          "table " + settings.leases.table + " has no lease of the shard " + printable(shard) +
              ": penstock leases prints the shards that it has"};
}

// A killed worker leaves its name in its leases. Only time shows whether a worker is alive.
Status check_unused(BlockingLeaseTable& table, const std::vector<leases::Lease>& rows, int64_t failover_ms) {
  if (std::all_of(rows.begin(), rows.end(), [](const leases::Lease& row) { return row.owner.empty(); })) return {};
  table.pause(failover_ms);
  const Result<std::vector<leases::Lease>> later = table.scan();
  if (!later.ok()) return later.status();
  std::map<std::string, int64_t> counters;
  for (const leases::Lease& row : *later) counters[row.key] = row.counter;
  for (const leases::Lease& row : rows)
    if (!row.owner.empty() && counters[row.key] != row.counter)
      return {Code::config, "PS0107",
              "shard " + shard_in(row) + " is held by " + printable(row.owner) +
                  ", which renews its lease: stop all workers, and run the command again. Nothing was changed"};
  return {};
}

Status carry_out(BlockingLeaseTable& table, const Plan& plan) {
  for (const leases::Lease& row : plan.make)
    if (Status made = table.create(row); !made.ok()) return made;
  for (const auto& [seen, to] : plan.move)
    if (Status moved = table.replace(seen, to); !moved.ok()) return moved;
  for (const leases::Lease& row : plan.remove)
    if (Status removed = table.remove(row); !removed.ok()) return removed;
  return {};
}

}  // namespace

Status seek_in_table(const penstock_host& host, const Options& options, const InputSettings& settings,
                     const Options& arguments, const Printer& print) {
  Result<std::unique_ptr<BlockingLeaseTable>> table = BlockingLeaseTable::open(host, options, settings);
  if (!table.ok()) return table.status();
  Env& env = (*table)->env();
  const Result<kinesis::ReadFrom> from = kinesis::parse_seek_target(arguments.text("to"), env.clock.wall_ms());
  if (!from.ok()) return from.status().in("to");
  const Target to{*from, arguments.text("to") == "latest"};
  if (arguments.on("all") && from->kind == kinesis::ReadFrom::Kind::after)
    return {Code::config, "PS0319", "a sequence number belongs to one shard: name the shard with --shard"};
  Result<std::vector<leases::Lease>> rows = (*table)->scan();
  if (!rows.ok()) return rows.status();
  std::sort(rows->begin(), rows->end(), by_key);

  Plan plan;
  if (arguments.on("all")) {
    for (const kinesis::InputStream& stream : (*table)->connection().with_clients(settings.streams))
      if (Status planned = plan_stream((*table)->patience(), stream, settings, to, *rows, plan); !planned.ok())
        return planned;
  } else if (Status planned = plan_shard(settings, arguments.text("shard"), to, *rows, plan); !planned.ok()) {
    return planned;
  }
  for (const std::string& line : plan.lines) print.line(line);
  if (from->kind == kinesis::ReadFrom::Kind::at_timestamp && !to.latest)
    print.line(
        "Workers of the Kinesis Client Library on this table need the initial position AT_TIMESTAMP with the same "
        "time: with another one they cannot begin these shards");
  if (!arguments.on("yes")) {
    print.line("Nothing was changed. To apply the changes, add --yes");
    return {};
  }
  std::vector<leases::Lease> seen = plan.remove;
  for (const Move& move : plan.move) seen.push_back(move.seen);
  if (Status unused = check_unused(**table, seen, settings.leases.leases.failover_ms); !unused.ok()) return unused;
  return carry_out(**table, plan);
}

}  // namespace penstock::plugin
