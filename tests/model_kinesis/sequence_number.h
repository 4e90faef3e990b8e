// Sequence numbers in the service's format: 56 decimal digits. As a 47-digit hexadecimal number they consist of
// '2', 9 digits for the shard's creation time (s), 1 of its index, 16 for the record's number, 2 zeros, 9 for the
// record's time (s), 8 for the shard's index, and '2'.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace penstock::model {

struct SequenceFields {
  int64_t shard_created_s = 0;
  uint64_t count = 0;
  int64_t time_s = 0;
  uint32_t shard = 0;

  bool operator==(const SequenceFields&) const = default;
};

class SequenceNumber {
 public:
  explicit SequenceNumber(const SequenceFields& fields);

  std::string_view text() const { return {digits_.data(), digits_.size()}; }
  // All have the same length, so that they compare as text.
  auto operator<=>(const SequenceNumber& other) const { return text() <=> other.text(); }
  bool operator==(const SequenceNumber& other) const { return text() == other.text(); }

 private:
  std::array<char, 56> digits_;
};

// Returns nullopt if `text` is not a sequence number that SequenceNumber can write.
std::optional<SequenceFields> parse_sequence_number(std::string_view text);

}  // namespace penstock::model
