// Volume by account and log group, in bounded memory: shows at once which function floods the stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "core/metrics_sink.h"

namespace penstock::kinesis {

// Events and bytes of the log groups with the highest volume in recent minutes, and of all others together. Every
// event is in exactly one of these counters.
//
// The log groups are chosen with the Space-Saving algorithm (Metwally, Agrawal and El Abbadi, "Efficient
// Computation of Frequent and Top-k Elements in Data Streams", 2005): a log group that is not in the full table
// replaces the one of the lowest rank, and adds its bytes to that rank. All ranks are halved every kHalfLifeMs, so
// that they mean the volume of the last minutes, and a table that is full of earlier ones does not keep a new one
// out.
//
// With N entries, each log group that has more than 1/N of the volume, with the half-life as its weight, is in the
// table. Its counters have what it emitted since it entered the table, exactly. What it emitted before is in the
// counters of the others; with the half-life as its weight, that is at most 1/N of the volume.
//
// Nothing is allocated after construction.
class LogGroupVolumes {
 public:
  static constexpr int64_t kHalfLifeMs = 60'000;

  // entries: N; at least 1. now_ms is monotonic, here and below.
  LogGroupVolumes(size_t entries, int64_t now_ms);

  // Counts a batch that was emitted. REQUIRES: its stride is sizeof(penstock_record).
  void add(const penstock_batch& batch);
  // Halves the ranks, if it is time.
  void advance(int64_t now_ms);

  void stats(const MetricsSink& metrics) const;

 private:
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html: at most 512
  // characters.
  static constexpr size_t kAccountBytes = 12, kMaxLogGroupBytes = 512;
  static constexpr size_t kMaxTextBytes = kAccountBytes + kMaxLogGroupBytes;

  struct Volume {
    int64_t events = 0;
    int64_t bytes = 0;
  };
  struct Entry {
    Volume volume;
    size_t log_group_bytes = 0;
  };

  static bool is_valid(std::string_view account, std::string_view log_group);
  size_t find(size_t hash, std::string_view account, std::string_view log_group) const;
  size_t replace_lowest(size_t hash, std::string_view account, std::string_view log_group);
  std::string_view account(size_t index) const { return {&text_[index * kMaxTextBytes], kAccountBytes}; }
  std::string_view log_group(size_t index) const {
    return {&text_[index * kMaxTextBytes + kAccountBytes], entries_[index].log_group_bytes};
  }

  // Of the entries in use: what is searched through is contiguous.
  std::vector<size_t> hashes_;    // of the log groups
  std::vector<int64_t> ranks_;    // bytes, with the half-life
  std::vector<Entry> entries_;    // all N
  std::unique_ptr<char[]> text_;  // of each entry: account and log group
  Volume others_;
  int64_t halved_ms_;
};

}  // namespace penstock::kinesis
