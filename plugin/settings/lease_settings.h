// The input's checkpoint in a lease table: its options, settings, and connection.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "core/leases/lease_coordinator.h"
#include "core/leases/lease_table.h"
#include "plugin/abi/options.h"
#include "plugin/settings/connection.h"

namespace penstock::plugin {

inline constexpr std::array kLeaseOptions = {
    option(
        "application_name", "text", nullptr,
        "With checkpoint dynamodb: what the workers that share the streams have in common. Their table bears this "
        "name, as for the Kinesis Client Library, unless checkpoint names another; their ids begin with it."),
    option(
        "failover_time", "duration", "10s",
        "With checkpoint dynamodb: how long a worker may be silent before others take its shards, which they have "
        "done within twice that. The same for all workers, 3s at least. Each renews its leases, and looks at the "
        "table, every third of it: shorter costs more."),
    option("create_table", "on|off", "off",
           "on: a table that is not there is made, billed by request. off: the error says how to make it."),
    option("table_tags", "list", nullptr, "Tags of a table that is made: key=value, several set apart by commas."),
    option("dynamodb_endpoint", "text", nullptr,
           "Address of DynamoDB, in place of AWS's own for the region. Plain http only to loopback. Default: "
           "AWS_ENDPOINT_URL_DYNAMODB, then AWS_ENDPOINT_URL, of the environment, then the profile's."),
};

// Settings of checkpoint dynamodb. The worker has no id yet.
struct LeaseSettings {
  bool are_used = false;  // false: the checkpoint is kept elsewhere
  std::string table;
  leases::LeaseOptions leases;
};

// Reads the settings. Reports options that contradict each other or cannot be used.
LeaseSettings read_lease_settings(const Options& options, size_t streams, const Complain& complain);

// Returns an id that no worker had before: application_name or penstock, the host's name if it is in the
// environment, and a random number.
std::string make_worker_id(Env& env, const Options& options);

// Connects in the connection's region, with its credentials. The connection must outlive the table.
Result<std::unique_ptr<leases::LeaseTable>> connect_to_table(const Connection& connection, const Options& options,
                                                             const LeaseSettings& settings);

}  // namespace penstock::plugin
