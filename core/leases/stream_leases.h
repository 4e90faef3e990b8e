// The leases of one stream, from the last scan and our own writes since, together with the list of its shards:
// what to create, delete and read, and where to begin. Pure logic, without calls.
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
  // alone: the application reads only this stream, so the keys of the table are shard ids; otherwise they begin
  // with account:stream:creationEpoch. A lease counts as missing only after it was missing for failover_ms: before
  // that, its owner, if there is one, creates it again at the position that it knows.
  StreamLeases(bool alone, kinesis::InitialPosition initial, int64_t failover_ms)
      : alone_(alone), initial_(initial), failover_ms_(failover_ms) {}
  StreamLeases(const StreamLeases&) = delete;
  StreamLeases& operator=(const StreamLeases&) = delete;

  // Like Assignment::on_shards_listed(). boot_ms: when the list arrived.
  void on_shards_listed(const kinesis::StreamIdentity& identity, const std::vector<kinesis::ShardInfo>& shards,
                        int64_t start_ms, int64_t boot_ms);
  // Begins a scan, whose rows come with on_scanned(). Returns whether its reads must be consistent: the stream is
  // listed and no scan has shown a lease of it, so this scan decides whether the application starts for the first
  // time.
  bool begin_scan() { return scan_decides_start_ = listed_boot_ms_ && !had_leases_; }
  // Takes all rows of the table, whatever their streams. Ignored before the first list.
  void on_scanned(const std::vector<Lease>& rows, int64_t boot_ms);
  // Take the result of one of our own writes since the last scan.
  void on_row(const Lease& row);
  void on_row_deleted(const std::string& shard_id);

  // Returns Code::config if the rows belong to another stream than the listed one; then no shard may be read.
  const Status& problem() const { return problem_; }
  // Returns whether the stream is listed, scanned and without a problem. Before that, the results of the methods
  // below mean nothing.
  bool known() const { return listed_boot_ms_ && scanned_boot_ms_ && problem_.ok(); }
  const kinesis::StreamIdentity& identity() const { return identity_; }
  // Returns the prefix of its lease keys, once it is listed: account:stream:creationEpoch; "" if it is alone.
  const std::string& stream_id() const { return stream_id_; }
  const LeasesByShard& leases() const { return leases_; }
  // Returns text for a log message: its shards, and where reading begins.
  std::string start() const;

  // Returns the shard of a lease, from the list or from its row; nullopt if no worker can read it (any more).
  std::optional<kinesis::ShardInfo> shard(const std::string& shard_id) const;
  bool may_begin(const std::string& shard_id) const { return graph().may_begin(shard_id); }
  // Returns where the row's owner begins to read. REQUIRES: the row has what beginning_of() adds.
  static kinesis::ReadFrom read_from(const Lease& row);
  // Returns what a worker must write when it takes the row: which stream it belongs to, and when reading began if
  // its checkpoint is LATEST or AT_TIMESTAMP, so that reading begins there again after a crash before the first
  // checkpoint.
  LeaseChange beginning_of(const Lease& row) const;

  // Returns whether another scan is needed to decide if the application starts for the first time: no rows were
  // found so far, but the last scan is from before the list, and another worker may have created some in between.
  bool start_is_undecided() const { return known() && !had_leases_ && !starts_; }
  // Returns the leases to create, as of boot_ms. At the first start, that is at once; later, only if they were
  // missing for failover_ms and a list since then still has their shards.
  std::vector<Lease> missing(int64_t boot_ms);
  // Return the leases of a shard's children; none while they are not listed, or while another parent of one of
  // them lacks its lease.
  std::vector<Lease> children_of(const std::string& shard_id) const;
  std::vector<Lease> child_leases(const std::vector<kinesis::ShardInfo>& children) const;
  // Returns the leases that this worker must delete: finished ones if it owns a child, so that not all workers
  // try; and those whose shards have left the stream's retention unread.
  std::vector<Lease> obsolete(const std::string& worker) const;

 private:
  const ShardGraph& graph() const;
  Status name_stream();
  Status problem_of(const Lease& row) const;
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
  bool scan_decides_start_ = false;  // the scan in flight
  bool starts_ = false;              // the application reads the stream for the first time
  std::map<std::string, int64_t> missing_since_boot_ms_;
  // For each lease whose shard is not listed: arrival of the first list without the shard.
  std::map<std::string, int64_t> unlisted_since_boot_ms_;
  mutable std::optional<ShardGraph> graph_;  // nullopt: shards or leases have changed
};

}  // namespace penstock::leases
