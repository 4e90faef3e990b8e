// Which shards an instance reads, from where, and where their positions are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "core/kinesis/input/shard_position.h"
#include "core/kinesis/read_api.h"
#include "core/metrics_sink.h"

namespace penstock::kinesis {

// A shard that no list had for so long is gone, and not merely younger than a list.
inline constexpr int64_t kExpiredMs = 300'000;

// One period of reading one shard. Above 0, and never used twice in a process.
using GrantId = uint64_t;

struct Grant {
  GrantId id = 0;
  size_t stream = 0;  // its index among the streams of the instance
  ShardInfo shard;
  ReadFrom from;
};

// LocalAssignment grants all shards and keeps their positions in a file; LeaseCoordinator shares them out among
// many instances by leases in a table. Driven by the input's thread, as all of core is.
//
// A shard is granted when all of its parents are at kShardEnd, so that what one partition key wrote stays in
// order. A grant ends by advance_to(kShardEnd), or against our will: then take_revoked() tells it.
class Assignment {
 public:
  virtual ~Assignment() = default;

  // A stream's shards were listed: all that it has. start_ms is what "latest" means if these are the first that
  // are heard of the stream: the service's time, or where the stream was made while we waited for it, its
  // creation. Not ok: nothing of the stream may be read. Code::config where it is another stream than the one
  // whose positions are kept, by its creation time: the message names both and the command that mends it. A
  // retryable code where something could not be saved: to be told again soon.
  virtual Status on_shards_listed(size_t stream, const StreamIdentity& identity,
                                  const std::vector<ShardInfo>& shards, int64_t start_ms) = 0;

  // Begins what is due: saves, renewals, scans. What comes of them is told inside transport.drive().
  virtual void advance() = 0;
  // When advance() wants to be called again; kNever where nothing is due.
  virtual int64_t next_deadline_ms() const = 0;

  // Grants and losses since the last call. Of a lost grant nothing more is to be emitted or settled.
  virtual std::vector<Grant> take_assigned() = 0;
  virtual std::vector<GrantId> take_revoked() = 0;
  // Whether the grant holds at this very moment; asked before each emit. False is followed by a loss, or by true.
  virtual bool is_valid(GrantId grant) const = 0;

  // The shard's position has moved. At kShardEnd the grant is over, and its children may begin. Ignored for a
  // grant that is over.
  virtual void advance_to(GrantId grant, ShardPosition position) = 0;
  // ok: everything that advance_to() told is kept. Else what is not, and why.
  virtual Status saved() const = 0;

  // Saves what has moved, then hands over what is granted; advance() goes on with it until closed(). No more
  // grants come.
  virtual void begin_close() = 0;
  virtual bool closed() const = 0;

  // False while something that must be kept cannot be.
  virtual bool healthy() const = 0;
  virtual void stats(const MetricsSink& metrics) const = 0;
};

}  // namespace penstock::kinesis
