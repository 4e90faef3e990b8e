#include "plugin/waiting_table.h"

#include <optional>

#include "core/base/json.h"

namespace penstock {

namespace {

template <typename Begin>
Result<LeaseWrite> wait(Env& env, Begin begin) {
  std::optional<Result<LeaseWrite>> result;
  begin([&](Result<LeaseWrite> written) { result = std::move(written); });
  while (!result) env.transport.drive(kNever);
  return std::move(*result);
}

}  // namespace

Result<std::unique_ptr<WaitingTable>> WaitingTable::open(const penstock_host& host, const Options& options,
                                                         const InputSettings& settings) {
  Result<InputConnection> connection = connect_input(host, options, settings.streams);
  if (!connection.ok()) return connection.status();
  auto table = connect_to_table(*connection, options, settings.leases);
  if (!table.ok()) return table.status();
  return std::unique_ptr<WaitingTable>(new WaitingTable(std::move(*connection), std::move(*table)));
}

Result<std::vector<Lease>> WaitingTable::scan() {
  std::optional<Result<LeaseList>> list;
  table_->scan(LeaseTable::Reads::consistent, [&](Result<LeaseList> scanned) { list = std::move(scanned); });
  while (!list) env().transport.drive(kNever);
  if (!list->ok()) return list->status();
  return std::move((*list)->leases);
}

Status WaitingTable::remove(const Lease& seen) {
  const Result<LeaseWrite> removed =
      wait(env(), [&](LeaseTable::Written done) { table_->remove(seen.key, seen.counter, std::move(done)); });
  const std::string about = "lease " + printable(seen.key);
  if (!removed.ok()) return removed.status().in(about);
  if (removed->outcome != LeaseWrite::Outcome::refused) return {};
  return {Code::config, about + " has changed meanwhile; is a worker running?"};
}

Status WaitingTable::create(const Lease& row) {
  const Result<LeaseWrite> made =
      wait(env(), [&](LeaseTable::Written done) { table_->create(row, std::move(done)); });
  const std::string about = "lease " + printable(row.key);
  if (!made.ok()) return made.status().in(about + ", which is to be made anew");
  if (made->outcome == LeaseWrite::Outcome::done) return {};
  return {Code::config, about + " was made by somebody else meanwhile; is a worker running?"};
}

void WaitingTable::pause(int64_t ms) {
  const int64_t end_ms = env().clock.monotonic_ms() + ms;
  while (env().clock.monotonic_ms() < end_ms) env().transport.drive(end_ms);
}

}  // namespace penstock
