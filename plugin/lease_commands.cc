#include "plugin/lease_commands.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.h"
#include "core/kinesis/seek.h"
#include "core/leases/stream_leases.h"
#include "plugin/input_connection.h"
#include "plugin/position_table.h"

namespace penstock {

namespace {

// A table, whose calls are waited for.
class Waiting {
 public:
  static Result<std::unique_ptr<Waiting>> open(const penstock_host& host, const Options& options,
                                               const InputSettings& settings) {
    Result<InputConnection> connection = connect_input(host, options, settings.streams);
    if (!connection.ok()) return connection.status();
    auto table = connect_to_table(*connection, options, settings.leases);
    if (!table.ok()) return table.status();
    return std::unique_ptr<Waiting>(new Waiting(std::move(*connection), std::move(*table)));
  }
  ~Waiting() { connection_.host_env->end_calls(); }

  Result<std::vector<Lease>> scan() {
    std::optional<Result<LeaseList>> list;
    table_->scan([&](Result<LeaseList> scanned) { list = std::move(scanned); });
    while (!list) env().transport.drive(kNever);
    if (!list->ok()) return list->status();
    return std::move((*list)->leases);
  }
  // In place of the row, where it is still as seen.
  Status replace(const Lease& seen, const Lease& row) {
    const std::string about = "lease " + printable(seen.key);
    const Result<LeaseWrite> removed =
        wait([&](LeaseTable::Written done) { table_->remove(seen.key, seen.counter, std::move(done)); });
    if (!removed.ok()) return removed.status().in(about);
    if (removed->outcome == LeaseWrite::Outcome::refused)
      return {Code::config, about + " has changed meanwhile; is a worker running?"};
    const Result<LeaseWrite> made = wait([&](LeaseTable::Written done) { table_->create(row, std::move(done)); });
    if (!made.ok()) return made.status().in(about + ", which is deleted and could not be made again");
    if (made->outcome == LeaseWrite::Outcome::done) return {};
    return {Code::config, about + " was made by somebody else meanwhile; is a worker running?"};
  }
  void pause(int64_t ms) {
    const int64_t end_ms = env().clock.monotonic_ms() + ms;
    while (env().clock.monotonic_ms() < end_ms) env().transport.drive(end_ms);
  }
  Env& env() { return connection_.host_env->env(); }
  const InputConnection& connection() const { return connection_; }

 private:
  Waiting(InputConnection connection, std::unique_ptr<LeaseTable> table)
      : connection_(std::move(connection)), table_(std::move(table)) {}

  template <typename Begin>
  Result<LeaseWrite> wait(Begin begin) {
    std::optional<Result<LeaseWrite>> result;
    begin([&](Result<LeaseWrite> written) { result = std::move(written); });
    while (!result) env().transport.drive(kNever);
    return std::move(*result);
  }

