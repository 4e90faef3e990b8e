// What a call of the model needs permission for.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/model_kinesis/message.h"

namespace penstock::model {

struct State;
struct Input;

// An action of IAM on a resource.
struct Access {
  std::string action;    // such as "kinesis:GetRecords"
  std::string resource;  // ARN
  // Whether the request says which account the resource is in. Else, it is in the caller's.
  bool names_account = false;
};

// Decides about a signed request before it is applied. Returns nullopt if it may make all accesses, else the
// error.
using Authorize = std::function<std::optional<Error>(const Request&, const std::vector<Access>&)>;

// Returns the accesses of a call of Kinesis.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesisdatastreams.html
std::vector<Access> accesses_of(const State& state, std::string_view operation, const Input& input);

}  // namespace penstock::model
