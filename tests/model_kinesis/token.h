// Shard iterators and page tokens: opaque to the client, without state in the model. A keyed digest detects a
// forged one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace penstock::model {

struct Token {
  char kind = 'I';  // 'I' a shard iterator, 'L' a page of ListShards
  int64_t created_ms = 0;
  uint64_t generation = 0;  // iterators of an older generation have been expired by a test
  std::string stream;
  uint32_t shard = 0;     // the shard read; the first shard of the page
  uint64_t position = 0;  // the number of the record to read next
  uint32_t filter = 0;    // of the list that the page belongs to
  int64_t filter_ms = 0;

  std::string seal(std::string_view key) const;
};

// Returns nullopt if `text` is not a token of that kind sealed with `key`.
std::optional<Token> open_token(std::string_view text, char kind, std::string_view key);

}  // namespace penstock::model
