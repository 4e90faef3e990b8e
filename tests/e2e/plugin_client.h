// A client of the C ABI: opens libpenstock.so and drives an input, a filter and an output as a host does, but with
// a deadline, and keeps everything that passes through.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/penstock.h"

namespace penstock::e2e {

using OptionList = std::vector<std::pair<std::string, std::string>>;

// Returns the path of libpenstock.so that was built, or the value of the environment variable
// PENSTOCK_TEST_LIBRARY.
std::string library_path();

// Returns the stage of that kind and ID of the plugin under test; ends the test program if not found.
const penstock_stage& stage(int32_t kind, std::string_view id);

// An instance of a stage. An error from create() ends the test program with the plugin's message.
class Instance {
 public:
  Instance(int32_t kind, std::string_view id, const OptionList& options);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const penstock_stage* operator->() const { return stage_; }
  penstock_instance* get() const { return self_; }
  int64_t stat(std::string_view name) const;  // -1 if no counter has that name
  const std::vector<std::string>& log() const { return log_; }

 private:
  static void add_to_log(void* ctx, int32_t level, penstock_bytes text);

  const penstock_stage* stage_;
  penstock_instance* self_ = nullptr;
  std::vector<std::string> log_;
};

// What the input emitted, in order.
struct EmittedEvent {
  std::string shard_id;
  std::string sequence_number;
  std::string event_id;
};

// input -> lambda_logs -> output on one thread.
class Pipeline {
 public:
  Pipeline(const OptionList& input_options, const OptionList& output_options);

  // Drives the pipeline until done() or the deadline (seconds from now). Returns true if done() came first.
  bool run_until(const std::function<bool()>& done, int seconds);
  // Closes it cleanly: the output settles what it can, then the input saves its checkpoint.
  void close();

  Instance& input() { return input_; }
  Instance& output() { return output_; }
  const std::vector<EmittedEvent>& emitted() const { return emitted_; }
  size_t in_flight() const { return joins_.size(); }

 private:
  struct Join {
    uint64_t input_ack_id;
    int holds;
    int32_t outcome;
  };
  static int32_t from_input(void* ctx, const penstock_batch* batch);
  static int32_t from_filter(void* ctx, const penstock_batch* batch);
  static void settled(void* ctx, uint64_t ack_id, int32_t outcome);
  void settle(uint64_t id, int32_t outcome);
  void step();

  Instance input_;
  Instance filter_;
  Instance output_;
  bool full_ = false;
  uint64_t next_id_ = 1;
  std::map<uint64_t, Join> joins_;
  std::vector<std::pair<uint64_t, int32_t>> acks_;
  std::vector<EmittedEvent> emitted_;
};

}  // namespace penstock::e2e
