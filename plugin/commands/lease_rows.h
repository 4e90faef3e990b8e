// Lease rows in an operator's terms.
#pragma once

#include <string>
#include <string_view>

#include "core/kinesis/stream_name.h"
#include "core/leases/lease.h"

namespace penstock::plugin {

// Returns the stream's name in account:stream:creationEpoch; "" in a table for one stream. A view into the row.
std::string_view stream_in(const leases::Lease& row);

// Returns whether the row is of the stream of that name. Streams of several accounts or regions may share a name.
bool is_of(const leases::Lease& row, const kinesis::StreamName& name);

// Format for people: "shardId-000000000000", with the prefix "STREAM/" in a table of several streams; "WORKER" or
// "free".
std::string shard_in(const leases::Lease& row);
std::string owner_in(const leases::Lease& row);

inline bool by_key(const leases::Lease& a, const leases::Lease& b) { return a.key < b.key; }

}  // namespace penstock::plugin
