#include "plugin/settings/input_connection.h"

#include <utility>

namespace penstock::plugin {

std::vector<kinesis::InputStream> InputConnection::with_clients(
    const std::vector<kinesis::StreamName>& streams) const {
  std::vector<kinesis::InputStream> with;
  for (const kinesis::StreamName& name : streams) {
    const auto other = others.find(name.region);
    with.push_back({name, other == others.end() ? client.get() : other->second.get()});
  }
  return with;
}

Result<InputConnection> connect_input(const penstock_host& host, const Options& options,
                                      const std::vector<kinesis::StreamName>& streams) {
  Result<Connection> connection = connect(host, options, region_of(streams));
  if (!connection.ok()) return connection.status();
  InputConnection made = {{std::move(*connection)}, {}};
  for (const kinesis::StreamName& name : streams) {
    if (name.region.empty() || name.region == made.region || made.others.contains(name.region)) continue;
    Result<std::unique_ptr<aws::ServiceClient>> client = connect_to_region(made, options, name.region);
    if (!client.ok()) return client.status().in("stream " + name.text);
    made.others[name.region] = std::move(*client);
  }
  return made;
}

}  // namespace penstock::plugin
