#include "plugin/commands/waiting_table.h"

#include "base/text.h"

namespace penstock {

Result<std::unique_ptr<WaitingTable>> WaitingTable::open(const penstock_host& host, const Options& options,
                                                         const InputSettings& settings) {
  Result<InputConnection> connection = connect_input(host, options, settings.streams);
  if (!connection.ok()) return connection.status();
  auto table = connect_to_table(*connection, options, settings.leases);
  if (!table.ok()) return table.status();
  return std::unique_ptr<WaitingTable>(new WaitingTable(std::move(*connection), std::move(*table)));
}

Result<std::vector<Lease>> WaitingTable::scan() {
  Result<LeaseList> list = patience_.wait<LeaseList>("table " + table_->name() + ": Scan", [&](auto done) {
    table_->scan(LeaseTable::Reads::consistent, std::move(done));
  });
  if (!list.ok()) return list.status();
  return std::move(list->leases);
}

Status WaitingTable::remove(const Lease& seen) {
  const Result<LeaseWrite> removed = patience_.wait<LeaseWrite>(
      "DeleteItem", [&](auto done) { table_->remove(seen.key, seen.counter, std::move(done)); });
  const std::string about = "lease " + printable(seen.key);
  if (!removed.ok()) return removed.status().in(about);
  if (removed->outcome != LeaseWrite::Outcome::refused) return {};
  return {Code::config, about + " has changed meanwhile; is a worker running?"};
}

Status WaitingTable::replace(const Lease& seen, const Lease& lease) {
  const Result<LeaseWrite> replaced =
      patience_.wait<LeaseWrite>("UpdateItem", [&](auto done) { table_->replace(seen, lease, std::move(done)); });
  const std::string about = "lease " + printable(seen.key);
  if (!replaced.ok()) return replaced.status().in(about);
  if (replaced->outcome != LeaseWrite::Outcome::refused) return {};
  return {Code::config, about + " has changed meanwhile; is a worker running?"};
}

Status WaitingTable::create(const Lease& row) {
  const Result<LeaseWrite> made =
      patience_.wait<LeaseWrite>("PutItem", [&](auto done) { table_->create(row, std::move(done)); });
  const std::string about = "lease " + printable(row.key);
  if (!made.ok()) return made.status().in("creating " + about);
  // Also by a try of ours whose answer was lost.
  const std::optional<Lease>& there = made->row;
  const bool is_as_asked = there && there->owner.empty() && there->counter == row.counter &&
                           there->checkpoint == row.checkpoint && there->started_ms == row.started_ms;
  if (made->outcome == LeaseWrite::Outcome::done || is_as_asked) return {};
  return {Code::config, about + " was created by another process meanwhile; is a worker running?"};
}

void WaitingTable::pause(int64_t ms) {
  const int64_t end_ms = env().clock.monotonic_ms() + ms;
  while (env().clock.monotonic_ms() < end_ms) env().transport.drive(connection_.host_env->deadline(end_ms));
  patience_.renew();
}

}  // namespace penstock
