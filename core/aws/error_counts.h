// Counts of errors by their code, for the operator's question: what does the service reject, and how often?
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace penstock::aws {

// Counters for the error codes that are known below, and one for all others, so that a service that invents codes
// needs no more memory.
class ErrorCounts {
 public:
  // What takes the place of a code if no response arrived, or if it was discarded because of its size.
  static constexpr std::string_view kNoResponse = "no_response";
  static constexpr std::string_view kTooLarge = "response_too_large";
  static constexpr std::string_view kOther = "other";

  void add(std::string_view code);

  // Calls visit(code, count) for each code that occurred.
  template <typename Visit>
  void each(const Visit& visit) const {
    for (size_t i = 0; i < counts_.size(); ++i)
      if (counts_[i] > 0) visit(kCodes[i], counts_[i]);
  }

 private:
  // Errors of the operations that are called, and errors of every AWS service:
  // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html,
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html, and
  // https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html
  static constexpr std::array<std::string_view, 36> kCodes = {
      "AccessDeniedException",
      "ConditionalCheckFailedException",
      "ExpiredIteratorException",
      "ExpiredNextTokenException",
      "ExpiredTokenException",
      "IncompleteSignature",
      "InternalFailure",
      "InternalFailureException",
      "InternalServerError",
      "InvalidArgumentException",
      "InvalidSignatureException",
      "KMSAccessDeniedException",
      "KMSDisabledException",
      "KMSInvalidStateException",
      "KMSNotFoundException",
      "KMSOptInRequired",
      "KMSThrottlingException",
      "LimitExceededException",
      "MissingAuthenticationTokenException",
      "ProvisionedThroughputExceededException",
      "RequestExpired",
      "RequestLimitExceeded",
      "ResourceInUseException",
      "ResourceNotFoundException",
      "SerializationException",
      "ServiceUnavailable",
      "SignatureDoesNotMatch",
      "ThrottlingException",
      "TransactionCanceledException",
      "TransactionConflictException",
      "UnknownOperationException",
      "UnrecognizedClientException",
      "ValidationException",
      kNoResponse,
      kTooLarge,
      kOther,
  };

  std::array<int64_t, kCodes.size()> counts_ = {};
};

}  // namespace penstock::aws
