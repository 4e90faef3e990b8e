// Whose turn it is among the records of a partition key, where their order counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/kinesis/output/writer_batch.h"

namespace penstock::kinesis {

// Of the records of a key one has its turn, or several that go together in one entry; all others wait here, in
// their order, until these are done. The records stay where they are meanwhile.
class KeySequencer {
 public:
  // True: it is the record's turn. Else it waits here.
  bool enqueue(WriterRecord& record);

  // The first that waits behind those of its key; nullptr: none.
  WriterRecord* first_waiting(std::string_view key) const;
  // Gives it its turn beside those that have theirs.
  void admit(WriterRecord& first_waiting);

  // The records of rest, whose turn it was as it was first's, go separately from now on. Those of a key of first
  // wait again, before all others of their key; returns the chain of the others, nullptr: none.
  WriterRecord* separate(WriterRecord* first, WriterRecord* rest);

  // A record whose turn it is can never be sent: until those that have their turn are done, no sendable record of
  // the key may join them.
  void hold_back(std::string_view key) { keys_.find(key)->second.held_back = true; }
  bool held_back(std::string_view key) const;

  // The record, whose turn it was, is done. Returns the one whose turn it is now; nullptr: others of the key have
  // theirs still, or none is left.
  WriterRecord* done(const WriterRecord& record);

  size_t waiting() const { return waiting_; }
  void clear();

 private:
  struct Key {
    size_t turns = 0;               // records that have theirs
    WriterRecord* first = nullptr;  // that wait
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
