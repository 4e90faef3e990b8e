// Turns batches into chunks of log events, a tag each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "abi/penstock.h"
#include "fluentbit/input/chunk_queue.h"
#include "fluentbit/input/tag_format.h"
#include "fluentbit/msgpack/json_to_msgpack.h"

namespace penstock::fluentbit {

struct ChunkFormat {
  TagFormat tag;
  size_t chunk_bytes = size_t{1} << 20;  // a chunk is larger only where one log event is
  bool metadata = true;  // log events are [[time, metadata], body]; false: [time, body], as Fluent Bit 2.0 has it
};

// One batch at a time: begin(), add() for its records, then end() or roll_back().
class ChunkWriter {
 public:
  explicit ChunkWriter(ChunkFormat format);

  // origin: the batch whose records follow; must live until end() or roll_back(). If it throws, no batch has
  // begun.
  void begin(const penstock_batch& origin);

  // Body is a JSON object where the record's flags say so, else text, put under log with its origin beside it.
  // receipt: kept in the metadata under penstock; may be empty.
  void add(const penstock_record& record, std::string_view receipt);

  // Of the batch so far.
  size_t bytes() const { return bytes_; }

  // The batch is complete. completes: the chunk with its last record says that the batch is done with it.
  void end(bool completes);

  // As if the batch had not begun. Does nothing if none has.
  void roll_back() noexcept;

  // Moves all chunks out, in the order in which batches end in them.
  void take(std::vector<Chunk>& out);

  // The memory of a chunk that has done its work, to be used again.
  void give_back(Chunk chunk) noexcept;

 private:
  Chunk& current() { return open_[current_]; }
  std::string spare() noexcept;
  void append_event(const penstock_record& record, std::string_view receipt);
  void append_text(const penstock_record& record);

  ChunkFormat format_;
  JsonToMsgpack json_;
  std::vector<Chunk> open_;                       // one a tag
  std::unordered_map<std::string, size_t> tags_;  // where in open_
  std::vector<Chunk> full_;
  std::vector<std::string> spare_;

  const penstock_batch* origin_ = nullptr;  // nullptr: no batch has begun
  std::string tag_;
  std::string origin_members_;  // of the batch in msgpack, for text; made when the first text comes
  size_t origin_member_count_ = 0;
  size_t current_ = 0;
  size_t bytes_ = 0;
  // To roll back to.
  size_t full_before_ = 0;
  size_t size_before_ = 0;
  size_t events_before_ = 0;
};

}  // namespace penstock::fluentbit
