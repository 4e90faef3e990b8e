#include "plugin/settings/lease_settings.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/json.h"

namespace penstock {

namespace {

constexpr std::string_view kDynamoDb = "dynamodb";
constexpr int64_t kLeastFailoverMs = 3'000;

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
Status check_table_name(const std::string& name) {
  const bool good_letters = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
  if (good_letters && name.size() >= 3 && name.size() <= 255) return {};
  return {Code::config, "the table of leases is named \"" + printable(name) +
                            "\", but must have 3 to 255 of the letters a-z, A-Z, 0-9, _ . and -"};
}

Result<std::map<std::string, std::string>> read_tags(std::string_view text) {
  std::map<std::string, std::string> tags;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view tag = trimmed(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t equals = tag.find('=');
    if (equals == 0 || equals == std::string_view::npos)
      return Status(Code::config, "table_tags: \"" + printable(tag) + "\" is not key=value");
    tags[std::string(tag.substr(0, equals))] = tag.substr(equals + 1);
  }
  return tags;
}

// Options that say nothing without a table.
Status check_no_lease_options(const Options& options) {
  for (const char* name : {"application_name", "table_tags", "dynamodb_endpoint"})
    if (!options.text(name).empty())
      return {Code::config, std::string(name) + " goes with checkpoint dynamodb, but checkpoint is " +
                                printable(options.text("checkpoint"))};
  if (options.on("create_table"))
    return {Code::config, "create_table goes with checkpoint dynamodb, but checkpoint is " +
                              printable(options.text("checkpoint"))};
  return {};
}

}  // namespace

Result<LeaseSettings> read_lease_settings(const Options& options, size_t streams) {
  LeaseSettings settings;
  const std::string& where = options.text("checkpoint");
  if (!where.starts_with(kDynamoDb)) {
    if (Status none = check_no_lease_options(options); !none.ok()) return none;
    return settings;
  }
  settings.table =
      where.size() > kDynamoDb.size() ? where.substr(kDynamoDb.size() + 1) : options.text("application_name");
  if (settings.table.empty())
    return Status(Code::config,
                  "checkpoint is dynamodb without a table: write dynamodb:TABLE, or application_name");
  if (Status name = check_table_name(settings.table); !name.ok()) return name;
  if (!options.text("shards").empty())
    return Status(
        Code::config,
        "shards names those to read, but with checkpoint dynamodb the workers share all out; leave it out");
  settings.leases.streams = streams;
  settings.leases.failover_ms = options.duration_ms("failover_time");
  if (settings.leases.failover_ms < kLeastFailoverMs)
    return Status(Code::config, "failover_time is " + options.text("failover_time") + ", but must be 3s at least");
  settings.leases.checkpoint_interval_ms = options.duration_ms("checkpoint_interval");
  settings.leases.definition.create = options.on("create_table");
  Result<std::map<std::string, std::string>> tags = read_tags(options.text("table_tags"));
  if (!tags.ok()) return tags.status();
  settings.leases.definition.tags = std::move(*tags);
  return settings;
}

std::string make_worker_id(Env& env, const Options& options) {
  std::string id = options.text("application_name").empty() ? "penstock" : options.text("application_name");
  if (const std::string host = env.variable("HOSTNAME").value_or(""); !host.empty()) id += ":" + host;
  id += ':';
  for (int word = 0; word < 2; ++word)
    for (uint64_t rest = env.random.next(), digit = 0; digit < 16; ++digit, rest >>= 4)
      id += "0123456789abcdef"[rest & 15];
  return id;
}

Result<std::unique_ptr<LeaseTable>> connect_to_table(const Connection& connection, const Options& options,
                                                     const LeaseSettings& settings) {
  // One write of a lease waits for the other, and a renewal must not wait for long.
  const int64_t timeout_ms = std::min(options.duration_ms("call_timeout"), settings.leases.failover_ms / 3);
  Result<std::unique_ptr<ServiceClient>> made = connect_to_service(
      connection, options, kDynamoDbProtocol, "dynamodb", "dynamodb_endpoint", connection.region, timeout_ms);
  if (!made.ok()) return made.status();
  const auto call = [client = std::shared_ptr<ServiceClient>(std::move(*made))](
                        std::string_view operation, std::string body, size_t max_answer_bytes,
                        ServiceClient::Answered answered) {
    client->call(operation, std::move(body), max_answer_bytes, std::move(answered));
  };
  return std::make_unique<LeaseTable>(call, settings.table, connection.region);
}

}  // namespace penstock
