// Which batches are on their way, and what became of them: a batch that several outputs took is settled when the
// last of them has settled it, with the worst that happened to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "abi/penstock.h"

namespace penstock::host {

class FanInTracker {
 public:
  // A batch to be settled upstream.
  struct Settled {
    size_t input;     // as given to open()
    uint64_t ack_id;  // as given to open()
    int32_t outcome;  // PENSTOCK_DELIVERED, ...
  };

  // A batch has come from an input: returns its id, unique in the process and never 0. One reference is held, to
  // be given up by unref() or cancel() when the filters are done with it.
  uint64_t open(size_t input, uint64_t ack_id);

  // An output has taken the batch, or a piece of it: one more reference, for settle().
  void add(uint64_t id);

  // Makes the outcome at least as bad, without giving up a reference.
  void worsen(uint64_t id, int32_t outcome);

  // Gives up one reference. False: there is no such batch.
  bool settle(uint64_t id, int32_t outcome);

  // Gives up the reference of open(). A batch that no output took was filtered.
  void unref(uint64_t id) { settle(id, PENSTOCK_FILTERED); }

  // Forgets a batch that nobody took: the input was told so and emits it again.
  void cancel(uint64_t id) { open_.erase(id); }

  // Settles all that is open as given back.
  void release_all();

  // Those whose last reference is gone, in that order; they are forgotten here. into is replaced.
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
