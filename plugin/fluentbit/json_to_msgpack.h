// JSON to msgpack.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace penstock::fluentbit {

// Reuses its buffers from record to record.
class JsonToMsgpack {
 public:
  // Appends the object as a map. Integers of 64 bits stay exact; what is larger, and fractions, become doubles.
  // false: the text is not one JSON object, or nested more than kMaxDepth deep, or has a number too large for a
  // double, and out is as it was.
  bool append(std::string& out, std::string_view json_object);

  // The same without the map's header: keys and values alone; how many.
  std::optional<size_t> append_members(std::string& out, std::string_view json_object);

  static constexpr size_t kMaxDepth = 500;

 private:
  bool convert(std::string_view json_object);

  std::string text_;              // the JSON, which is parsed in place
  std::unique_ptr<char[]> made_;  // the msgpack
  size_t made_capacity_ = 0;
  size_t made_size_ = 0;
  size_t header_size_ = 0;  // of the map
  size_t members_ = 0;
};

}  // namespace penstock::fluentbit
