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
  // Appends the object as a map. Integers of 64 bits stay exact; larger ones and fractions become doubles, and
  // what no double can hold the number's text. Of a repeated key all stay. Values nested more than kMaxMapDepth
  // deep become their JSON as text. false: the text is not one JSON object in valid UTF-8, or nested more than
  // kMaxDepth deep, and out is as it was.
  bool append(std::string& out, std::string_view json_object);

  // The same without the map's header: keys and values alone; how many pairs.
  std::optional<size_t> append_members(std::string& out, std::string_view json_object);

  // Maps and arrays in one another, the object among them. The agent reads no chunk further than a value with more
  // than 32 (MSGPACK_EMBED_STACK_SIZE of msgpack-c): this leaves eight to what it and its filters put around it.
  static constexpr size_t kMaxMapDepth = 24;
  static constexpr size_t kMaxDepth = 500;

 private:
  struct Made {
    std::string_view members;  // in msgpack, with room for the map's header before it
    size_t count;
  };
  std::optional<Made> convert(std::string_view json_object);

  std::unique_ptr<char[]> buffer_;
  size_t buffer_size_ = 0;
};

}  // namespace penstock::fluentbit
