// The summary of records of filter lambda_logs for people: penstock transform --summary.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/penstock.h"
#include "host/transform/record_fields.h"
#include "host/util/top_counter.h"

namespace penstock::host {

// A summary in bounded memory. Of each thing that can have any number of kinds, it keeps a limited number, or the
// ten most important, and counts the others.
class Summary {
 public:
  Summary();

  // Adds a record that the filter, with its default schema, made of a batch.
  void add(const penstock_batch& batch, const penstock_record& record);

  // Counts of what add() does not see.
  struct Rest {
    int64_t source_records = 0;
    int64_t failures = 0;  // pieces of the input that could not be parsed
    int64_t dropped = 0;   // by the filter's option drop
    int64_t excluded = 0;  // by include and exclude
  };
  // Returns lines, each with a line end. Text from logs is made printable.
  std::string text(const Rest& rest) const;

  static constexpr size_t kTop = 10;  // maximum length of a list
  static constexpr size_t kMaxEvents = 40;
  static constexpr size_t kMaxLevels = 24;
  static constexpr size_t kMaxLevelsShown = 8;
  static constexpr size_t kMaxErrorTypes = 1000;
  static constexpr size_t kMaxLogGroups = 10'000;

 private:
  enum class Failure : size_t { timeout, exit, error, report };
  static constexpr size_t kFailures = 4;

  // A line of a list, and the rank that it is sorted by.
  struct Listed {
    double rank;
    std::vector<std::string> cells;
  };

  static void list(std::vector<Listed>& top, double rank, std::vector<std::string> cells);
  void add_report(const penstock_batch& batch);
  void add_failure(const penstock_batch& batch, const penstock_record& record);
  std::string request_id() const;

  void append_head(std::string& out, const Rest& rest) const;
  void append_events(std::string& out) const;
  void append_invocations(std::string& out) const;
  void append_failures(std::string& out) const;
  void append_log_groups(std::string& out) const;

  RecordFields fields_;  // of the record being added
  int64_t records_ = 0;
  int64_t unreadable_ = 0;
  int64_t first_ms_ = INT64_MAX;
  int64_t last_ms_ = INT64_MIN;

  TopCounter events_;
  TopCounter levels_;
  std::map<std::pair<size_t, size_t>, int64_t> cells_;  // by numbers in events_ and levels_
  TopCounter log_groups_;

  int64_t reports_ = 0;
  int64_t cold_starts_ = 0;
  int64_t restores_ = 0;
  std::vector<Listed> slowest_;

  std::array<int64_t, kFailures> failures_{};
  TopCounter error_types_;
  std::vector<Listed> newest_failures_;
};

}  // namespace penstock::host
