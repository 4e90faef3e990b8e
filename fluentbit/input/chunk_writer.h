// Converts batches to chunks of log events, one open chunk per tag.
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
  size_t chunk_bytes = size_t{1} << 20;  // a chunk is larger only if a single log event is
  bool metadata = true;  // log events are [[time, metadata], body]; false: [time, body], as in Fluent Bit 2.0
};

// A writer of one batch at a time: begin(), add() for each record, then end() or roll_back().
class ChunkWriter {
 public:
  explicit ChunkWriter(ChunkFormat format);

  // Begins a batch. origin must live until end() or roll_back(). If begin() throws, no batch has begun.
  void begin(const penstock_batch& origin);

  // Adds a record. If its flags mark the body as JSON, the body becomes the event. Otherwise the event has the
  // body as text in its member log, and the origin in other members. receipt: stored in the metadata under
  // penstock; may be empty.
  void add(const penstock_record& record, std::string_view receipt);

  // Returns the bytes that the batch has added so far.
  size_t bytes() const { return bytes_; }

  // Ends the batch. completes: the chunk with its last record gets the batch's ack_id.
  void end(bool completes);

  // Undoes begin() and everything since. Does nothing if no batch has begun.
  void roll_back() noexcept;

  // Moves all chunks to out, in the order in which batches end in them.
  void take(std::vector<Chunk>& out);

  // Takes a settled chunk, to reuse its memory.
  void give_back(Chunk chunk) noexcept;

 private:
  Chunk& current() { return open_[current_]; }
  std::string spare() noexcept;
  void append_event(const penstock_record& record, std::string_view receipt);
  void append_text(const penstock_record& record);

  ChunkFormat format_;
  JsonToMsgpack json_;
  std::vector<Chunk> open_;                       // one per tag
  std::unordered_map<std::string, size_t> tags_;  // index in open_
  std::vector<Chunk> full_;
  std::vector<std::string> spare_;

  const penstock_batch* origin_ = nullptr;  // nullptr: no batch has begun
  std::string tag_;
  std::string origin_members_;  // of the batch in msgpack, for text records; made for the first one
  size_t origin_member_count_ = 0;
  size_t current_ = 0;
  size_t bytes_ = 0;
  // State before the batch, for roll_back().
  size_t full_before_ = 0;
  size_t size_before_ = 0;
  size_t events_before_ = 0;
};

}  // namespace penstock::fluentbit
