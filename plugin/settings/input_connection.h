// The connection of an input: one client for each region of its streams.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/kinesis/input/input.h"
#include "core/kinesis/stream_name.h"
#include "plugin/settings/connection.h"

namespace penstock::plugin {

struct InputConnection : Connection {
  // By region, for regions other than that of client.
  std::map<std::string, std::unique_ptr<aws::ServiceClient>> others;

  // Returns the names with the clients of their regions, which live as long as the connection.
  std::vector<kinesis::InputStream> with_clients(const std::vector<kinesis::StreamName>& streams) const;
};

// connect() for an input. If all streams have a region, the connection has the region of the first one.
Result<InputConnection> connect_input(const penstock_host& host, const Options& options,
                                      const std::vector<kinesis::StreamName>& streams);

}  // namespace penstock::plugin
