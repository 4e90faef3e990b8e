// Records that can never be delivered, on their way to the dead-letter file.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/env.h"
#include "core/kinesis/dead_letter_file.h"
#include "core/kinesis/output/writer_batch.h"

namespace penstock::kinesis {

// Queue of dead letters. REQUIRES: a record stays valid until advance() returns it; all references outlive this
// object.
class DeadLetters {
 public:
  DeadLetters(Env& env, DeadLetterFile& dead_letter_file) : env_(env), dead_letter_file_(dead_letter_file) {}

  // Queues a record. reason is a sentence for a person: what the record has, and what is allowed.
  void add(WriterRecord& record, std::string reason) { added_.push_back({&record, std::move(reason)}); }

  // Writes queued records to the dead-letter file, about 4 MiB of lines at a time. Returns the records that are in
  // it, fsynced. While it cannot be written, the others are retried at next_deadline_ms().
  std::vector<WriterRecord*> advance();
  int64_t next_deadline_ms() const { return std::min(next_flush_ms(), dead_letter_file_.next_log_ms()); }
  bool stuck() const { return failures_in_a_row_ > 0; }
  void clear();

 private:
  struct Added {
    WriterRecord* record;
    std::string reason;
  };

  struct Unflushed {
    WriterRecord* record;
    int64_t number;  // of the dead letter
  };

  int64_t next_flush_ms() const { return added_.empty() && unflushed_.empty() ? kNever : due_ms_; }

  Env& env_;
  DeadLetterFile& dead_letter_file_;
  std::deque<Added> added_;           // not passed to dead_letter_file_ yet
  std::vector<Unflushed> unflushed_;  // passed to dead_letter_file_, not on disk yet
  int failures_in_a_row_ = 0;
  int64_t due_ms_ = 0;
};

}  // namespace penstock::kinesis
