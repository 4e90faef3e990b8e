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
  // By region, of those that are not the client's.
  std::map<std::string, std::unique_ptr<aws::ServiceClient>> others;

  // The names with the clients of their regions, which live as long as the connection.
  std::vector<kinesis::InputStream> with_clients(const std::vector<kinesis::StreamName>& streams) const;
};

// As connect(); where each of the streams says a region, the first one's is the connection's.
Result<InputConnection> connect_input(const penstock_host& host, const Options& options,
                                      const std::vector<kinesis::StreamName>& streams);

}  // namespace penstock::plugin
