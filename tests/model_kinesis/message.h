// Requests and replies of the model: HTTP as plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace penstock::model {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;
  std::string path;  // with the query, as in the request line
  Headers headers;   // names in any case
  std::string body;
};

// How much of a reply the client receives.
enum class Wire {
  whole,
  closed,     // the connection is closed; the request was not applied
  lost,       // the request was applied, then the connection is closed without a response
  truncated,  // the header and half of the body, then the connection is closed
};

struct Reply {
  int status = 200;
  Headers headers;
  std::string body;
  int64_t delay_ms = 0;  // before anything of it is sent
  Wire wire = Wire::whole;
  // Long polling, if set: for wait_ms, the sender of the reply calls `again` from time to time, and sends the
  // first reply that it returns instead of this one.
  std::function<std::optional<Reply>()> again = nullptr;
  int64_t wait_ms = 0;
};

// An error response of the service.
struct Error {
  int status = 400;
  std::string code;
  std::string message;
};

std::string_view header(const Headers& headers, std::string_view lower_case_name);
std::string lower_case(std::string_view text);

}  // namespace penstock::model
