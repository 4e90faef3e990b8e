// Keeps the records of each partition key in order, for the option ordering per_key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/kinesis/output/writer_batch.h"

namespace penstock::kinesis {

// Sequencer of records by partition key. One record of each key is in flight, or several that share an entry; the
// other records of the key wait here, in order, until those are done. REQUIRES: the records stay valid meanwhile.
class KeySequencer {
 public:
  // Returns true if the record is in flight from now on; otherwise it waits here.
  bool enqueue(WriterRecord& record);

  // Returns the first waiting record of the key; nullptr: none.
  WriterRecord* first_waiting(std::string_view key) const;
  // Puts the first waiting record of a key in flight, in addition to those of the key that already are.
  void admit(WriterRecord& first_waiting);

  // Separates rest from first; the records of both are in flight. Records of rest whose key is also in first wait
  // again, before all others of their key. Returns the chain of the others; nullptr: none.
  WriterRecord* separate(WriterRecord* first, WriterRecord* rest);

  // Notes that a record in flight can never be sent: until the key's records in flight are done, no sendable
  // record of the key may join them.
  void hold_back(std::string_view key) { keys_.find(key)->second.held_back = true; }
  bool held_back(std::string_view key) const;

  // Ends a record that was in flight. Returns the record of its key that is in flight from now on; nullptr if
  // others of the key still are, or none waits.
  WriterRecord* done(const WriterRecord& record);

  size_t waiting() const { return waiting_; }
  void clear();

 private:
  struct Key {
    size_t in_flight = 0;           // records
    WriterRecord* first = nullptr;  // waiting records
    WriterRecord* last = nullptr;
    bool held_back = false;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };

  void take_first(Key& key);

  std::unordered_map<std::string, Key, Hash, std::equal_to<>> keys_;  // of records that are not done
  size_t waiting_ = 0;
};

}  // namespace penstock::kinesis
