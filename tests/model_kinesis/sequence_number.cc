#include "tests/model_kinesis/sequence_number.h"

#include <cassert>

namespace penstock::model {
namespace {

// Computes with 188 bits in six 32-bit words, the lowest first.
using Words = std::array<uint32_t, 6>;

struct Field {
  unsigned lowest_bit;
  unsigned bits;
};
constexpr Field kVersion{0, 4};
constexpr Field kShard{4, 32};
constexpr Field kTime{36, 36};
constexpr Field kSpare{72, 8};
constexpr Field kCount{80, 64};
constexpr Field kShardDigit{144, 4};
constexpr Field kCreated{148, 36};
constexpr Field kMark{184, 4};

void put(Words& words, Field field, uint64_t value) {
  const uint64_t kept = field.bits == 64 ? value : value & ((uint64_t{1} << field.bits) - 1);
  const unsigned shift = field.lowest_bit % 32;
  const uint64_t low = kept << shift;
  const uint64_t high = shift == 0 ? 0 : kept >> (64 - shift);
  const size_t first = field.lowest_bit / 32;
  const std::array<uint32_t, 3> parts = {static_cast<uint32_t>(low), static_cast<uint32_t>(low >> 32),
                                         static_cast<uint32_t>(high)};
  for (size_t i = 0; i < parts.size() && first + i < words.size(); ++i) words[first + i] |= parts[i];
}

uint64_t get(const Words& words, Field field) {
  uint64_t value = 0;
  for (unsigned i = 0; i < field.bits; ++i) {
    const unsigned bit = field.lowest_bit + i;
    value |= static_cast<uint64_t>(words[bit / 32] >> bit % 32 & 1) << i;
  }
  return value;
}

constexpr uint64_t kBillion = 1'000'000'000;

}  // namespace

SequenceNumber::SequenceNumber(const SequenceFields& fields) {
  Words words{};
  put(words, kMark, 2);
  put(words, kCreated, static_cast<uint64_t>(fields.shard_created_s));
  put(words, kShardDigit, fields.shard);
  put(words, kCount, fields.count);
  put(words, kTime, static_cast<uint64_t>(fields.time_s));
  put(words, kShard, fields.shard);
  put(words, kVersion, 2);

  for (size_t end = digits_.size(); end > 0;) {
    uint64_t remainder = 0;
    for (size_t i = words.size(); i-- > 0;) {
      const uint64_t value = remainder << 32 | words[i];
      words[i] = static_cast<uint32_t>(value / kBillion);
      remainder = value % kBillion;
    }
    for (int digit = 0; digit < 9 && end > 0; ++digit) {
      digits_[--end] = static_cast<char>('0' + remainder % 10);
      remainder /= 10;
    }
  }
  assert(digits_[0] != '0');
}

std::optional<SequenceFields> parse_sequence_number(std::string_view text) {
  if (text.size() != 56) return std::nullopt;
  Words words{};
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    auto carry = static_cast<uint64_t>(c - '0');
    for (uint32_t& word : words) {
      const uint64_t value = uint64_t{word} * 10 + carry;
      word = static_cast<uint32_t>(value);
      carry = value >> 32;
    }
  }
  SequenceFields fields;
  fields.shard_created_s = static_cast<int64_t>(get(words, kCreated));
  fields.count = get(words, kCount);
  fields.time_s = static_cast<int64_t>(get(words, kTime));
  fields.shard = static_cast<uint32_t>(get(words, kShard));
  const bool ours = get(words, kMark) == 2 && get(words, kVersion) == 2 && get(words, kSpare) == 0 &&
                    SequenceNumber(fields).text() == text;
  if (!ours) return std::nullopt;
  return fields;
}

}  // namespace penstock::model
