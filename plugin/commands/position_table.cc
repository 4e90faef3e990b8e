#include "plugin/commands/position_table.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "base/text_table.h"
#include "plugin/commands/position_age.h"

namespace penstock::plugin {

namespace {

using Cells = std::vector<std::string>;

bool may_be_asked(const PositionRow& row) {
  return row.stream != nullptr && row.from.kind == kinesis::ReadFrom::Kind::after && !row.from.position.is_end();
}

// The shards of a stream whose ages are unknown.
struct Silence {
  std::string first_shard;
  Status why;
  size_t shards = 0;
};

Status status_of(const Silence& silence) {
  return silence.why.in(silence.first_shard +
                        (silence.shards > 1 ? " and " + std::to_string(silence.shards - 1) + " more" : "") +
                        ": lag and age are unknown");
}

std::string passed_text(const PositionRow& row, const PositionAge& age) {
  return row.cells.front() +
         ": the record at the checkpoint has passed the stream's retention; the next one still kept is " +
         printable(age.next_kept) + ", " + format_duration(age.next_kept_age_ms) + " old";
}

// Advances age past the entries that belong to the table.
Status print_table(const PositionTable& table, std::vector<PositionAge>::const_iterator& age, const Cells& titles,
                   const Printer& print) {
  TextTable text(std::vector<Align>(titles.size(), Align::left));
  text.row(titles);
  std::vector<std::string> notes;
  std::map<const kinesis::InputStream*, Silence> silent;
  for (const PositionRow& row : table.rows) {
    std::string lag_text = "-";
    std::string age_text = "-";
    if (may_be_asked(row)) {
      const PositionAge& found = *age++;
      if (!found.status.ok()) {
        const Silence first = {row.cells.front(), found.status};
        ++silent.try_emplace(row.stream, first).first->second.shards;
      } else {
        lag_text = format_duration(found.lag_ms);
        if (found.age_ms) age_text = format_duration(*found.age_ms);
        if (!found.age_ms && !found.next_kept.empty()) notes.push_back(passed_text(row, found));
      }
    }
    Cells cells = row.cells;
    cells.insert(cells.end(), {lag_text, age_text});
    text.row(std::move(cells));
  }
  print.line(table.heading);
  for (const std::string& line : text.lines()) print.line("  " + line);
  for (const std::string& note : notes) print.line(note);
  for (const auto& [stream, silence] : silent) print.line(status_of(silence).text());
  return silent.empty() ? Status() : status_of(silent.begin()->second);
}

}  // namespace

Status print_positions(Patience& patience, const std::vector<std::string>& titles,
                       const std::vector<PositionTable>& tables, const Printer& print) {
  std::vector<PositionQuestion> questions;
  for (const PositionTable& table : tables)
    for (const PositionRow& row : table.rows)
      if (may_be_asked(row)) questions.push_back({*row.stream, row.shard_id, row.from.position.sequence_number});
  const std::vector<PositionAge> ages = ask_ages(patience, questions);

  Cells all_titles = titles;
  all_titles.insert(all_titles.end(), {"lag", "age"});
  Status status;
  auto age = ages.begin();
  for (const PositionTable& table : tables) {
    const Status printed = print_table(table, age, all_titles, print);
    if (status.ok()) status = printed;
  }
  return status;
}

std::string format_duration(int64_t ms) {
  if (ms > 0 && ms < 1000) return std::to_string(ms) + "ms";
  const int64_t s = ms / 1000, m = s / 60, h = m / 60, d = h / 24;
  if (d > 0) return std::to_string(d) + "d" + std::to_string(h % 24) + "h";
  if (h > 0) return std::to_string(h) + "h" + std::to_string(m % 60) + "m";
  if (m > 0) return std::to_string(m) + "m" + std::to_string(s % 60) + "s";
  return std::to_string(s) + "s";
}

}  // namespace penstock::plugin
