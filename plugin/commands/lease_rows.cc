#include "plugin/commands/lease_rows.h"

#include "base/text.h"

namespace penstock::plugin {

std::string_view stream_in(const leases::Lease& row) {
  const std::string_view id = row.stream_id;
  const size_t first = id.find(':'), last = id.rfind(':');
  return first == last ? std::string_view() : id.substr(first + 1, last - first - 1);
}

bool is_of(const leases::Lease& row, const kinesis::StreamName& name) {
  const bool by_arn = !name.region.empty() && !row.stream_arn.empty();
  const std::string_view stream = stream_in(row);
  return (stream.empty() || stream == name.name) && (!by_arn || row.stream_arn == name.text);
}

std::string shard_in(const leases::Lease& row) {
  const std::string_view stream = stream_in(row);
  return printable(stream.empty() ? row.shard_id : std::string(stream) + "/" + row.shard_id);
}

std::string owner_in(const leases::Lease& row) { return row.owner.empty() ? "free" : printable(row.owner); }

}  // namespace penstock::plugin
