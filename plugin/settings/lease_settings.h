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
    option("application_name", "text", nullptr,
           "With checkpoint dynamodb: name that all workers which share the streams have in common. It is the "
           "name of their lease table, as in the Kinesis Client Library, unless checkpoint names another, and the "
           "prefix of their worker IDs."),
    option(
        "failover_time", "duration", "10s",
        "With checkpoint dynamodb: time without a lease renewal after which other workers take over a worker's "
        "shards; the takeover is complete within twice this time. Must be the same for all workers, and at least "
        "3s. Each worker renews its leases and reads the table every third of it, so a shorter time costs more."),
    option("create_table", "on|off", "off",
           "on: create the lease table if it does not exist, with on-demand billing. off: fail with an error that "
           "says how to create it."),
    option("table_tags", "list", nullptr,
           "Tags for a lease table that create_table creates: comma-separated key=value pairs."),
    option("dynamodb_endpoint", "text", nullptr,
           "URL of DynamoDB to call instead of the region's AWS endpoint. Plain http only to loopback. Default: "
           "AWS_ENDPOINT_URL_DYNAMODB, then AWS_ENDPOINT_URL in the environment, then the profile's."),
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
