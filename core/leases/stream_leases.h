// The leases of one stream, as the last scan and our own writes since show them, beside the list of its shards:
// what is to be made, deleted and read, and from where. Nothing here writes or waits.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "core/kinesis/input/assignment.h"
#include "core/leases/lease.h"
#include "core/leases/lease_table.h"
#include "core/leases/shard_graph.h"

namespace penstock::leases {

class StreamLeases {
 public:
  // alone: the application reads this stream only, so that the table's keys are shard ids; otherwise they begin
  // with account:stream:creationEpoch. A lease counts as missing when it was for failover_ms: its owner, if there
  // is one, makes it anew before that, at the position it knows.
  StreamLeases(bool alone, kinesis::InitialPosition initial, int64_t failover_ms)
      : alone_(alone), initial_(initial), failover_ms_(failover_ms) {}
  StreamLeases(const StreamLeases&) = delete;
  StreamLeases& operator=(const StreamLeases&) = delete;

  // As Assignment::listed(). boot_ms is when the list came.
  void on_shards_listed(const kinesis::StreamIdentity& identity, const std::vector<kinesis::ShardInfo>& shards,
                        int64_t start_ms, int64_t boot_ms);
  // Begins a scan, whose rows come by on_scanned(). Returns whether its reads have to be consistent: the stream is
  // listed and no scan has shown a lease of it, so that this one decides whether the application starts for the
  // first time.
  bool begin_scan() { return scan_decides_start_ = listed_boot_ms_ && !had_leases_; }
  // All rows of the table, of whatever stream. Passed over before the first list.
  void on_scanned(const std::vector<Lease>& rows, int64_t boot_ms);
  // What a write of ours has shown since.
  void on_row(const Lease& row);
  void on_row_deleted(const std::string& shard_id);

  // Code::config where the rows are of another stream than the one that was listed: nothing of it may be read.
  const Status& problem() const { return problem_; }
  // Listed, scanned, and no problem. Before that there is nothing to ask below.
  bool known() const { return listed_boot_ms_ && scanned_boot_ms_ && problem_.ok(); }
  const kinesis::StreamIdentity& identity() const { return identity_; }
  // What the keys of its leases begin with, once it is listed: account:stream:creationEpoch; "" where it is alone.
  const std::string& stream_id() const { return stream_id_; }
  const LeasesByShard& leases() const { return leases_; }
  // For people: its shards, and where they are read from.
  std::string start() const;

  // The shard of a lease, listed or as its row says; none where nobody can read it (any more).
  std::optional<kinesis::ShardInfo> shard(const std::string& shard_id) const;
  bool may_begin(const std::string& shard_id) const { return graph().may_begin(shard_id); }
  // Where its owner begins. The row has what beginning_of() adds.
  static kinesis::ReadFrom read_from(const Lease& row);
  // What whoever takes the row has to write to it: which stream it is of, and when reading began where it says
  // LATEST or AT_TIMESTAMP, so that a crash before the first checkpoint begins there again.
  LeaseChange beginning_of(const Lease& row) const;

  // Whether it takes another scan to know if the application starts for the first time: no rows were shown, but by
  // a scan from before the list, and another worker may have made some in between.
  bool start_is_undecided() const { return known() && !had_leases_ && !starts_; }
  // Leases to make, as of boot_ms. Those of the first start at once, others when they were missing for a while and
  // a list since then still has their shards.
  std::vector<Lease> missing(int64_t boot_ms);
  // The leases of a shard's children; none while they are not listed.
  std::vector<Lease> children_of(const std::string& shard_id) const;
  // Leases that worker shall delete: finished ones, by the owner of a child so that not all try; and those whose
  // shards have left the stream's retention unread.
  std::vector<Lease> obsolete(const std::string& worker) const;

 private:
  const ShardGraph& graph() const;
  Status name_stream();
  Status judged(const Lease& row) const;
  Lease new_lease(const kinesis::ShardInfo& shard, bool begins_stream) const;
  int64_t latest_start_ms() const;
  bool expired(const std::string& shard_id) const;

  bool alone_;
  kinesis::InitialPosition initial_;
  int64_t failover_ms_;

  kinesis::StreamIdentity identity_;
  std::string stream_id_;  // "" in a table of one stream
  int64_t start_ms_ = 0;   // of the first list
  ListedShards shards_;
  std::optional<int64_t> listed_boot_ms_, scanned_boot_ms_;
  Status problem_;

  LeasesByShard leases_;
  bool had_leases_ = false;
  bool scan_decides_start_ = false;  // the scan under way
  bool starts_ = false;              // for the first time
  std::map<std::string, int64_t> missing_since_boot_ms_;
  std::map<std::string, int64_t>
      unlisted_since_boot_ms_;               // leases whose shards were not in the list that came then
  mutable std::optional<ShardGraph> graph_;  // none: shards or leases have changed
};

}  // namespace penstock::leases
