// RapidJSON's reader, with memory that throws where there is none left.
#pragma once

#include "base/json_memory.h"
#include "base/rapidjson.h"

namespace penstock {

using JsonReader = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, JsonMemory>;

}  // namespace penstock
