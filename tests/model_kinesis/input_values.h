// Reads single values of the parameters of a call. A wrong type is an error, in the service's words.
#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/model_kinesis/input.h"

namespace penstock::model {

Error serialization(std::string message);
std::optional<Error> read(const rapidjson::Value& value, Text& out);
std::optional<Error> read(const rapidjson::Value& value, std::optional<int64_t>& out);
std::optional<Error> read(const rapidjson::Value& value, std::optional<double>& out);

// Reads a parameter of the operations of queues. Returns nullopt if it is none, else the outcome.
std::optional<std::optional<Error>> read_queue_member(std::string_view name, const rapidjson::Value& value,
                                                      QueueInput& input);

}  // namespace penstock::model
