// A stream that an input reads to its end while memory runs out.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "tests/abi/allocation/world.h"

namespace penstock::abi {

// The last record taken of each shard: its sequence number by the shard's id.
using Positions = std::map<std::string, std::string>;

// Puts messages into the stream "in", and a record that nobody can read.
void fill(model::Service& kinesis);

// Polls and acks until every event of these has come, nothing is open, and the positions are saved: with one batch
// refused on the way.
Positions read_all(
    Calls& calls, World& world, penstock_instance* self,
    const std::function<bool(const Positions&)>& saved = [](const Positions&) { return true; });

}  // namespace penstock::abi
