// The plan of one run of the simulator: every random decision that is made in advance, from a seed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/kinesis/input/shard_position.h"
#include "core/kinesis/output/aggregator.h"
#include "tests/model_kinesis/faults.h"
#include "tests/model_kinesis/stream.h"
#include "tests/sim/sim_files.h"
#include "tests/sim/sim_transport.h"

namespace penstock::simulator {

// An event that happens to the deployment at a certain time and is undone after another time.
struct Event {
  enum class Kind {
    kill,           // a process dies; its machine starts another one afterwards
    crash,          // its machine loses power: what was not synced is lost
    die_writing,    // a process dies in the middle of its next write to its disk
    crash_writing,  // and its machine loses power at the same moment
    stop,           // a process shuts down
    freeze,         // a process is stopped, and later continues without noticing
    cut_input,      // the network of an input is cut: all of it, or only the connection to the table
    cut_table,
    cut_output,
    fill_disk,   // a machine's disk accepts a few more lines, then nothing
    fail_syncs,  // every fsync of a machine fails
    storm,       // both services reject most calls
    split,       // the widest open shard of an input stream
    merge,       // two adjacent shards of the stream with the most open shards
    split_out,   // the widest open shard of "out"
    expire_iterators,
    replace_keys,    // a machine's keys to the services are replaced
    suspend,         // a machine sleeps: its monotonic clock stops while the world continues
    skew_clock,      // a machine's wall clock is wrong
    hide,            // GetRecords returns none of the existing records
    never_end,       // GetRecords never reports that everything was read
    reject,          // a host accepts no batch from its input
    trim,            // retention passes the older half of each shard's records
    distribute_in,   // the service chooses the shards of new records of the input streams; for_ms 0: it goes on
    distribute_out,  // the same of the output stream
    // The same of a worker of KCL, where `machine` is its number.
    kill_kcl,
    stop_kcl,
    freeze_kcl,
    // All processes, or all workers of KCL, end, and the others continue alone.
    leave,
    leave_kcl,
  };
  int64_t at_ms = 0;   // since the beginning
  int64_t for_ms = 0;  // after which it is undone, if possible
  Kind kind = Kind::kill;
  size_t machine = 0;
  int64_t by_ms = 0;  // of skew_clock
  bool dies = false;  // of leave and leave_kcl; otherwise by a shutdown

  friend bool operator==(const Event&, const Event&) = default;
};

std::string_view name_of(Event::Kind kind);

inline constexpr std::array<const char*, 2> kSourceStreams = {"in", "second"};

struct Plan {
  uint64_t seed = 0;

  // The deployment.
  bool leases = false;            // otherwise one process keeps its positions in a file
  size_t machines = 1;            // each with one process at a time
  size_t streams = 1;             // that are read: the first ones of kSourceStreams
  int64_t second_created_ms = 0;  // when the second of them is created, since the beginning
  uint32_t shards_in = 1;         // of each
  uint32_t shards_out = 1;
  int64_t list_shards_page = 1000;
  model::CapacityMode mode = model::CapacityMode::provisioned;  // of all streams

  // Workers of the Kinesis Client Library on the same lease table.
  size_t kcl_workers = 0;
  int64_t kcl_start_ms = 0;          // since the beginning
  size_t kcl_max_leases = SIZE_MAX;  // of each
  int64_t kcl_checkpoint_ms = 0;     // how often their applications save their positions; 0: after each read

  // A queue on the only input stream, which any number of processes read without leases and positions.
  bool queue = false;
  int64_t visibility_timeout_s = 30;
  int64_t max_receive_count = 6;  // 0: no dead-letter handling
  size_t max_records_in_flight = 120'000;
  bool leaves_dead_letters = false;  // on_failure queue
  // Nothing makes receives, acknowledgments, and changes of the visibility fail for long. Then only a process that
  // ends causes a record to be received again.
  bool calls_succeed = false;

  // The application's initial position, and when its first process may start; both since the beginning.
  kinesis::InitialPosition::Kind initial = kinesis::InitialPosition::Kind::trim_horizon;
  int64_t initial_ms = 0;  // of at_timestamp
  int64_t first_start_ms = 0;

  // Of the inputs.
  int64_t poll_interval_ms = 1000;
  int64_t checkpoint_interval_ms = 5000;
  int64_t failover_ms = 10'000;
  size_t input_mem_bytes = 24 << 20;
  size_t max_records = 10'000;
  std::optional<int64_t> input_retry_limit;
  std::optional<int64_t> input_max_age_ms;

  // Of the outputs.
  bool per_key = false;
  kinesis::Aggregator::Options aggregator;
  std::string partition_key = "log_stream";
  int64_t linger_ms = 100;
  size_t output_mem_bytes = 24 << 20;
  size_t max_record_bytes = 1 << 20;
  std::optional<int64_t> output_retry_limit;
  std::optional<int64_t> output_max_age_ms;
  uint64_t dead_letter_file_bytes = 64 << 20;

  // What is put: records of some events each, in key_streams, each of which is a log stream and a partition key.
  size_t key_streams = 1;
  size_t events = 100;
  size_t max_events_per_record = 1;
  size_t max_event_bytes = 100;
  int64_t load_ms = 20'000;     // how long it takes to put everything
  double aggregated_share = 0;  // of the records: by the KPL
  double garbage_share = 0;     // gzip data that cannot be inflated
  double raw_share = 0;         // not subscription messages
  double left_out_share = 0;    // of the events: of a kind that the filter leaves out
  double too_large_share = 0;   // of the events: longer than max_record_bytes
  double keyless_share = 0;     // of the records, while the service chooses their shards: without a partition key

  // What goes wrong.
  int64_t min_latency_ms = 2, max_latency_ms = 10;
  model::FaultRates kinesis, dynamodb;
  int64_t stale_ms = 0;              // of reads of the table
  int64_t list_shards_lag_ms = 0;    // the maximum age of a list of shards
  bool omits_child_shards = false;   // as some emulators do
  bool denies_descriptions = false;  // of streams
  sim::NetworkFaults network;
  sim::FileFaults files;
  double rejected_share = 0;        // of the batches that an input offers to its host
  size_t reshards_at_handover = 0;  // how often a shard is split when its lease gets a new owner
  std::vector<Event> chaos_events;  // by time
  int64_t calm_ms = 0;              // from then on, nothing goes wrong
};

// Each aspect has its own random numbers, so that one more draw in one of them does not change the others of a
// seed. A plan of an earlier edition leaves out what is newer, so that a seed that is kept remains the same run.
inline constexpr int kEdition = 6;
Plan draw_plan(uint64_t seed, int edition = kEdition);

// A description for people, of several lines.
std::string to_text(const Plan& plan);

}  // namespace penstock::simulator
