#include "plugin/commands/input_commands.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "core/kinesis/input/checkpoint.h"
#include "core/kinesis/input/seek.h"
#include "plugin/abi/host_env.h"
#include "plugin/commands/lease_commands.h"
#include "plugin/commands/lease_seek.h"
#include "plugin/commands/position_table.h"
#include "plugin/settings/input_connection.h"
#include "plugin/settings/input_settings.h"

namespace penstock::plugin {

namespace {

Result<std::vector<std::string>> seek_in(kinesis::Checkpoint& checkpoint,
                                         const std::vector<kinesis::StreamName>& streams, const Options& arguments,
                                         const kinesis::ReadFrom& to) {
  return arguments.on("all") ? kinesis::seek_all(checkpoint, streams, to)
                             : kinesis::seek_shard(checkpoint, streams, arguments.text("shard"), to);
}

std::vector<PositionRow> rows_of(const kinesis::StreamCheckpoint& kept, const kinesis::InputStream* stream) {
  std::vector<PositionRow> rows;
  for (const auto& [id, from] : kept.shards)
    rows.push_back({{printable(id), kinesis::to_string(from)}, from, id, stream});
  if (kept.begin)
    rows.push_back(
        {{kept.shards.empty() ? "all shards" : "all others", kinesis::to_string(*kept.begin)}, *kept.begin});
  return rows;
}

// A queue delivers each record until it is acknowledged.
Status no_positions(const char* command) {
  return {Code::config, "PS0104",
          std::string(command) +
              " does not apply to queue_arn: a queue has no positions; penstock queue prints its "
              "state and its dead letters"};
}

}  // namespace

Status seek(const penstock_host& host, const Options& options, const Options& arguments, const Printer& print) {
  if (options.is_given("queue_arn")) return no_positions("seek");
  if (arguments.on("all") == !arguments.text("shard").empty())
    return {Code::config, "PS0103", "seek needs one of --shard ID and --all: give exactly one of them"};
  const Result<InputSettings> settings = read_input_settings(options);
  if (!settings.ok()) return settings.status();
  if (options.is("checkpoint", "memory"))
    return {Code::config, "PS0104",
            "checkpoint memory saves no positions to move: set checkpoint file:PATH or dynamodb"};
  if (settings->leases.are_used) return seek_in_table(host, options, *settings, arguments, print);
  Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make(host, {});
  if (!host_env.ok()) return host_env.status();
  Env& env = (*host_env)->env();
  const Result<kinesis::ReadFrom> to = kinesis::parse_seek_target(arguments.text("to"), env.clock.wall_ms());
  if (!to.ok()) return to.status().in("to");

  // A dry run does not disturb a process that uses the checkpoint.
  std::unique_ptr<kinesis::CheckpointStore> store;
  if (arguments.on("yes")) {
    Result<std::unique_ptr<kinesis::CheckpointStore>> opened =
        kinesis::CheckpointStore::open(env, options.text("checkpoint"));
    if (!opened.ok()) return opened.status();
    store = std::move(*opened);
  }
  Result<kinesis::Checkpoint> checkpoint =
      store != nullptr ? store->load() : kinesis::CheckpointStore::look(env, options.text("checkpoint"));
  if (!checkpoint.ok()) return checkpoint.status();
  const Result<std::vector<std::string>> lines = seek_in(*checkpoint, settings->streams, arguments, *to);
  if (!lines.ok()) return lines.status();
  if (store != nullptr)
    if (Status saved = store->save(*checkpoint); !saved.ok()) return saved;
  for (const std::string& line : *lines) print.line(line);
  if (store == nullptr) print.line("Nothing was changed. To apply the changes, add --yes");
  return {};
}

Status print_leases(const penstock_host& host, const Options& options, const Options&, const Printer& print) {
  if (options.is_given("queue_arn")) return no_positions("leases");
  if (options.is("checkpoint", "memory"))
    return {Code::config, "PS0104",
            "checkpoint memory saves no positions to print: set checkpoint file:PATH or dynamodb"};
  const Result<InputSettings> settings = read_input_settings(options);
  if (!settings.ok()) return settings.status();
  if (settings->leases.are_used) return print_table(host, options, *settings, print);
  Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make(host, {});
  if (!host_env.ok()) return host_env.status();
  Result<kinesis::Checkpoint> checkpoint =
      kinesis::CheckpointStore::look((*host_env)->env(), options.text("checkpoint"));
  if (!checkpoint.ok()) return checkpoint.status();
  if (checkpoint->streams.empty()) {
    print.line("No positions are saved yet.");
    return {};
  }
  // The positions can be printed without the service.
  const Result<InputConnection> connection = connect_input(host, options, settings->streams);
  const std::vector<kinesis::InputStream> streams =
      connection.ok() ? connection->with_clients(settings->streams) : std::vector<kinesis::InputStream>();
  Patience patience((connection.ok() ? connection->host_env : *host_env)->env());
  std::vector<PositionTable> tables;
  for (const kinesis::StreamCheckpoint& kept : checkpoint->streams) {
    const auto stream = std::find_if(streams.begin(), streams.end(), [&](const kinesis::InputStream& candidate) {
      return checkpoint->find(kinesis::identity_of(candidate.name)) == &kept;
    });
    tables.push_back(
        {kinesis::to_string(kept.stream), rows_of(kept, stream == streams.end() ? nullptr : &*stream)});
  }
  const Status printed = print_positions(patience, {"shard", "checkpoint"}, tables, print);
  if (!connection.ok()) return connection.status().in("lag and age are unknown");
  connection->host_env->end_calls();
  return printed;
}

}  // namespace penstock::plugin
