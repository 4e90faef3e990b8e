// Request bodies of the calls to the lease table, as pure functions. LeaseTable documents each call.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/leases/lease.h"
#include "core/leases/lease_table.h"

namespace penstock::leases {

std::string describe_table_body(const std::string& table);
std::string create_table_body(const std::string& table, const std::map<std::string, std::string>& tags);
// Returns the same as a command for a person to paste into a shell.
std::string create_table_command(const std::string& table, const std::string& region,
                                 const std::map<std::string, std::string>& tags);

// after: the key at which the last page ended; "" for the first page.
std::string scan_body(const std::string& table, const std::string& after, LeaseTable::Reads reads);
std::string get_lease_body(const std::string& table, const std::string& key);
std::string create_lease_body(const std::string& table, const Lease& lease);
std::string replace_lease_body(const std::string& table, const Lease& seen, const Lease& lease);
std::string take_lease_body(const std::string& table, const Lease& seen, const std::string& owner,
                            const LeaseChange& change);
std::string renew_lease_body(const std::string& table, const std::string& key, int64_t counter,
                             const std::string& owner, const LeaseChange& change);
std::string evict_lease_body(const std::string& table, const std::string& key, const std::string& owner);
std::string remove_lease_body(const std::string& table, const std::string& key, int64_t counter);

}  // namespace penstock::leases
