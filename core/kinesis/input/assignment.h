// Which shards an instance reads, where it starts, and where it saves its positions.
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

// Time after which a shard that no list contains has expired. Before that, it may just be newer than the list.
inline constexpr int64_t kExpiredMs = 300'000;

// One period of reading one shard. Greater than 0, and never reused in a process.
using GrantId = uint64_t;

struct Grant {
  GrantId id = 0;
  size_t stream = 0;  // its index among the streams of the instance
  ShardInfo shard;
  ReadFrom from;
};

// Assignment of shards to an instance [instance-thread]. LocalAssignment grants all shards and saves their
// positions in a file; LeaseCoordinator divides the shards among many instances with leases in a table.
//
// A shard is granted when all of its parents are at kShardEnd, so that the records of each partition key stay in
// order. A grant ends with advance_to(kShardEnd), or when it is revoked: then take_revoked() returns it.
class Assignment {
 public:
  virtual ~Assignment() = default;

  // Takes the complete list of a stream's shards. start_ms is what "latest" means if this is the first list of the
  // stream: the service's time, or the stream's creation time if it was created while we waited for it. If the
  // result is not ok, nothing of the stream may be read. Code::config: by its creation time, it is not the stream
  // whose positions are saved; the message names both streams and the command that fixes it. Retryable code:
  // something could not be saved; call again soon.
  virtual Status on_shards_listed(size_t stream, const StreamIdentity& identity,
                                  const std::vector<ShardInfo>& shards, int64_t start_ms) = 0;

  // Takes the children of a shard that was read to its end, as its last response had them; before advance_to()
  // moves the shard to its end. Returns false if the stream must be listed to find them, because they are not all
  // of the children, or have a parent that is not known yet.
  virtual bool on_children_found(GrantId grant, const std::vector<ShardInfo>& children) = 0;

  // Starts what is due: saves, renewals, scans. Their results arrive inside transport.drive().
  virtual void advance() = 0;
  // Returns when to call advance() again; kNever if nothing is due.
  virtual int64_t next_deadline_ms() const = 0;

  // Return the grants, and the revoked grants, since the last call. REQUIRES: nothing more of a revoked grant is
  // emitted or settled.
  virtual std::vector<Grant> take_assigned() = 0;
  virtual std::vector<GrantId> take_revoked() = 0;
  // Returns whether the grant is valid at this very moment; checked before each emit. After false, the grant is
  // either revoked or becomes valid again.
  virtual bool is_valid(GrantId grant) const = 0;

  // Moves the shard's position. At kShardEnd the grant ends, and the shard's children can be granted. Does nothing
  // if the grant has ended.
  virtual void advance_to(GrantId grant, ShardPosition position) = 0;
  // Returns ok if every position passed to advance_to() is saved, or else an error that says what is not, and why.
  virtual Status saved() const = 0;

  // Starts the shutdown: saves positions that have moved, then releases the grants. No more shards are granted.
  // Call advance() until closed().
  virtual void begin_close() = 0;
  virtual bool closed() const = 0;

  // Returns false while something that must be saved cannot be.
  virtual bool healthy() const = 0;
  virtual void stats(const MetricsSink& metrics) const = 0;
};

}  // namespace penstock::kinesis
