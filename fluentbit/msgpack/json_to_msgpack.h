// Converts JSON to msgpack.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/text_buffer.h"

namespace penstock::fluentbit {

// A converter that reuses its buffers from record to record.
class JsonToMsgpack {
 public:
  // Appends the object as a map. 64-bit integers stay exact; larger ones and fractions become doubles, and a
  // number that no double can hold becomes text. All members with a repeated key are kept. Values nested deeper
  // than kMaxMapDepth become their JSON as text. Returns false, with out unchanged, if the text is not exactly one
  // JSON object in valid UTF-8, or is nested deeper than kMaxDepth.
  bool append(std::string& out, std::string_view json_object);

  // Appends only keys and values, without the map's header. Returns the number of pairs.
  std::optional<size_t> append_members(std::string& out, std::string_view json_object);

  // Levels of maps and arrays, including the object itself. The agent reads a chunk only up to a value with more
  // than 32 levels (MSGPACK_EMBED_STACK_SIZE of msgpack-c). This leaves eight levels to what the agent and its
  // filters put around the object.
  static constexpr size_t kMaxMapDepth = 24;
  static constexpr size_t kMaxDepth = 500;

 private:
  struct Made {
    std::string_view members;  // in msgpack, with room for the map's header before it
    size_t count;
  };
  std::optional<Made> convert(std::string_view json_object);

  TextBuffer json_;  // a copy of the text, which is read in blocks
  TextBuffer made_;
};

}  // namespace penstock::fluentbit
