// Positions in columns, with what their streams say of them: lag and age.
#pragma once

#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/kinesis/input.h"
#include "core/kinesis/shard_position.h"
#include "plugin/command.h"
#include "plugin/patience.h"

namespace penstock {

struct PositionRow {
  std::vector<std::string> cells;  // what is known without asking, the first of them the shard; fit for a terminal
  ReadFrom from = {};
  std::string shard_id = {};
  const InputStream* stream = nullptr;  // to ask; nullptr: nobody
};

// Prints titles and rows, each with lag and age: "-" where the position is no record's, where the stream does not
// answer or no longer has the record. Below them a line for each stream that does not answer, whose error is
// returned too, and for each shard whose position retention has passed. Asks, as ask_ages() does: patience is for
// the transport of the streams' clients.
Status print_positions(Patience& patience, std::vector<std::string> titles, const std::vector<PositionRow>& rows,
                       const Printer& print);

// "0s", "250ms", "12s", "3m5s", "3h12m", "2d4h".
std::string duration_text(int64_t ms);

}  // namespace penstock
