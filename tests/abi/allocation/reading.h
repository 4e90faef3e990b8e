// A stream that an input reads to its end while memory runs out.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "tests/abi/allocation/world.h"

namespace penstock::abi {

// The sequence number of the last record read from each shard, by shard ID.
using Positions = std::map<std::string, std::string>;

// Puts messages and one record that cannot be decoded into the stream "in".
void fill(model::Service& kinesis);

// Polls and acknowledges until every event of fill() has arrived, no record is open, and the positions are saved.
// Rejects the first batch once.
Positions read_all(
    Calls& calls, World& world, penstock_instance* self,
    const std::function<bool(const Positions&)>& saved = [](const Positions&) { return true; });

}  // namespace penstock::abi
