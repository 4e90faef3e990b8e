// Tracks received records until they are acknowledged or released: no record is acknowledged before everything of
// it is settled. A call that throws for lack of memory has changed nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "abi/penstock.h"
#include "base/status.h"
#include "core/aws/service_client.h"
#include "core/env.h"
#include "core/kinesis/dead_letter_file.h"
#include "core/kinesis/input/ack_table.h"
#include "core/kinesis/queue/entry_calls.h"
#include "core/kinesis/queue/queue_api.h"
#include "core/log_throttle.h"
#include "core/metrics_sink.h"

namespace penstock::kinesis {

// A record stays open while it is read, while batches of it are not settled, and while a dead letter of it is not
// on disk. Then it is acknowledged; or, if any part of it was released, it is made visible again. Until then, its
// visibility is extended, so that no other consumer receives it. A record whose visibility expires nevertheless
// belongs to another consumer: nothing more of it is emitted.
class InFlightRecords {
 public:
  struct Options {
    std::string queue;  // name for messages
    std::string queue_arn;
    int64_t stuck_warning_ms = 300'000;
    size_t max_table_bytes = 12 << 20;  // memory above which may_begin() returns false
  };

  // dead_letter_file: nullptr leaves records that become dead letters to the queue. REQUIRES: all references
  // outlive this object, which outlives the calls of the client.
  InFlightRecords(Env& env, aws::ServiceClient& client, LogThrottle& throttle, DeadLetterFile* dead_letter_file,
                  Options options);

  // Opens a record, to be read. It was requested at requested_boot_ms, by the boot clock, with that visibility
  // timeout.
  ReceiveNumber open(const QueueRecord& record, int64_t requested_boot_ms, int64_t visibility_timeout_s);
  // Undoes open(). The record becomes visible when its time has expired.
  void forget(ReceiveNumber number) { in_flight_.erase(number); }
  // Returns whether no other consumer can have received the record yet; checked before each emit.
  bool is_valid(ReceiveNumber number) const;
  // Notes that nothing more of the record will be emitted.
  void finish(ReceiveNumber number);
  // The same, and that the record must be received again.
  void abandon(ReceiveNumber number);
  // Makes a user record of it a dead letter for the reason why; or leaves the record to the queue.
  void fail(ReceiveNumber number, const Status& why, const penstock_batch& origin, std::string_view data);

  // Registers a batch that is about to be emitted, and returns the id to pass to ack().
  uint64_t issue(ReceiveNumber number);
  // Undoes issue(), because emit rejected the batch.
  void revoke(uint64_t ack_id);
  // Settles a batch. Returns false for an id that is not outstanding.
  bool ack(uint64_t ack_id, int32_t outcome);

  // Starts calls and writes dead letters that are due.
  void advance();
  int64_t next_deadline_ms() const;
  // Writes dead letters now.
  Status flush();
  // Begins a shutdown: nothing more may be emitted or settled. Records become visible from release_all() on only,
  // so that no call that is still under way receives them before.
  void begin_close();
  // Makes every record that is still open visible at once. REQUIRES: begin_close().
  void release_all();
  // Returns when records last became visible at once, by the monotonic clock; a time long ago if none did.
  int64_t last_visible_ms() const { return last_visible_ms_; }
  // Returns whether every record that was settled is acknowledged, and every other one is visible.
  bool closed() const { return acknowledging_.idle() && changing_visibility_.idle(); }

  // Returns whether there is room for another record: false while too many dead letters wait to be written, or
  // too many records are open.
  bool may_begin() const;
  size_t open_records() const { return in_flight_.size(); }
  size_t held_bytes() const;
  bool healthy() const { return dead_letters_written_ && acknowledging_.healthy(); }
  int64_t calls() const { return acknowledging_.calls() + changing_visibility_.calls(); }
  int64_t retries() const { return acknowledging_.retries() + changing_visibility_.retries(); }
  void stats(const MetricsSink& metrics) const;

 private:
  struct Received {
    std::string handle;
    std::string record_id;
    int64_t opened_ms = 0;   // monotonic
    int64_t visible_ms = 0;  // when it becomes visible, by the boot clock
    int64_t timeout_s = 0;   // the last one set
    uint32_t references = 1;
    bool is_released = false;   // never acknowledge it
    bool is_lost = false;       // the receipt handle is of no more use
    bool is_changing = false;   // a call sets its visibility, or is about to
    bool is_releasing = false;  // and makes it visible again
    bool is_settled = false;    // being acknowledged or made visible
  };
  struct Unflushed {
    ReceiveNumber receive;
    int64_t number;  // of the dead letter
  };
  using Entry = std::map<ReceiveNumber, Received>::iterator;

  void make_room();
  void release_reference(ReceiveNumber number);
  void settle(Entry entry);
  void make_visible(Entry entry);
  void extend(Entry entry, int64_t boot_ms);
  void scan(int64_t now_ms);
  void on_acknowledged(ReceiveNumber number, const Status& outcome);
  void on_visibility_changed(const EntryCalls::Entry& changed, const Status& outcome, int64_t sent_boot_ms);
  void log_lost(const Received& received, const Status& why) noexcept;
  void log_stuck(const Received* oldest, int64_t now_ms);
  size_t table_bytes() const;

  Env& env_;
  LogThrottle& throttle_;
  DeadLetterFile* const dead_letter_file_;
  const Options options_;
  std::map<ReceiveNumber, Received> in_flight_;  // in the order of their receive
  ReceiveNumber last_ = 0;
  size_t handle_bytes_ = 0;  // of the text of one record: the most so far
  AckTable acks_;
  EntryCalls acknowledging_;
  EntryCalls changing_visibility_;
  std::vector<Unflushed> unflushed_;  // open until their dead letters are on disk
  int64_t next_flush_ms_ = 0;
  int64_t next_scan_ms_ = kNever;
  bool dead_letters_written_ = true;  // result of the last flush()
  bool is_closing_ = false;
  int64_t last_visible_ms_ = INT64_MIN / 2;
  bool is_stuck_ = false;
  int64_t acknowledged_ = 0;
  int64_t released_ = 0;
  int64_t left_to_queue_ = 0;
  int64_t expired_ = 0;
};

}  // namespace penstock::kinesis
