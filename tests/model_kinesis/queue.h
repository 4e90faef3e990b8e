// A queue on a stream: which records it delivers, and the delivery state of each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/model_kinesis/stream.h"

namespace penstock::model {

struct QueueAttributes {
  int64_t visibility_timeout_s = 30;
  int64_t max_receive_count = 6;  // 0: no dead-letter handling
};

struct QueueCounts {
  size_t visible = 0;
  size_t in_flight = 0;
  size_t dead_letters = 0;  // visible or not
};

// Records have no order. One that is in flight is invisible until its own time, by the queue's clock; a receipt is
// valid for as long. Each receive issues another receipt.
class Queue {
 public:
  enum class Path { normal, dead_letter };  // of receiving

  struct Start {
    enum class Type { trim_horizon, latest, at_timestamp };
    Type type = Type::latest;
    int64_t timestamp_ms = 0;
  };
  using Key = std::pair<uint32_t, uint64_t>;  // shard, number of the record in it
  struct Entry {
    int64_t visible_ms = 0;  // in flight until then
    int64_t first_receive_ms = 0;
    int64_t receives = 0;
    uint64_t receipt = 0;  // of the last receive
    Path path = Path::normal;
  };
  struct Receipt {
    Key key;
    uint64_t number = 0;
  };

  Queue(std::string name, std::string arn, const Stream& stream, Start start, QueueAttributes attributes,
        int64_t now_ms, int64_t active_ms);

  const std::string& name() const { return name_; }
  const std::string& arn() const { return arn_; }
  const std::string& stream_name() const { return stream_name_; }
  int64_t stream_created_ms() const { return stream_created_ms_; }
  int64_t created_ms() const { return created_ms_; }
  const Start& start() const { return start_; }
  QueueAttributes& attributes() { return attributes_; }
  bool is_active(int64_t now_ms) const { return now_ms >= active_ms_; }
  void set_active_ms(int64_t active_ms) { active_ms_ = active_ms; }

  // Returns up to `most` visible records, which are in flight from then on.
  std::vector<Receipt> receive(const Stream& stream, Path path, size_t most, int64_t visibility_ms,
                               int64_t now_ms);
  const Entry& entry(const Key& key) const { return entries_.at(key); }
  const std::map<Key, Entry>& entries() const { return entries_; }
  bool has(const Key& key) const { return entries_.contains(key); }

  // Returns the entry of a valid receipt of that path; nullptr if the record is not in flight with that receipt.
  const Entry* find(const Receipt& receipt, Path path, int64_t now_ms) const;
  // REQUIRES, all three: find() finds the record.
  void acknowledge(const Key& key);
  void set_visibility(const Key& key, int64_t visibility_ms, int64_t now_ms);
  void restore(const Key& key, int64_t now_ms);

  QueueCounts counts(const Stream& stream, int64_t now_ms);

 private:
  // The records of a path: those that can be received, in a random order, and those in flight, by time.
  struct Pool {
    std::set<std::pair<uint64_t, Key>> visible;
    std::set<std::pair<int64_t, Key>> in_flight;
  };
  void catch_up(const Stream& stream, int64_t now_ms);
  void show(const Key& key, Entry& entry);
  void take_out(const Key& key, const Entry& entry);
  Pool& pool(Path path) { return path == Path::normal ? normal_ : dead_; }

  std::string name_, arn_, stream_name_;
  int64_t stream_created_ms_;
  Start start_;
  QueueAttributes attributes_;
  int64_t created_ms_;
  int64_t active_ms_;
  std::vector<uint64_t> next_;    // by shard: the first record that is not in entries_ yet
  std::map<Key, Entry> entries_;  // neither acknowledged nor past their retention
  Pool normal_, dead_;
  uint64_t last_receipt_ = 0;
};

}  // namespace penstock::model
