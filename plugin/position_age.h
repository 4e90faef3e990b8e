// How old positions are, asked of their streams: two calls a shard, GetShardIterator at the position's own record
// and GetRecords with Limit 1. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/env.h"
#include "core/base/status.h"
#include "core/kinesis/input.h"

namespace penstock {

struct PositionQuestion {
  InputStream stream;
  std::string shard_id;
  std::string sequence_number;
};

struct PositionAge {
  Status status;       // not ok: the stream does not answer, and all else is as here
  int64_t lag_ms = 0;  // MillisBehindLatest behind the record: 0 where there is none after it
  // How long ago the position's record arrived, by the service's clock. None: it did not come.
  std::optional<int64_t> age_ms;
  // The record that came in its place, since the stream's retention has passed it; "": none came either.
  std::string next_kept;
  int64_t next_kept_age_ms = 0;
};

// One answer for each question, in their order. Shards are asked side by side, some at a time: each allows five
// such calls a second, its readers' included, so that what it refuses for that is asked again. Waits, by driving
// env's transport, which is that of the clients. A stream that cannot be reached is told so for all of its shards.
std::vector<PositionAge> ask_ages(Env& env, const std::vector<PositionQuestion>& questions);

}  // namespace penstock
