// Determines how old positions are, with two calls per shard: GetShardIterator at the position's record, and
// GetRecords with Limit 1.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
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
  Status status;       // not ok: why the age is unknown; the other members then have their defaults
  int64_t lag_ms = 0;  // MillisBehindLatest after the record; 0 if it is the last one
  // Time since the position's record arrived, by the service's clock. None: the record was not returned.
  std::optional<int64_t> age_ms;
  // The record that was returned instead, because the position's record has expired; "": no record was returned.
  std::string next_kept;
  int64_t next_kept_age_ms = 0;
};

// Returns one age per question, in the same order. Asks several shards at a time: each shard allows five such
// calls per second, including those of its readers. Retries failures until patience is over. patience drives the
// transport of the clients, is shared by all questions, and is renewed by each call that makes progress.
std::vector<PositionAge> ask_ages(Patience& patience, const std::vector<PositionQuestion>& questions);

}  // namespace penstock::plugin
