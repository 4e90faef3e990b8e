// RapidJSON's reader with an allocator that throws std::bad_alloc.
#pragma once

#include "base/json_memory.h"
#include "base/rapidjson.h"

namespace penstock {

using JsonReader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, JsonMemory>;

}  // namespace penstock
