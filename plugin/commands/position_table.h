// Tables of positions, with their lag and age from the service.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "core/kinesis/input/input.h"
#include "core/kinesis/input/shard_position.h"
#include "plugin/abi/command.h"
#include "plugin/commands/patience.h"

namespace penstock::plugin {

struct PositionRow {
  std::vector<std::string> cells;  // what is known without a call, the shard first; safe for a terminal
  kinesis::ReadFrom from = {};
  std::string shard_id = {};
  const kinesis::InputStream* stream = nullptr;  // stream to ask; nullptr: unknown
};

struct PositionTable {
  std::string heading;
  std::vector<PositionRow> rows;
};

// Prints each table: its heading, titles and rows, with the lag and age of each row. These are "-" if the position
// is not that of a record, if the stream cannot be asked, or if the record has expired. Below the rows, prints a
// line for each stream that failed, and for each shard whose position has expired. Returns the first error. Asks
// for all tables at once, as ask_ages() does, so that a stream that fails does not delay the others.
Status print_positions(Patience& patience, const std::vector<std::string>& titles,
                       const std::vector<PositionTable>& tables, const Printer& print);

// Formats "0s", "250ms", "12s", "3m5s", "3h12m", "2d4h".
std::string format_duration(int64_t ms);

}  // namespace penstock::plugin
