// All that was put into the stream, and what became of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/env.h"

namespace penstock::simulator {

// A shard is named STREAM/SHARD_ID.
std::string shard_name(std::string_view stream, std::string_view shard_id);
// The one that a request, or a line of a log, names; "": it names none.
std::string shard_named_in(std::string_view text);

using ItemNumber = size_t;  // counts all items of a run, from 0

// A log event; or a user record that cannot be understood, which is to come to a failure file as a whole.
struct Item {
  enum class Kind {
    event,
    left_out,   // an event of a kind that the filter leaves out
    too_large,  // an event that the output stream would not take
    garbage,
  };
  Kind kind = Kind::event;
  size_t key_stream = 0;
  size_t number = 0;         // of the key_stream's
  std::string shard;         // its name
  uint64_t record = 0;       // of the shard's, from 0
  uint64_t user_record = 0;  // of the record's, from 0
  size_t in_shard = 0;       // its place among the shard's items
  int64_t put_ms = 0;        // Unix time
  bool too_early = false;  // put before the application's beginning, or at a time when that may not have been yet

  int64_t emitted_ms = kNever;  // Unix time, for the first time
  int64_t refusals = 0;         // by hosts, that it was offered to
  bool trimmed = false;         // the stream has it no more
  bool in_sink = false;
  bool in_failure_file = false;  // and would survive a power cut

  bool emitted() const { return kind != Kind::garbage; }  // by an input, sooner or later
  bool dealt_with() const { return in_sink || in_failure_file || kind == Kind::left_out || too_early; }
  bool safe() const { return dealt_with() || trimmed; }
};

class Ledger {
 public:
  struct Shard {
    std::vector<ItemNumber> items;  // in order
    size_t safe = 0;                // so many of them, from the first, are safe
    size_t safe_events = 0;         // the same, whatever becomes of garbage
    size_t kept = 0;                // so many of them are passed by the position that is kept
    uint64_t records = 0;
    uint64_t trimmed = 0;   // of the records
    bool in_reach = false;  // of retention: a position was kept by then, so that it is told if something is lost
    bool told_gap = false;
    bool closed = false;
    bool begun = false;  // somebody has asked for a place in it
    std::vector<std::string> parents;
  };

  // The next record of a shard, which has these items. Their place and time are filled in.
  void put(const std::string& shard_name, std::vector<Item> items, int64_t now_ms);

  // Records of a shard pass their retention: so many of its first.
  void trim(const std::string& shard_name, uint64_t records);
  // Whether retention has passed what was dealt with nowhere.
  bool has_lost(const Shard& shard) const;

  size_t size() const { return items_.size(); }
  Item& item(ItemNumber number) { return items_[number]; }
  Shard& shard(const std::string& name) { return shards_[name]; }
  std::map<std::string, Shard>& shards() { return shards_; }

  // Whether the shard, or one that it has come from, has begun.
  bool begun(const Shard& shard);

  // How many of the shard's items from the first on are safe; and the same where garbage counts as safe.
  size_t safe_items(Shard& shard);
  size_t safe_events(Shard& shard);
  // How many of the shard's items a position passes.
  size_t items_passed(const Shard& shard, uint64_t record, uint64_t user_record) const;
  // The items of one user record.
  std::vector<ItemNumber> items_of(const std::string& shard_id, uint64_t record, uint64_t user_record);

  // How a text says which item it belongs to, and which one it says; nothing where it says none.
  static std::string mark(ItemNumber number);
  static std::optional<ItemNumber> marked(std::string_view text);
  std::string describe(ItemNumber number) const;  // for people

 private:
  std::vector<Item> items_;
  std::map<std::string, Shard> shards_;
};

}  // namespace penstock::simulator
