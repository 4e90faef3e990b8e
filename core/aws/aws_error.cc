#include "core/aws/aws_error.h"

#include <algorithm>
#include <array>

#include "base/json_reader.h"
#include "base/text.h"

namespace penstock::aws {

namespace {

constexpr size_t kLongestCodeShown = 100;
constexpr size_t kLongestMessageShown = 500;

struct ErrorBody {
  std::string type;     // __type
  std::string message;  // message or Message
};

// Returns empty members if the body is not a JSON object.
ErrorBody parse(const std::string& body) {
  const auto members = outermost_members(body);
  if (!members) return {};
  const auto member = [&](std::string_view name) {
    const auto found = members->find(name);
    return found == members->end() ? std::string() : found->second;
  };
  const std::string message = member("message");
  return {member("__type"), message.empty() ? member("Message") : message};
}

std::string bare_code(std::string_view type) {
  if (const size_t hash = type.find('#'); hash != std::string_view::npos) type.remove_prefix(hash + 1);
  return std::string(type.substr(0, type.find(':')));
}

std::string code_of(const ErrorBody& body, const HttpResponse& response) {
  const std::string code = bare_code(body.type);
  return code.empty() ? bare_code(response.header("x-amzn-errortype")) : code;
}

struct CodeClass {
  std::string_view name;  // without "Exception"
  Code code;
};

// Codes that call for another action than their HTTP status suggests.
constexpr std::array kClasses = {
    CodeClass{"ProvisionedThroughputExceeded", Code::throttled},
    CodeClass{"LimitExceeded", Code::throttled},
    CodeClass{"KMSThrottling", Code::throttled},
    CodeClass{"Throttling", Code::throttled},
    CodeClass{"RequestLimitExceeded", Code::throttled},
    CodeClass{"SlowDown", Code::throttled},
    CodeClass{"TooManyRequests", Code::throttled},
    CodeClass{"InternalFailure", Code::transient},
    CodeClass{"ServiceUnavailable", Code::transient},
    CodeClass{"RequestTimeout", Code::transient},
    CodeClass{"InvalidSignature", Code::clock_skew},
    CodeClass{"RequestExpired", Code::clock_skew},
    CodeClass{"RequestTimeTooSkewed", Code::clock_skew},
    CodeClass{"TransactionConflict", Code::transient},
    CodeClass{"IDPCommunicationError", Code::transient},
    CodeClass{"ExpiredIterator", Code::expired},
    CodeClass{"ExpiredNextToken", Code::expired},
    CodeClass{"ExpiredToken", Code::credentials},
    CodeClass{"UnrecognizedClient", Code::credentials},
    CodeClass{"ResourceNotFound", Code::not_found},
    CodeClass{"ConditionalCheckFailed", Code::conflict},
    CodeClass{"ResourceInUse", Code::conflict},
    CodeClass{"InvalidArgument", Code::invalid},
    CodeClass{"Validation", Code::invalid},
    CodeClass{"Serialization", Code::invalid},
};

Code class_of(std::string_view code, int http_status) {
  constexpr std::string_view kSuffix = "Exception";
  if (code.ends_with(kSuffix)) code.remove_suffix(kSuffix.size());
  const auto* found = std::find_if(kClasses.begin(), kClasses.end(),
                                   [code](const CodeClass& known) { return known.name == code; });
  if (found != kClasses.end()) return found->code;
  switch (http_status) {
    case 429:
      return Code::throttled;
    case 413:
      return Code::invalid;
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
      return Code::transient;
    default:
      return Code::permanent;
  }
}

MessageId id_of(Code error_class) {
  switch (error_class) {
    case Code::throttled:
      return "PS0280";
    case Code::transient:
      return "PS0281";
    case Code::clock_skew:
      return "PS0282";
    case Code::expired:
      return "PS0283";
    case Code::credentials:
      return "PS0284";
    case Code::not_found:
      return "PS0285";
    case Code::conflict:
      return "PS0286";
    case Code::invalid:
      return "PS0287";
    case Code::denied:
      return "PS0288";
    default:
      return "PS0289";
  }
}

}  // namespace

std::string aws_error_code(const HttpResponse& response) { return code_of(parse(response.body), response); }

Status aws_status(std::string_view operation, const HttpResponse& response) {
  if (!response.transport.ok()) return response.transport.in(std::string(operation));
  if (response.http_status >= 200 && response.http_status < 300) return {};
  const ErrorBody body = parse(response.body);
  Status status = aws_error(operation, response.http_status, code_of(body, response), body.message);
  const std::string type = bare_code(body.type);
  if (type == "AccessDeniedException" || type == "AccessDenied")
    return {Code::denied, id_of(Code::denied), status.message()};
  return status;
}

Status aws_error(std::string_view operation, int http_status, std::string_view code, std::string_view message) {
  std::string text(operation);
  text += code.empty() ? ": HTTP " + std::to_string(http_status) : ": " + printable(code, kLongestCodeShown);
  if (!message.empty()) text += ": " + printable(message, kLongestMessageShown);
  const Code error_class = class_of(code, http_status);
  return {error_class, id_of(error_class), std::move(text)};
}

}  // namespace penstock::aws
