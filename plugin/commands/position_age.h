// How old positions are, asked of their streams: two calls a shard, GetShardIterator at the position's own record
// and GetRecords with Limit 1. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "core/kinesis/input/input.h"
#include "plugin/commands/patience.h"

namespace penstock::plugin {

struct PositionQuestion {
  kinesis::InputStream stream;
  std::string shard_id;
  std::string sequence_number;
};

struct PositionAge {
  Status status;       // not ok: why the stream does not say, and all else is as here
  int64_t lag_ms = 0;  // MillisBehindLatest behind the record: 0 where there is none after it
  // How long ago the position's record arrived, by the service's clock. None: it did not come.
  std::optional<int64_t> age_ms;
  // The record that came in its place, since the stream's retention has passed it; "": none came either.
  std::string next_kept;
  int64_t next_kept_age_ms = 0;
};

// One answer for each question, in their order. Shards are asked side by side, some at a time: each allows five
// such calls a second, its readers' included. What fails is asked again until patience, which drives the transport
// of the clients, is over; it is one for all questions, and each call that gets one of them further renews it.
std::vector<PositionAge> ask_ages(Patience& patience, const std::vector<PositionQuestion>& questions);

}  // namespace penstock::plugin
