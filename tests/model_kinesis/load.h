// Loads records from files into a stream.
#pragma once

#include <string>

#include "tests/model_kinesis/service.h"

namespace penstock::model {

// `text` is either JSON Lines of {"data":"<base64>","partition_key":"..."}, or the event with which Lambda is
// invoked for a Kinesis stream. Ignores the write limits. Returns "", or the error and its place.
std::string load_records(Service& service, const std::string& stream, const std::string& text);

}  // namespace penstock::model
