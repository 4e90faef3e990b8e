// The checks that the service makes on parameters before it does anything, with its messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/model_kinesis/input.h"

namespace penstock::model {

// Collects violations; failure() is a ValidationException that lists them. Members are named as the service does:
// "records.1.member.data".
class Constraints {
 public:
  void required(bool present, std::string_view member);
  // An absent value is valid.
  void characters(Text value, std::string_view member, size_t least, size_t most);
  void bytes(Text value, std::string_view member, size_t most);
  void count(size_t value, std::string_view member, size_t least, size_t most);
  void range(std::optional<int64_t> value, std::string_view member, int64_t least, int64_t most);
  void name(Text value, std::string_view member);                              // [a-zA-Z0-9_.-]+, 1 to 128
  void hash_key(Text value, std::string_view member);                          // 0|([1-9]\d{0,38})
  void sequence_number(Text value, std::string_view member);                   // 0|([1-9]\d{0,128})
  void one_of(Text value, std::string_view member, std::string_view allowed);  // "A, B, C"

  std::optional<Error> failure() const;

 private:
  void fail(std::string_view value, std::string_view member, std::string_view constraint);
  void decimal(Text value, std::string_view member, size_t max_digits, std::string_view pattern);

  std::string found_;
  int count_ = 0;
};

}  // namespace penstock::model
