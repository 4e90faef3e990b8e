// Tracks the batches in flight and their outcomes. A batch that several outputs accepted is settled when the last
// of them has settled it, with the worst outcome.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "abi/penstock.h"

namespace penstock::host {

class FanInTracker {
 public:
  // A batch to settle upstream.
  struct Settled {
    size_t input;     // the argument of open()
    uint64_t ack_id;  // the argument of open()
    int32_t outcome;  // PENSTOCK_DELIVERED, ...
  };

  // Adds a batch from an input, and returns its id, which is unique in the process and never 0. Holds one
  // reference until unref() or cancel(), which the caller calls after the filters.
  uint64_t open(size_t input, uint64_t ack_id);

  // Adds a reference for an output that accepted the batch or a piece of it; settle() drops it.
  void add(uint64_t id);

  // Makes the outcome at least as bad, without dropping a reference.
  void worsen(uint64_t id, int32_t outcome);

  // Drops one reference. Returns false if the id is unknown.
  bool settle(uint64_t id, int32_t outcome);

  // Drops the reference of open(). A batch that no output accepted was filtered.
  void unref(uint64_t id) { settle(id, PENSTOCK_FILTERED); }

  // Removes a batch that was rejected: the input emits it again.
  void cancel(uint64_t id) { open_.erase(id); }

  // Settles all open batches as released.
  void release_all();

  // Replaces into with the batches whose last reference was dropped, in that order, and removes them here.
  void take_settled(std::vector<Settled>& into);

  size_t in_flight() const { return open_.size(); }

 private:
  struct Open {
    size_t input;
    uint64_t ack_id;
    uint32_t references;
    int32_t worst;
  };

  uint64_t last_id_ = 0;
  std::unordered_map<uint64_t, Open> open_;
  std::vector<Settled> settled_;
};

}  // namespace penstock::host
