#include "plugin/settings/lease_settings.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "plugin/settings/option_errors.h"

namespace penstock::plugin {

namespace {

constexpr std::string_view kDynamoDb = "dynamodb";
constexpr int64_t kMinFailoverMs = 3'000;

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
Status check_table_name(const std::string& name) {
  const bool good_letters = std::all_of(
      name.begin(), name.end(), [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
  if (good_letters && name.size() >= 3 && name.size() <= 255) return {};
  return {Code::config, "PS0115",
          "invalid name '" + printable(name) +
              "' of the lease table (checkpoint dynamodb:TABLE, else application_name): expected 3 to 255 of the "
              "characters a-z, A-Z, 0-9, _ . and -"};
}

std::map<std::string, std::string> read_tags(std::string_view text, const Complain& complain) {
  std::map<std::string, std::string> tags;
  while (!text.empty()) {
    const std::string_view tag = take_list_item(text);
    const size_t equals = tag.find('=');
    if (equals == 0 || equals == std::string_view::npos)
      complain(Status(Code::config, "PS0126",
                      "invalid tag '" + printable(tag) + "' for table_tags: expected key=value"));
    else
      tags[std::string(tag.substr(0, equals))] = tag.substr(equals + 1);
  }
  return tags;
}

bool uses_table(const Options& options) { return options.text("checkpoint").starts_with(kDynamoDb); }

// Reports options that have no effect without a table.
void check_no_lease_options(const Options& options, const Complain& complain) {
  const auto check = [&](const char* name, bool given) {
    complain(given && !uses_table(options) ? Status(Code::config, "PS0114",
                                                    std::string(name) + " has no effect with checkpoint " +
                                                        printable(options.text("checkpoint")) +
                                                        ": set checkpoint dynamodb, or remove " + name)
                                           : Status());
  };
  for (const char* name : {"application_name", "table_tags", "dynamodb_endpoint"})
    check(name, !options.text(name).empty());
  check("create_table", options.on("create_table"));
}

std::string table_name(const Options& options) {
  const std::string& where = options.text("checkpoint");
  return where.size() > kDynamoDb.size() ? where.substr(kDynamoDb.size() + 1) : options.text("application_name");
}

Status check_table(const Options& options) {
  const std::string table = table_name(options);
  if (!table.empty()) return check_table_name(table);
  return {Code::config, "PS0128",
          "checkpoint dynamodb has no name for the table: set checkpoint dynamodb:TABLE, or application_name"};
}

Status check_no_shards(const Options& options) {
  if (options.text("shards").empty()) return {};
  return not_together("shards", "checkpoint dynamodb", "the workers share all shards; remove shards");
}

Status check_failover_time(const Options& options) {
  if (options.duration_ms("failover_time") >= kMinFailoverMs) return {};
  return out_of_range(options, "failover_time", "at least 3s");
}

}  // namespace

LeaseSettings read_lease_settings(const Options& options, size_t streams, const Complain& complain) {
  LeaseSettings settings;
  if (!uses_table(options)) {
    check_no_lease_options(options, complain);
    return settings;
  }
  complain(check_table(options));
  complain(check_no_shards(options));
  complain(check_failover_time(options));
  settings.leases.definition.tags = read_tags(options.text("table_tags"), complain);
  settings.are_used = true;
  settings.table = table_name(options);
  settings.leases.streams = streams;
  settings.leases.failover_ms = options.duration_ms("failover_time");
  settings.leases.checkpoint_interval_ms = options.duration_ms("checkpoint_interval");
  settings.leases.definition.create = options.on("create_table");
  return settings;
}

std::string make_worker_id(Env& env, const Options& options) {
  std::string id = options.text("application_name").empty() ? "penstock" : options.text("application_name");
  if (const std::string host = env.variable("HOSTNAME").value_or(""); !host.empty()) id += ":" + host;
  id += ':';
  for (int word = 0; word < 2; ++word)
    for (uint64_t rest = env.random.next(), digit = 0; digit < 16; ++digit, rest >>= 4)
      id += kHexDigits[rest & 15];
  return id;
}

Result<std::unique_ptr<leases::LeaseTable>> connect_to_table(const Connection& connection, const Options& options,
                                                             const LeaseSettings& settings) {
  // Writes of one lease wait for each other, and a renewal must not wait long.
  const int64_t timeout_ms = std::min(options.duration_ms("call_timeout"), settings.leases.failover_ms / 3);
  Result<std::unique_ptr<aws::ServiceClient>> made = connect_to_service(
      connection, options, aws::kDynamoDbProtocol, "dynamodb", "dynamodb_endpoint", connection.region, timeout_ms);
  if (!made.ok()) return made.status();
  const auto call = [client = std::shared_ptr<aws::ServiceClient>(std::move(*made))](
                        std::string_view operation, std::string body, size_t max_response_bytes,
                        aws::ServiceClient::Done answered) {
    client->call(operation, std::move(body), max_response_bytes, std::move(answered));
  };
  return std::make_unique<leases::LeaseTable>(call, settings.table, connection.region);
}

}  // namespace penstock::plugin
