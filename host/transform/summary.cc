#include "host/transform/summary.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "base/bytes.h"
#include "base/text.h"
#include "base/text_table.h"
#include "base/time.h"

namespace penstock::host {

namespace {

constexpr char kApplication[] = "(application)";
constexpr char kNoLevel[] = "(none)";
constexpr char kOther[] = "(other)";
constexpr char kUnknown[] = "(unknown)";
constexpr size_t kMaxLogGroupBytes = 512;  // CloudWatch's limit for a name

// Formats "1 exit", "2 exits".
std::string counted(int64_t count, std::string_view thing) {
  return std::to_string(count).append(" ").append(thing).append(count == 1 ? "" : "s");
}

// Formats "Log groups: 3" or "Log groups, 10 of 12".
std::string heading(std::string_view what, size_t shown, int64_t all) {
  std::string out(what);
  return static_cast<int64_t>(shown) < all ? out + ", " + std::to_string(shown) + " of " + std::to_string(all)
                                           : out + ": " + std::to_string(all);
}

std::string printable_number(std::string_view text) { return text.empty() ? "-" : printable(text, 20); }

std::string log_group_of(const penstock_batch& batch) {
  const std::string_view log_group = view(batch.log_group);
  return log_group.empty() ? kUnknown : printable(log_group, kMaxLogGroupBytes);
}

void append_table(std::string& out, const TextTable& table) {
  for (const std::string& line : table.lines()) (out += line) += '\n';
}

// Appends the most frequent keys, and the number of others.
void append_counts(std::string& out, std::string_view what, const std::vector<TopCounter::Count>& counts,
                   int64_t others) {
  if (counts.empty()) return;
  const size_t shown = std::min(counts.size(), Summary::kTop);
  out += '\n' + heading(what, shown, static_cast<int64_t>(counts.size()));
  if (others > 0) out += " and more, with " + counted(others, "record");
  out += '\n';
  TextTable table({Align::right, Align::left});
  for (size_t i = 0; i < shown; ++i) {
    const std::string_view key = counts[i].key;
    table.row({std::to_string(counts[i].count), key.empty() ? kUnknown : printable(key, kMaxLogGroupBytes)});
  }
  append_table(out, table);
}

bool is_report(std::string_view event) {
  return event == "report" || event == "initReport" || event == "restoreReport" || event == "invokeReport" ||
         event == "spinDownReport";
}

}  // namespace

Summary::Summary()
    : events_(kMaxEvents), levels_(kMaxLevels), log_groups_(kMaxLogGroups), error_types_(kMaxErrorTypes) {}

void Summary::add(const penstock_batch& batch, const penstock_record& record) {
  ++records_;
  if ((record.flags & PENSTOCK_RECORD_TIME_IS_ARRIVAL) == 0) {
    first_ms_ = std::min(first_ms_, record.time_ms);
    last_ms_ = std::max(last_ms_, record.time_ms);
  }
  log_groups_.add(view(batch.log_group).substr(0, kMaxLogGroupBytes));
  if (!fields_.read({record.body.data, record.body.size})) {
    ++unreadable_;
    return;
  }
  const std::string_view event = fields_[RecordField::event];
  const std::string level = upper_case(fields_[RecordField::level]);
  ++cells_[{events_.add(event.empty() ? kApplication : event), levels_.add(level.empty() ? kNoLevel : level)}];
  if (event == "report") add_report(batch);
  add_failure(batch, record);
}

void Summary::add_report(const penstock_batch& batch) {
  ++reports_;
  if (!fields_[RecordField::init_duration_ms].empty()) ++cold_starts_;
  if (!fields_[RecordField::restore_duration_ms].empty()) ++restores_;
  const std::string_view duration = fields_[RecordField::duration_ms];
  double duration_ms = 0;
  std::from_chars(duration.data(), duration.data() + duration.size(), duration_ms);
  if (duration_ms <= 0 || !std::isfinite(duration_ms)) return;
  if (slowest_.size() == kTop && duration_ms <= slowest_.back().rank) return;
  list(slowest_, duration_ms,
       {printable_number(duration), printable_number(fields_[RecordField::billed_duration_ms]),
        printable_number(fields_[RecordField::max_memory_used_mb]),
        printable_number(fields_[RecordField::memory_size_mb]), request_id(), log_group_of(batch)});
}

void Summary::add_failure(const penstock_batch& batch, const penstock_record& record) {
  const std::string_view event = fields_[RecordField::event];
  const std::string_view status = fields_[RecordField::status];
  Failure kind{};
  std::string reason(fields_[RecordField::error_type]);
  if (event == "timeout") {
    kind = Failure::timeout;
    if (!fields_[RecordField::timeout_seconds].empty())
      reason = std::string("after ").append(fields_[RecordField::timeout_seconds]).append(" s");
  } else if (event == "exit") {
    kind = Failure::exit;
  } else if (event == "error") {
    kind = Failure::error;
    error_types_.add(reason);
  } else if (is_report(event) && !status.empty() && status != "success") {
    kind = Failure::report;
    reason = std::string(status).append(reason.empty() ? "" : " ").append(reason);
  } else {
    return;
  }
  ++failures_[static_cast<size_t>(kind)];
  const auto rank = static_cast<double>(record.time_ms);
  if (newest_failures_.size() == kTop && rank <= newest_failures_.back().rank) return;
  list(newest_failures_, rank,
       {format_rfc3339(record.time_ms), kind == Failure::error ? "error" : printable(event, 20),
        reason.empty() ? "-" : printable(reason, 60), request_id(), log_group_of(batch)});
}

// Inserts by rank, highest first, equal ranks in order of arrival; keeps kTop entries.
void Summary::list(std::vector<Listed>& top, double rank, std::vector<std::string> cells) {
  const auto place =
      std::upper_bound(top.begin(), top.end(), rank, [](double a, const Listed& b) { return a > b.rank; });
  top.insert(place, {rank, std::move(cells)});
  if (top.size() > kTop) top.pop_back();
}

std::string Summary::request_id() const {
  const std::string_view id = fields_[RecordField::request_id];
  return id.empty() ? "-" : printable(id, 60);
}

std::string Summary::text(const Rest& rest) const {
  std::string out;
  append_head(out, rest);
  if (records_ == 0) return out;
  append_events(out);
  append_invocations(out);
  append_failures(out);
  append_log_groups(out);
  return out;
}

void Summary::append_head(std::string& out, const Rest& rest) const {
  out += records_ == 0 ? "No log events" : counted(records_, "log event");
  out += " from " + counted(rest.source_records, "source record");
  if (first_ms_ <= last_ms_) out += ", " + format_rfc3339(first_ms_) + " to " + format_rfc3339(last_ms_);
  out += '\n';
  if (rest.dropped > 0 || rest.excluded > 0) {
    out += "Dropped: " + std::to_string(rest.dropped) + " by drop, " + std::to_string(rest.excluded) +
           " by include and exclude\n";
  }
  if (rest.failures > 0) out += "Failed to parse: " + std::to_string(rest.failures) + "; see standard error\n";
  if (unreadable_ > 0) out += "Records that are not JSON objects: " + std::to_string(unreadable_) + "\n";
}

void Summary::append_events(std::string& out) const {
  std::vector<TopCounter::Count> levels = levels_.by_count();
  int64_t others = levels_.others();
  for (; levels.size() > kMaxLevelsShown; levels.pop_back()) others += levels.back().count;

  TextTable table([&] {
    std::vector<Align> columns(levels.size() + (others > 0 ? 3 : 2), Align::right);
    columns[0] = Align::left;
    return columns;
  }());
  std::vector<std::string> row = {"lambda.event", "records"};
  for (const TopCounter::Count& level : levels) row.push_back(printable(level.key, 20));
  if (others > 0) row.emplace_back(kOther);
  table.row(std::move(row));

  const auto add_row = [&](std::string_view name, int64_t count, auto count_of) {
    std::vector<std::string> cells = {printable(name, 40), std::to_string(count)};
    int64_t rest = count;
    for (const TopCounter::Count& level : levels) {
      const int64_t here = count_of(level);
      rest -= here;
      cells.push_back(here > 0 ? std::to_string(here) : "");
    }
    if (others > 0) cells.push_back(rest > 0 ? std::to_string(rest) : "");
    table.row(std::move(cells));
  };
  const auto add_event = [&](std::string_view name, size_t number, int64_t count) {
    add_row(name, count, [&](const TopCounter::Count& level) {
      const auto found = cells_.find({number, level.number});
      return found == cells_.end() ? 0 : found->second;
    });
  };
  for (const TopCounter::Count& event : events_.by_count()) add_event(event.key, event.number, event.count);
  if (events_.others() > 0) add_event(kOther, events_.other(), events_.others());
  add_row("all", records_ - unreadable_, [](const TopCounter::Count& level) { return level.count; });
  out += '\n';
  append_table(out, table);
}

void Summary::append_invocations(std::string& out) const {
  if (reports_ == 0) return;
  out += "\nInvocations reported: " + std::to_string(reports_) + ", with " + counted(cold_starts_, "cold start") +
         " and " + counted(restores_, "restore") + " from a snapshot\n";
  if (slowest_.empty()) return;
  out += '\n' + heading("Slowest reports", slowest_.size(), reports_) + '\n';
  TextTable table({Align::right, Align::right, Align::right, Align::right, Align::left, Align::left});
  table.row({"ms", "billed ms", "MB used", "MB size", "request ID", "log group"});
  for (const Listed& report : slowest_) table.row(report.cells);
  append_table(out, table);
}

void Summary::append_failures(std::string& out) const {
  static constexpr std::array<std::string_view, kFailures> kNames = {"timeout", "exit", "unhandled error",
                                                                     "failed report"};
  int64_t all = 0;
  std::string parts;
  for (size_t i = 0; i < kFailures; ++i) {
    if (failures_[i] == 0) continue;
    all += failures_[i];
    parts += (parts.empty() ? "" : ", ") + counted(failures_[i], kNames[i]);
  }
  if (all == 0) {
    out += "\nNo failures\n";
    return;
  }
  out += "\nFailures: " + parts + '\n';
  const std::vector<TopCounter::Count> types = error_types_.by_count();
  append_counts(out, "Types of unhandled errors", types, error_types_.others());
  out += '\n' + heading("Newest failures", newest_failures_.size(), all) + '\n';
  TextTable table({Align::left, Align::left, Align::left, Align::left, Align::left});
  table.row({"time", "failure", "reason", "request ID", "log group"});
  for (const Listed& failure : newest_failures_) table.row(failure.cells);
  append_table(out, table);
}

void Summary::append_log_groups(std::string& out) const {
  append_counts(out, "Log groups", log_groups_.by_count(), log_groups_.others());
}

}  // namespace penstock::host
