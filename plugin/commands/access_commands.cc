#include "plugin/commands/access_commands.h"

#include <memory>
#include <utility>
#include <vector>

#include "base/text.h"
#include "core/aws/credentials/caller_identity.h"
#include "plugin/abi/host_env.h"
#include "plugin/commands/aws_host.h"
#include "plugin/commands/stream_access.h"
#include "plugin/settings/input_connection.h"
#include "plugin/settings/input_settings.h"
#include "plugin/settings/stream_options.h"

namespace penstock::plugin {

namespace {

// A person waits for the result.
constexpr int64_t kPatienceMs = 15'000;

// Prints the identity. Returns false if there are no credentials, so that no call can succeed.
bool find_identity(AccessCheck& check, const InputConnection& connection, const Options& options) {
  Patience patience(check.patience.env(), kPatienceMs);
  Result<aws::CallerIdentity> identity = patience.wait<aws::CallerIdentity>("GetCallerIdentity", [&](auto done) {
    aws::get_caller_identity(*connection.context, *connection.credentials, std::move(done));
  });
  check.patience.renew();
  check.report.begin("credentials");
  if (identity.ok()) {
    check.report.fact("identity", identity->arn);
    check.report.fact("account", identity->account);
    check.identity = std::move(*identity);
    return true;
  }
  if (identity.status().code() != Code::credentials) {
    check.report.not_checked("identity", identity.status().text());
    return true;
  }
  const std::string& role = options.text("role_arn");
  if (!role.empty() && identity.status().message().find("AssumeRole: AccessDenied") != std::string::npos)
    check.report.missing("sts:AssumeRole", role);
  check.report.fails("GetCallerIdentity", identity.status().text());
  return false;
}

// Connects, checks the credentials, and then what body checks. Prints the report.
template <typename Body>
Status report_on(const penstock_host& host, const Options& options,
                 const std::vector<kinesis::StreamName>& streams, const Printer& print, const Body& body) {
  const Result<InputConnection> connection = connect_input(host, options, streams);
  if (!connection.ok()) return connection.status();
  Patience patience(connection->host_env->env(), kPatienceMs);
  DryRuns dry_runs(patience);
  AccessReport report;
  AccessCheck check = {patience, dry_runs, report, {}};
  Status failed;
  if (find_identity(check, *connection, options)) failed = body(check, *connection);
  dry_runs.rest();
  report.print(print);
  connection->host_env->end_calls();
  return failed.ok() ? report.status() : failed;
}

}  // namespace

Status check_reading(const penstock_host& host, const Options& options, const Options&, const Printer& print) {
  const Result<InputSettings> settings = read_input_settings(options);
  if (!settings.ok()) return settings.status();
  return report_on(host, options, settings->sources(), print,
                   [&](AccessCheck& check, const InputConnection& connection) -> Status {
                     if (settings->queue) {
                       check_queue(check, *connection.client, *settings->queue);
                       return {};
                     }
                     const ReadingNeeds needs = {settings->assignment.selected,
                                                 options.size_bytes("inflate_limit"),
                                                 options.on("hash_range_rule")};
                     for (const kinesis::InputStream& stream : connection.with_clients(settings->streams)) {
                       check.patience.renew();
                       check_stream_to_read(check, stream, needs);
                     }
                     if (!settings->leases.are_used) return {};
                     check.patience.renew();
                     const auto table = connect_to_table(connection, options, settings->leases);
                     if (!table.ok()) return table.status();
                     check_lease_table(check, **table, connection.region, options.on("create_table"));
                     connection.host_env->end_calls();
                     return {};
                   });
}

Status check_writing(const penstock_host& host, const Options& options, const Options&, const Printer& print) {
  const Result<std::vector<kinesis::StreamName>> streams = read_streams(options);
  if (!streams.ok()) return streams.status();
  WritingNeeds needs;
  if (!options.is("max_record_bytes", "auto")) needs.max_record_bytes = options.size_bytes("max_record_bytes");
  needs.aggregates_kpl = options.is("aggregate", "kpl");
  if (options.is("explicit_hash_key", "random")) needs.option_that_needs_keys = "explicit_hash_key random";
  if (options.is("ordering", "per_key")) needs.option_that_needs_keys = "ordering per_key";
  return report_on(
      host, options, *streams, print, [&](AccessCheck& check, const InputConnection& connection) -> Status {
        for (const kinesis::InputStream& stream : connection.with_clients(*streams)) {
          const Result<aws::Endpoint> endpoint = kinesis_endpoint(connection, options, stream.client->region());
          if (!endpoint.ok()) return endpoint.status();
          check_stream_to_write(check, stream, needs, is_host_of_aws(*endpoint, endpoint->host));
        }
        return {};
      });
}

}  // namespace penstock::plugin
