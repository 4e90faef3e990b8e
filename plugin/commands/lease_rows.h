// Leases as an operator speaks of them.
#pragma once

#include <string>
#include <string_view>

#include "core/kinesis/stream_name.h"
#include "core/leases/lease.h"

namespace penstock::plugin {

// The stream's name in account:stream:creationEpoch; "" in a table of one stream. A view into the row.
std::string_view stream_in(const leases::Lease& row);

// Whether the row is of the stream of that name. Streams of several accounts or regions may share a name.
bool is_of(const leases::Lease& row, const kinesis::StreamName& name);

// For people: "shardId-000000000000", with "STREAM/" in front in a table of several streams; "WORKER" or "free".
std::string shard_in(const leases::Lease& row);
std::string owner_in(const leases::Lease& row);

inline bool by_key(const leases::Lease& a, const leases::Lease& b) { return a.key < b.key; }

}  // namespace penstock::plugin
