// Positions in columns, with what their streams say of them: lag and age.
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
  std::vector<std::string> cells;  // what is known without asking, the first of them the shard; fit for a terminal
  kinesis::ReadFrom from = {};
  std::string shard_id = {};
  const kinesis::InputStream* stream = nullptr;  // to ask; nullptr: nobody
};

struct PositionTable {
  std::string heading;
  std::vector<PositionRow> rows;
};

// Prints each table: its heading, titles and rows, each with lag and age: "-" where the position is no record's,
// where the stream does not answer or no longer has the record. Below them a line for each stream that does not
// answer, the first of whose errors is returned too, and for each shard whose position retention has passed. Asks
// for all tables at once, as ask_ages() does: one stream that does not answer costs the others nothing.
Status print_positions(Patience& patience, const std::vector<std::string>& titles,
                       const std::vector<PositionTable>& tables, const Printer& print);

// "0s", "250ms", "12s", "3m5s", "3h12m", "2d4h".
std::string format_duration(int64_t ms);

}  // namespace penstock::plugin
