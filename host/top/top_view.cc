#include "host/top/top_view.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/units.h"

namespace penstock::host {

namespace {

constexpr std::string_view kNone = "-";

constexpr double kMaxRate = 1e15;  // a response may have any numbers

// Two snapshots, and the time between them.
struct Change {
  const Snapshot& now;
  const Snapshot& before;
  bool same_run;  // else all rates are since the start of the run
  int64_t elapsed_ms;

  Change(const Snapshot& to, const Snapshot& from)
      : now(to),
        before(from),
        same_run(from.uptime_ms > 0 && from.uptime_ms < to.uptime_ms),
        elapsed_ms(std::max<int64_t>(1, to.uptime_ms - (same_run ? from.uptime_ms : 0))) {}

  // Returns the increase of a total per second.
  int64_t rate(const StageState& stage, std::string_view name) const {
    int64_t earlier = 0;
    for (const StageState& one : before.stages)
      if (same_run && one.stage == stage.stage) earlier = one.total(name);
    return per_ms(1000, stage.total(name), earlier);
  }
  int64_t cpu_percent() const { return per_ms(100, now.cpu_ms, same_run ? before.cpu_ms : 0); }

 private:
  // Returns the increase in a millisecond, times factor. A reload of the configuration begins again at 0.
  int64_t per_ms(int64_t factor, int64_t to, int64_t from) const {
    const double increase = static_cast<double>(to) - static_cast<double>(from);
    const double out = increase * static_cast<double>(factor) / static_cast<double>(elapsed_ms);
    return static_cast<int64_t>(std::clamp(out, 0.0, kMaxRate));
  }
};

std::string two_digits(int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

// Formats 350 as "350ms", 61'500 as "1m01s", and 7'260'000 as "2h01m".
std::string format_duration(int64_t ms) {
  const int64_t seconds = ms / 1000;
  if (ms < 0) return std::string(kNone);
  if (ms < 1000) return std::to_string(ms) + "ms";
  if (seconds < 60) return std::to_string(seconds) + "." + std::to_string(ms % 1000 / 100) + "s";
  if (seconds < 3600) return std::to_string(seconds / 60) + "m" + two_digits(seconds % 60) + "s";
  return std::to_string(seconds / 3600) + "h" + two_digits(seconds / 60 % 60) + "m";
}

using Row = std::vector<std::string>;

bool starts_character(char c) { return (c & 0xC0) != 0x80; }

// Returns the number of characters of a text in UTF-8, each of which is a column of the screen.
size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

// Returns the number of bytes of the first characters.
size_t bytes_of(std::string_view text, size_t columns) {
  size_t at = 0;
  for (; at < text.size(); ++at)
    if (starts_character(text[at]) && columns-- == 0) break;
  return at;
}

// Returns the end of a name that is longer than the column, because stages and shards differ in the number there.
std::string shorten(const std::string& name, size_t columns) {
  const size_t all = columns_of(name);
  return all <= columns ? name : "~" + name.substr(bytes_of(name, all - columns + 1));
}

// Returns the rows as lines with aligned columns; the first column is aligned to the left, all others to the
// right. The first column, of names, is shortened if the lines would be longer than max_columns.
std::vector<std::string> format_table(std::vector<Row> rows, size_t max_columns) {
  constexpr size_t kMinNameColumns = 8;
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  size_t numbers = 0;  // columns, with the space before each
  for (size_t i = 1; i < widths.size(); ++i) numbers += 2 + widths[i];
  widths[0] = std::min(widths[0], std::max(kMinNameColumns, max_columns - std::min(max_columns, numbers)));
  for (Row& row : rows) row[0] = shorten(row[0], widths[0]);
  std::vector<std::string> out;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - columns_of(row[i]), ' ');
      line += i == 0 ? row[i] + padding : "  " + padding + row[i];
    }
    out.push_back(line);
  }
  return out;
}

// Splits a text into lines of at most max_columns characters, between words where it can. All lines are indented.
std::vector<std::string> wrap(std::string_view text, size_t max_columns) {
  constexpr std::string_view kIndent = "  ";
  const size_t width = std::max<size_t>(max_columns, 20) - kIndent.size();
  std::vector<std::string> out;
  while (columns_of(text) > width) {
    const size_t end = bytes_of(text, width);
    const size_t space = text.rfind(' ', end);
    const bool between_words = space != std::string_view::npos && space > 0;
    out.push_back(std::string(kIndent) + std::string(text.substr(0, between_words ? space : end)));
    text.remove_prefix(between_words ? space + 1 : end);
  }
  out.push_back(std::string(kIndent) + std::string(text));
  return out;
}

// Returns the label without the kind, which is the heading of the table.
std::string name_in_table(const StageState& stage) {
  const std::string kind = stage.kind + ":";
  return stage.stage.starts_with(kind) ? stage.stage.substr(kind.size()) : stage.stage;
}

std::string total(const StageState& stage, std::string_view name) {
  return stage.totals.contains(name) ? std::to_string(stage.total(name)) : std::string(kNone);
}

