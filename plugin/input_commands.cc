#include "plugin/input_commands.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/kinesis/checkpoint.h"
#include "core/kinesis/seek.h"
#include "plugin/host_env.h"
#include "plugin/input_settings.h"
#include "plugin/lease_commands.h"

namespace penstock {

namespace {

Result<std::vector<std::string>> seek_in(Checkpoint& checkpoint, const std::vector<StreamName>& streams,
                                         const Options& arguments, const ReadFrom& to) {
  return arguments.on("all") ? seek_all(checkpoint, streams, to)
                             : seek_shard(checkpoint, streams, arguments.text("shard"), to);
}

}  // namespace

Status seek(const penstock_host& host, const Options& options, const Options& arguments, const Printer& print) {
  if (arguments.on("all") == !arguments.text("shard").empty())
    return {Code::config, "say either --shard ID or --all"};
  const Result<InputSettings> settings = read_input_settings(options);
  if (!settings.ok()) return settings.status();
  if (options.is("checkpoint", "memory"))
    return {Code::config, "checkpoint is memory, of which nothing is kept that could be moved"};
  if (!settings->leases.table.empty()) return seek_in_table(host, options, *settings, arguments, print);
  Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make(host, {});
  if (!host_env.ok()) return host_env.status();
  Env& env = (*host_env)->env();
  const Result<ReadFrom> to = parse_seek_target(arguments.text("to"), env.clock.wall_ms());
  if (!to.ok()) return to.status().in("to");

  // Who only looks does not disturb the one that uses it.
  std::unique_ptr<CheckpointStore> store;
  if (arguments.on("yes")) {
    Result<std::unique_ptr<CheckpointStore>> opened = CheckpointStore::open(env, options.text("checkpoint"));
    if (!opened.ok()) return opened.status();
    store = std::move(*opened);
  }
  Result<Checkpoint> checkpoint =
      store != nullptr ? store->load() : CheckpointStore::look(env, options.text("checkpoint"));
  if (!checkpoint.ok()) return checkpoint.status();
  const Result<std::vector<std::string>> lines = seek_in(*checkpoint, settings->streams, arguments, *to);
  if (!lines.ok()) return lines.status();
  if (store != nullptr)
    if (Status saved = store->save(*checkpoint); !saved.ok()) return saved;
  for (const std::string& line : *lines) print.line(line);
  if (store == nullptr) print.line("Nothing was changed. To do it, add --yes");
  return {};
}

Status print_leases(const penstock_host& host, const Options& options, const Options&, const Printer& print) {
  if (options.is("checkpoint", "memory")) return {Code::config, "checkpoint is memory, of which nothing is kept"};
  const Result<InputSettings> settings = read_input_settings(options);
  if (!settings.ok()) return settings.status();
  if (!settings->leases.table.empty()) return print_table(host, options, *settings, print);
  Result<std::unique_ptr<HostEnv>> host_env = HostEnv::make(host, {});
  if (!host_env.ok()) return host_env.status();
  const Result<Checkpoint> checkpoint = CheckpointStore::look((*host_env)->env(), options.text("checkpoint"));
  if (!checkpoint.ok()) return checkpoint.status();
  for (const std::string& line : checkpoint_lines(*checkpoint)) print.line(line);
  if (checkpoint->streams.empty()) print.line("Nothing is kept yet.");
  return {};
}

}  // namespace penstock
