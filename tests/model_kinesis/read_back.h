// Access that the model offers in addition to the service's API: its records and counters as JSON.
#pragma once

#include <string>
#include <string_view>

#include "tests/model_kinesis/service.h"

namespace penstock::model {

// REQUIRES: the stream exists.
std::string records_as_json_lines(const Service& service, std::string_view stream);
std::string stats_as_json(const Service& service);

}  // namespace penstock::model