std::string rate(const Change& change, const StageState& stage, std::string_view name) {
  return stage.totals.contains(name) ? std::to_string(change.rate(stage, name)) : std::string(kNone);
}

std::string byte_rate(const Change& change, const StageState& stage, std::string_view name) {
  return stage.totals.contains(name) ? format_bytes(change.rate(stage, name)) : std::string(kNone);
}

std::string duration(const StageState& stage, std::string_view name) {
  return stage.totals.contains(name) ? format_duration(stage.total(name)) : std::string(kNone);
}

// An output that does not report what it has delivered delivers what it receives.
std::string_view delivered_name(const StageState& stage) {
  return stage.totals.contains("delivered_records") ? "delivered_records" : "received_records";
}

std::vector<std::string> format_stages(const Change& change, size_t max_columns) {
  std::vector<Row> inputs = {{"INPUT", "RECORDS/S", "EVENTS/S", "BYTES/S", "LAG", "UNACKED", "DEAD", "RETRIES"}};
  std::vector<Row> outputs = {{"OUTPUT", "RECORDS/S", "BYTES/S", "IN FLIGHT", "DEAD", "REJECTED", "RETRIES"}};
  for (const StageState& stage : change.now.stages) {
    if (stage.kind == "input")
      inputs.push_back({name_in_table(stage), rate(change, stage, "received_records"),
                        rate(change, stage, "emitted_events"), byte_rate(change, stage, "received_bytes"),
                        duration(stage, "lag_ms"), duration(stage, "oldest_unacked_ms"),
                        total(stage, "dead_letter_records"), total(stage, "retries")});
    if (stage.kind == "output")
      outputs.push_back({name_in_table(stage), rate(change, stage, delivered_name(stage)),
                         byte_rate(change, stage, "delivered_bytes"), format_bytes(stage.total("in_flight_bytes")),
                         total(stage, "dead_letter_records"), total(stage, "rejected_records"),
                         total(stage, "retries")});
  }
  std::vector<std::string> out = format_table(std::move(inputs), max_columns);
  out.emplace_back();
  for (std::string& line : format_table(std::move(outputs), max_columns)) out.push_back(std::move(line));
  return out;
}

std::string in_batches(int64_t count) { return std::to_string(count) + (count == 1 ? " batch" : " batches"); }

std::string format_state(const Change& change) {
  return "penstock " + change.now.version + "  up " + format_duration(change.now.uptime_ms) + "  cpu " +
         std::to_string(change.cpu_percent()) + "%  memory " + format_bytes(change.now.resident_bytes) +
         "  in flight " + in_batches(change.now.batches_in_flight);
}

}  // namespace

std::vector<std::string> format_screen(const Snapshot& now, const Snapshot& before, ViewSize size,
                                       std::string_view hint) {
  const Change change(now, before);
  std::vector<std::string> lines = {format_state(change),
                                    std::string(now.ready ? "ready" : "NOT READY").append(hint)};
  for (const std::string& reason : now.reasons)
    for (std::string& line : wrap(reason, size.columns)) lines.push_back(std::move(line));
  lines.emplace_back();
  for (std::string& line : format_stages(change, size.columns)) lines.push_back(std::move(line));
  if (!now.shards.empty()) {
    std::vector<Row> rows = {{"SHARD", "LAG"}};
    for (const ShardLag& shard : now.shards) {
      if (lines.size() + rows.size() + 1 > size.rows) break;
      rows.push_back({shard.stream + "/" + shard.shard, format_duration(shard.lag_ms)});
    }
    lines.emplace_back();
    for (std::string& line : format_table(std::move(rows), size.columns)) lines.push_back(std::move(line));
  }
  if (lines.size() > size.rows) lines.resize(size.rows);
  for (std::string& line : lines) line.resize(bytes_of(line, size.columns));
  return lines;
}

std::string format_line(const Snapshot& now, const Snapshot& before) {
  const Change change(now, before);
  int64_t events = 0, delivered = 0, retries = 0, rejected = 0, dead_letters = 0, lag_ms = -1;
  for (const StageState& stage : now.stages) {
    if (stage.kind == "input") {
      events = bounded_sum(events, change.rate(stage, "emitted_events"));
      if (stage.totals.contains("lag_ms")) lag_ms = std::max(lag_ms, stage.total("lag_ms"));
    }
    if (stage.kind == "output") delivered = bounded_sum(delivered, change.rate(stage, delivered_name(stage)));
    retries = bounded_sum(retries, stage.total("retries"));
    rejected = bounded_sum(rejected, stage.total("rejected_records"));
    dead_letters = bounded_sum(dead_letters, stage.total("dead_letter_records"));
  }
  std::string out = now.ready ? "ready" : "NOT READY (" + now.reasons.front() + ")";
  out += "; in " + std::to_string(events) + " events/s; out " + std::to_string(delivered) + " records/s; lag " +
         format_duration(lag_ms) + "; in flight " + in_batches(now.batches_in_flight) + "; rejected " +
         std::to_string(rejected) + ", retries " + std::to_string(retries) + ", dead letters " +
         std::to_string(dead_letters);
  return out;
}

}  // namespace penstock::host
