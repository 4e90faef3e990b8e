#include "tests/sim/kcl_shard_consumer.h"

#include <utility>

#include "core/leases/lease.h"

namespace penstock::sim {

namespace {

constexpr int64_t kParentPollMs = 10'000;  // parentShardPollIntervalMillis
constexpr int64_t kTaskBackoffMs = 500;
constexpr uint64_t kDropsOneIn = 30;  // ShutdownTask.RETRY_RANDOM_MAX_RANGE

// Numbers are compared by length first. Names of initial positions are before all numbers.
bool is_before(const std::string& a, const std::string& b) {
  if (b[0] > '9') return false;
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

KclShardConsumer::KclShardConsumer(const KclWorkerParts& worker, const KclStream& stream,
                                   const KclLeaseRenewer::Held& held)
    : worker_(worker),
      stream_(stream),
      shard_id_(held.lease.shard_id.empty() ? held.lease.key : held.lease.shard_id),
      key_(held.lease.key),
      token_(held.token),
      parents_(held.lease.parents),
      state_(held.lease.checkpoint == kinesis::kShardEnd ? State::shutting_down : State::waiting_on_parents) {}

void KclShardConsumer::advance() {
  if (worker_.clock.unix_ms() < retry_ms_) return;
  try {
    if (state_ == State::waiting_on_parents)
      if (blocked())
        retry_ms_ = worker_.clock.unix_ms() + kParentPollMs;
      else
        state_ = State::initializing;
    else if (state_ == State::initializing)
      initialize();
    else if (state_ == State::shutting_down)
      shut_down();
  } catch (const KclError&) {
    retry_ms_ = worker_.clock.unix_ms() + kTaskBackoffMs;
  }
}

// A parent without a row blocks nothing.
bool KclShardConsumer::blocked() {
  for (const std::string& parent : parents_) {
    const auto row = worker_.kcl.get(stream_.lease_key(parent));
    if (row && row->checkpoint != kinesis::kShardEnd) return true;
  }
  return false;
}

void KclShardConsumer::initialize() {
  const auto row = worker_.kcl.get(key_);
  if (!row) throw KclError{"NullPointerException"};
  try {
    iterator_ = stream_.iterator_at(worker_.client, shard_id_, row->checkpoint);
    state_ = State::processing;
  } catch (const KclError& error) {
    if (error.code != "ResourceNotFoundException") throw;
    state_ = State::shutting_down;  // without children
  }
  last_known_.clear();
  saved_ = processed_ = {row->checkpoint, static_cast<uint64_t>(row->sub_sequence_number)};
  saved_ms_ = worker_.clock.unix_ms();
}

void KclShardConsumer::read() {
  if (state_ != State::processing) return;
  try {
    process(KclStream::get_records(worker_.client, iterator_));
  } catch (const KclError& error) {
    if (error.code == "ResourceNotFoundException") state_ = State::shutting_down;
    if (error.code != "ExpiredIteratorException") return;
    try {
      // Before its first record, KCL begins after the checkpoint instead of at it, and so skips the rest of an
      // aggregated record (KinesisDataFetcher.restartIterator). That loss is KCL's own, and is left out.
      iterator_ = last_known_.empty() ? stream_.iterator_at(worker_.client, shard_id_, saved_.sequence_number)
                                      : stream_.iterator_after(worker_.client, shard_id_, last_known_);
    } catch (const KclError&) {
      return;  // the next call finds the old iterator expired too
    }
  }
}

void KclShardConsumer::process(const KclRecords& read) {
  iterator_ = read.next_iterator;
  for (const KclRecord& record : read.records) {
    last_known_ = record.sequence_number;
    if (is_before(record.sequence_number, saved_.sequence_number)) continue;
    const bool begun = record.sequence_number == saved_.sequence_number;
    const uint64_t first = begun ? saved_.sub_sequence_number + 1 : 0;
    const uint64_t user_records = worker_.application(stream_, shard_id_, record, first);
    if (first < user_records) processed_ = {record.sequence_number, user_records - 1};
  }
  if (worker_.clock.unix_ms() >= saved_ms_ + worker_.checkpoint_ms) save();
  if (!iterator_.empty()) return;
  children_ = read.children;
  state_ = State::shutting_down;
}

void KclShardConsumer::save() {
  if (processed_ == saved_ || (state_ != State::processing && state_ != State::shutting_down)) return;
  try {
    if (!worker_.renewer.checkpoint(key_, token_, processed_.sequence_number,
                                    static_cast<int64_t>(processed_.sub_sequence_number)))
      return;
    saved_ = processed_;
    saved_ms_ = worker_.clock.unix_ms();
  } catch (const KclError&) {
    return;  // an application saves its position again after the next read
  }
}

// Creates the leases of the children, names them in the row, and only then writes the end.
void KclShardConsumer::shut_down() {
  const KclLeaseRenewer::Held* const held = worker_.renewer.find(key_);
  if (held == nullptr) {
    state_ = State::complete;
    return;
  }
  try {
    if (!children_.empty()) {
      if (!create_children()) throw KclError{"BlockedOnParentShardException"};
      std::vector<std::string> ids;
      for (const KclShard& child : children_) ids.push_back(child.id);
      Kcl2Lease copy = held->lease;
      worker_.kcl.set_children(copy, ids);
    }
    if (!worker_.cleanup.has(key_)) checkpoint_end(*held);
  } catch (const KclError& error) {
    if (error.code != "InvalidStateException") throw;
    worker_.renewer.drop(key_);
  }
  state_ = State::complete;
}

// Returns false if the child of a merge has to wait: of its parents, only one has a lease. Sooner or later the
// worker gives its own lease up.
bool KclShardConsumer::create_children() {
  if (children_.size() == 1) {
    const std::vector<std::string>& parents = children_[0].parents;
    if (parents.size() != 2) throw KclError{"InvalidStateException"};
    const bool one = worker_.kcl.get(stream_.lease_key(parents[0])).has_value();
    const bool other = worker_.kcl.get(stream_.lease_key(parents[1])).has_value();
    if (one != other && worker_.random.up_to(kDropsOneIn - 1) == 0) throw KclError{"InvalidStateException"};
    if (one != other) return false;
  }
  for (const KclShard& child : children_)
    if (!worker_.kcl.get(stream_.lease_key(child.id))) worker_.kcl.create(stream_.new_lease(child));
  return true;
}

void KclShardConsumer::checkpoint_end(const KclLeaseRenewer::Held& held) {
  const KclEndedLease ended = {&stream_, shard_id_, held.lease};
  const auto row = worker_.kcl.get(key_);
  if (!row) throw KclError{"InvalidStateException"};
  if (row->checkpoint != kinesis::kShardEnd &&
      !worker_.renewer.checkpoint(key_, token_, std::string(kinesis::kShardEnd), 0)) {
    if (children_.empty()) worker_.cleanup.enqueue(ended);
    throw KclError{"CustomerApplicationException"};
  }
  worker_.cleanup.enqueue(ended);
}

}  // namespace penstock::sim
