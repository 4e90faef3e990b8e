// Sequence numbers as the service makes them: 56 decimal digits that hold, read as a 47-digit hexadecimal
// number: '2', 9 digits of the shard's creation time (s), 1 of its index, 16 counting the records, 2 zeros,
// 9 of the record's time (s), 8 of the shard's index, '2'.
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
  // All have the same length, so that text order is number order.
  auto operator<=>(const SequenceNumber& other) const { return text() <=> other.text(); }
  bool operator==(const SequenceNumber& other) const { return text() == other.text(); }

 private:
  std::array<char, 56> digits_;
};

// nullopt where text is not a sequence number that a SequenceNumber could have written.
std::optional<SequenceFields> parse_sequence_number(std::string_view text);

}  // namespace penstock::model