  InputConnection connection_;
  std::unique_ptr<LeaseTable> table_;
};

// The stream's name in account:stream:creationEpoch; "" in a table of one stream.
std::string_view stream_in(const Lease& row) {
  const std::string_view id = row.stream_id;
  const size_t first = id.find(':'), last = id.rfind(':');
  return first == last ? std::string_view() : id.substr(first + 1, last - first - 1);
}

std::string shard_in(const Lease& row) {
  const std::string_view stream = stream_in(row);
  return printable(stream.empty() ? row.shard_id : std::string(stream) + "/" + row.shard_id);
}

bool by_key(const Lease& a, const Lease& b) { return a.key < b.key; }

std::string owner_in(const Lease& row) { return row.owner.empty() ? "free" : printable(row.owner); }

std::string line_of(const Lease& row) {
  return "  " + shard_in(row) + "  " + text_of(StreamLeases::read_from(row)) + "  " +
         (row.owner.empty() ? "" : "held by ") + owner_in(row);
}

// Whether the row is of the stream of that name. Streams of several accounts or regions may share a name.
bool is_of(const Lease& row, const StreamName& name) {
  const bool by_arn = !name.region.empty() && !row.stream_arn.empty();
  const std::string_view stream = stream_in(row);
  return (stream.empty() || stream == name.name) && (!by_arn || row.stream_arn == name.text);
}

Lease moved_to(const Lease& row, const ReadFrom& to) {
  Lease moved = row;
  moved.counter = row.counter + 1;
  moved.owner_switches = 0;
  moved.child_ids.clear();
  // Of whatever stream of that name there is when it is read.
  moved.stream_arn.clear();
  moved.stream_created_ms = moved.started_ms = 0;
  moved.sub_sequence_number = 0;
  switch (to.kind) {
    case ReadFrom::Kind::trim_horizon:
      moved.checkpoint = kTrimHorizonCheckpoint;
      break;
    case ReadFrom::Kind::at_timestamp:
      moved.checkpoint = kAtTimestampCheckpoint;
      moved.started_ms = to.timestamp_ms;
      break;
    case ReadFrom::Kind::behind:
      moved.checkpoint = to.position.sequence_number;
      moved.sub_sequence_number = std::min(to.position.sub_sequence_number, kWholeRecordInRow);
  }
  return moved;
}

Result<std::vector<Lease>> rows_to_move(std::vector<Lease> rows, const InputSettings& settings,
                                        const Options& arguments) {
  const std::string& shard = arguments.text("shard");
  std::erase_if(rows, [&](const Lease& row) {
    const bool ours = std::any_of(settings.streams.begin(), settings.streams.end(),
                                  [&](const StreamName& name) { return is_of(row, name); });
    return !ours || (!arguments.on("all") && shard_in(row) != shard);
  });
  std::sort(rows.begin(), rows.end(), by_key);
  if (!rows.empty()) return rows;
  return Status(Code::config, arguments.on("all")
                                  ? "table " + settings.leases.table +
                                        " has no leases of these streams: a first "
                                        "start begins at initial_position"
                                  : "table " + settings.leases.table + " has no lease of the shard " +
                                        printable(shard) + "; penstock leases prints those that there are");
}

}  // namespace

Status seek_in_table(const penstock_host& host, const Options& options, const InputSettings& settings,
                     const Options& arguments, const Printer& print) {
  Result<std::unique_ptr<Waiting>> table = Waiting::open(host, options, settings);
  if (!table.ok()) return table.status();
  const Result<ReadFrom> to = parse_seek_target(arguments.text("to"), (*table)->env().clock.wall_ms());
  if (!to.ok()) return to.status().in("to");
  if (arguments.on("all") && to->kind == ReadFrom::Kind::behind)
    return {Code::config, "a sequence number is of one shard: say which, with --shard"};
  Result<std::vector<Lease>> scanned = (*table)->scan();
  if (!scanned.ok()) return scanned.status();
  const Result<std::vector<Lease>> rows = rows_to_move(std::move(*scanned), settings, arguments);
  if (!rows.ok()) return rows.status();
  for (const Lease& row : *rows) print.line(line_of(row) + " -> " + text_of(*to));
  if (!arguments.on("yes")) {
    print.line("Nothing was changed. To do it, add --yes");
    return {};
  }
  // A worker that was killed has left its name. Whether one lives shows only in time.
  if (std::any_of(rows->begin(), rows->end(), [](const Lease& row) { return !row.owner.empty(); })) {
    (*table)->pause(settings.leases.leases.failover_ms);
    const Result<std::vector<Lease>> later = (*table)->scan();
    if (!later.ok()) return later.status();
    std::map<std::string, int64_t> counters;
    for (const Lease& row : *later) counters[row.key] = row.counter;
    for (const Lease& row : *rows)
      if (!row.owner.empty() && counters[row.key] != row.counter)
        return {Code::config, "shard " + shard_in(row) + " is held by " + printable(row.owner) +
                                  ", which renews its lease: stop the workers first. Nothing was changed"};
  }
  for (const Lease& row : *rows)
    if (Status replaced = (*table)->replace(row, moved_to(row, *to)); !replaced.ok()) return replaced;
  return {};
}

Status print_table(const penstock_host& host, const Options& options, const InputSettings& settings,
                   const Printer& print) {
  Result<std::unique_ptr<Waiting>> table = Waiting::open(host, options, settings);
  if (!table.ok()) return table.status();
  Result<std::vector<Lease>> leases = (*table)->scan();
  if (!leases.ok()) return leases.status();
  print.line("table " + settings.leases.table);
  if (leases->empty()) print.line("Nothing is kept yet.");
  if (leases->empty()) return {};
  std::sort(leases->begin(), leases->end(), by_key);
  const std::vector<InputStream> streams = (*table)->connection().with_clients(settings.streams);
  std::vector<PositionRow> rows;
  for (const Lease& lease : *leases) {
    const ReadFrom from = StreamLeases::read_from(lease);
    const auto stream = std::find_if(streams.begin(), streams.end(),
                                     [&](const InputStream& candidate) { return is_of(lease, candidate.name); });
    rows.push_back({{shard_in(lease), owner_in(lease), text_of(from)},
                    from,
                    lease.shard_id,
                    stream == streams.end() ? nullptr : &*stream});
  }
  print_positions((*table)->env(), {"shard", "owner", "checkpoint"}, rows, print);
  return {};
}

}  // namespace penstock
