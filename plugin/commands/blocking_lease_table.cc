#include "plugin/commands/blocking_lease_table.h"

#include "base/text.h"

namespace penstock::plugin {

namespace {

Status changed_meanwhile(const std::string& lease) {
  return {Code::config, "PS0100",
          lease + " was changed by another process during this command: stop the workers, and run it again"};
}

}  // namespace

Result<std::unique_ptr<BlockingLeaseTable>> BlockingLeaseTable::open(const penstock_host& host,
                                                                     const Options& options,
                                                                     const InputSettings& settings) {
  Result<InputConnection> connection = connect_input(host, options, settings.streams);
  if (!connection.ok()) return connection.status();
  auto table = connect_to_table(*connection, options, settings.leases);
  if (!table.ok()) return table.status();
  return std::unique_ptr<BlockingLeaseTable>(new BlockingLeaseTable(std::move(*connection), std::move(*table)));
}

Result<std::vector<leases::Lease>> BlockingLeaseTable::scan() {
  Result<leases::LeaseList> list = patience_.wait<leases::LeaseList>(
      "table " + table_->name() + ": Scan",
      [&](auto done) { table_->scan(leases::LeaseTable::Reads::consistent, std::move(done)); });
  if (!list.ok()) return list.status();
  if (Status shared = list->kcl3.shared(); !shared.ok()) return shared.in("table " + table_->name());
  return std::move(list->leases);
}

Status BlockingLeaseTable::remove(const leases::Lease& seen) {
  const Result<leases::LeaseWriteResult> removed = patience_.wait<leases::LeaseWriteResult>(
      "DeleteItem", [&](auto done) { table_->remove(seen.key, seen.counter, std::move(done)); });
  const std::string about = "lease " + printable(seen.key);
  if (!removed.ok()) return removed.status().in(about);
  if (removed->outcome != leases::LeaseWriteResult::Outcome::conflict) return {};
  return changed_meanwhile(about);
}

Status BlockingLeaseTable::replace(const leases::Lease& seen, const leases::Lease& lease) {
  const Result<leases::LeaseWriteResult> replaced = patience_.wait<leases::LeaseWriteResult>(
      "UpdateItem", [&](auto done) { table_->replace(seen, lease, std::move(done)); });
  const std::string about = "lease " + printable(seen.key);
  if (!replaced.ok()) return replaced.status().in(about);
  if (replaced->outcome != leases::LeaseWriteResult::Outcome::conflict) return {};
  return changed_meanwhile(about);
}

Status BlockingLeaseTable::create(const leases::Lease& row) {
  const Result<leases::LeaseWriteResult> made = patience_.wait<leases::LeaseWriteResult>(
      "PutItem", [&](auto done) { table_->create(row, std::move(done)); });
  const std::string about = "lease " + printable(row.key);
  if (!made.ok()) return made.status().in("creating " + about);
  // A retry of ours may have created it, if the response was lost.
  const std::optional<leases::Lease>& there = made->row;
  const bool is_as_asked = there && there->owner.empty() && there->counter == row.counter &&
                           there->checkpoint == row.checkpoint && there->started_ms == row.started_ms;
  if (made->outcome == leases::LeaseWriteResult::Outcome::done || is_as_asked) return {};
  return changed_meanwhile(about);
}

void BlockingLeaseTable::pause(int64_t ms) {
  const int64_t end_ms = env().clock.monotonic_ms() + ms;
  while (env().clock.monotonic_ms() < end_ms) env().transport.drive(connection_.host_env->deadline(end_ms));
  patience_.renew();
}

}  // namespace penstock::plugin
