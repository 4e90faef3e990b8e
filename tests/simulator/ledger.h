// Everything that was put into the stream, and what happened to it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/env.h"

namespace penstock::simulator {

// A shard is named STREAM/SHARD_ID.
std::string shard_name(std::string_view stream, std::string_view shard_id);
// Returns the shard that a request or a log line names, or "".
std::string shard_named_in(std::string_view text);

using ItemNumber = size_t;  // counts all items of a run, from 0

// A log event, or a user record that cannot be decoded and must become a dead letter as a whole.
struct Item {
  enum class Kind {
    event,
    left_out,   // an event of a kind that the filter leaves out
    too_large,  // an event that is too large for the output stream
    garbage,
  };
  Kind kind = Kind::event;
  size_t key_stream = 0;
  size_t number = 0;         // of the key_stream's
  std::string shard;         // its name
  uint64_t record = 0;       // of the shard's, from 0
  uint64_t user_record = 0;  // of the record's, from 0
  size_t in_shard = 0;       // its index among the shard's items
  int64_t put_ms = 0;        // Unix time
  bool too_early = false;    // put before, or possibly before, the application's initial position

  int64_t emitted_ms = kNever;  // Unix time, for the first time
  int64_t rejections = 0;       // by hosts that it was offered to
  bool trimmed = false;         // the stream no longer has it
  bool in_sink = false;
  bool in_dead_letter_file = false;  // and would survive a power cut
  bool in_dead_letter_queue = false;

  bool emitted() const { return kind != Kind::garbage; }  // by an input, at some time
  bool dealt_with() const {
    return in_sink || in_dead_letter_file || in_dead_letter_queue || kind == Kind::left_out || too_early;
  }
  bool safe() const { return dealt_with() || trimmed; }
};

struct RecordPlace {
  std::string shard;    // its name
  uint64_t record = 0;  // of the shard's, from 0

  friend auto operator<=>(const RecordPlace&, const RecordPlace&) = default;
};

class Ledger {
 public:
  struct Shard {
    std::vector<ItemNumber> items;  // in order
    size_t safe = 0;                // the number of items, from the first on, that are safe
    size_t safe_events = 0;         // the same, if garbage counts as safe
    size_t kept = 0;                // the number of items that the saved position has passed
    uint64_t records = 0;
    uint64_t trimmed = 0;   // of the records
    bool in_reach = false;  // a position was saved before retention passed it, so a loss is logged
    bool gap_logged = false;
    bool closed = false;
    bool started = false;  // an iterator for it was requested
    std::vector<std::string> parents;
  };

  // Adds the next record of a shard, with these items. Fills in their place and time.
  void put(const std::string& shard_name, std::vector<Item> items, int64_t now_ms);

  // Removes the first `records` records of a shard, as retention does.
  void trim(const std::string& shard_name, uint64_t records);
  // Returns whether retention has passed an item that is not safe.
  bool has_lost(const Shard& shard) const;

  size_t size() const { return items_.size(); }
  Item& item(ItemNumber number) { return items_[number]; }
  Shard& shard(const std::string& name) { return shards_[name]; }
  std::map<std::string, Shard>& shards() { return shards_; }

  // Returns whether the shard, or one of its ancestors, has begun.
  bool started(const Shard& shard);

  // The number of the shard's items, from the first on, that are safe; the second one counts garbage as safe.
  size_t safe_items(Shard& shard);
  size_t safe_events(Shard& shard);
  // Returns how many of the shard's items a position has passed.
  size_t items_passed(const Shard& shard, uint64_t record, uint64_t user_record) const;
  // Returns the items of one user record, or of all user records of a record.
  std::vector<ItemNumber> items_of(const std::string& shard_id, uint64_t record, uint64_t user_record);
  std::vector<ItemNumber> items_of(const RecordPlace& place);

  // Notes the ID that a queue gives to a record, and finds a record by it; nullptr if the ID is unknown.
  void name_record(const std::string& record_id, const RecordPlace& place) { named_[record_id] = place; }
  const RecordPlace* find_record(std::string_view record_id) const;

  // Marks a text with the number of its item, and reads that mark; nullopt if not found.
  static std::string mark(ItemNumber number);
  static std::optional<ItemNumber> marked(std::string_view text);
  std::string describe(ItemNumber number) const;  // for people

 private:
  std::vector<Item> items_;
  std::map<std::string, Shard> shards_;
  std::map<std::string, RecordPlace, std::less<>> named_;  // by RecordId
};

}  // namespace penstock::simulator
