// Padding of response bodies for the parsers that read sixteen bytes at a time. Private to core/kinesis.
#pragma once

#include <string>
#include <utility>

#include "base/rapidjson_reader.h"
#include "core/env.h"

namespace penstock::kinesis {

// Returns text with the padding that the reader needs after it. Reserves the exact size, because appending could
// double the memory.
inline std::string padded_for_reader(std::string text) {
  static_assert(kReaderPadding <= kSpareBodyBytes);  // so that the body of a response is not copied
  if (text.capacity() - text.size() < kReaderPadding) {
    std::string copy;
    copy.reserve(text.size() + kReaderPadding);
    text = std::move(copy.append(text));
  }
  return std::move(text.append(kReaderPadding, '\0'));
}

}  // namespace penstock::kinesis
