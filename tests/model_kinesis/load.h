// Loads records into a stream from files that people have at hand.
#pragma once

#include <string>

#include "tests/model_kinesis/service.h"

namespace penstock::model {

// The text is JSON Lines of {"data":"<base64>","partition_key":"..."}, or the event with which Lambda is
// invoked for a Kinesis stream. Passes the write limits by. Returns "", or what is wrong and where.
std::string load_records(Service& service, const std::string& stream, const std::string& text);

}  // namespace penstock::model
