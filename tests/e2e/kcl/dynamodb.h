// The emulator of DynamoDB that keeps the lease tables: dynalite, or moto, which has index updates.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tests/model_kinesis/message.h"

namespace penstock::e2e {

struct DynamoDb {
  std::string url;
  std::function<model::Reply(const model::Request&)> post;
};

// Starts the emulator that the environment variable PENSTOCK_KCL_DYNAMODB names (default: dynalite), without
// tables. Returns nullptr and sets `why` if it is not installed or does not start.
std::unique_ptr<DynamoDb> start_dynamodb(std::string& why);

}  // namespace penstock::e2e
