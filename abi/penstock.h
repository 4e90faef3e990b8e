/* Penstock: the stable C ABI between a log agent (the "host") and libpenstock.so.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Usage
 *   Open libpenstock.so with dlopen(), look up "penstock_module_v1", and call it. It returns a constant module: a
 *   list of stages, each an input, a filter, or an output. create() makes an instance of a stage from options. The
 *   host then drives the instance: it polls an input, applies a filter, and writes to and pumps an output.
 *
 * Who calls, and on which thread: the tag at the start of a function's comment
 *   [thread-safe]      The host calls it, on any thread, at any time, also while other calls are running.
 *   [instance-thread]  The host calls it, one call at a time per instance. Each call may be on another thread.
 *                      Calls on one instance never nest: a callback must not call the instance that called it.
 *   [callback]         The host implements it. The library calls it only during a call from the host, on the
 *                      thread of that call.
 *   The library starts no threads, except for short-lived ones of libcurl's name resolver.
 *
 * In which states: the second tag
 *   [open]             from create() to close()
 *   [closed]           from close() to destroy()
 *
 * Rules for every call
 *   Borrowing   Everything passed, in either direction, is borrowed until the call returns. A callee that
 *               needs a byte for longer copies it. The library hands over ownership of instances and ledgers
 *               only; destroy() and close() free them.
 *   Growing     Every struct that is passed by address starts with struct_size, which its creator sets to its
 *               own sizeof. An array of structs comes with a stride, the bytes from one element to the next.
 *               Fields are only appended, and are read only if the size or stride covers them. Constants are
 *               never renumbered. Only penstock_bytes has no struct_size: it never changes.
 *   Optional    A function is not available if its pointer is NULL or is not covered by struct_size.
 *   Misuse      A NULL where none is allowed, a struct that is too small, or a call in the wrong state or from
 *               a second thread returns a PENSTOCK_E_ code if the library can detect it, and changes nothing.
 *   Results     int32_t: 0 is success; > 0 is a state to act on; < 0 is a failure, with details in *error.
 *   Time        A deadline is a point in time, in milliseconds on the instance's monotonic clock. That is
 *               CLOCK_MONOTONIC, or the host's clock if it provides one. Deadline 0 is in the past: the call
 *               does what it can without waiting, and returns.
 *   Exceptions  No exception leaves the library. A callback must not throw one through it.
 */
#ifndef PENSTOCK_H
#define PENSTOCK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Results ------------------------------------------------------------------------------------------ */

enum {
  PENSTOCK_OK = 0,
  PENSTOCK_FULL = 1,        /* the batch was accepted; send no more until pump() has made room */
  PENSTOCK_END = 2,         /* an input never emits again, or an output accepts nothing more */
  PENSTOCK_E_INVALID = -1,  /* a NULL, size, or value that this header does not allow */
  PENSTOCK_E_STATE = -2,    /* not allowed in this state, for example after close() */
  PENSTOCK_E_BUSY = -3,     /* another call on this instance is running: around this one, or on another thread */
  PENSTOCK_E_OPTIONS = -4,  /* an option is unknown, missing, or has an invalid value */
  PENSTOCK_E_MEMORY = -5,   /* out of memory; batches already emitted or settled remain so; repeat the call */
  PENSTOCK_E_IO = -6,       /* a file or the network failed; the instance keeps retrying on its own */
  PENSTOCK_E_INTERNAL = -7, /* a bug in the library; please report *error */
  PENSTOCK_E_DATA = -8      /* data that can never be parsed; everything else was processed */
};

/* The outcome of a batch, passed from the output or the host to the input. */
enum {
  PENSTOCK_DELIVERED = 1,     /* the destination has every record */
  PENSTOCK_FILTERED = 2,      /* the filters dropped every record on purpose */
  PENSTOCK_DEAD_LETTERED = 3, /* some records are in the dead-letter file, fsynced; the others are delivered */
  PENSTOCK_RELEASED = 4       /* some record is neither; the input must not count the batch as done */
};

enum { PENSTOCK_INPUT = 1, PENSTOCK_FILTER = 2, PENSTOCK_OUTPUT = 3 };

enum { PENSTOCK_LOG_ERROR = 1, PENSTOCK_LOG_WARN = 2, PENSTOCK_LOG_INFO = 3, PENSTOCK_LOG_DEBUG = 4 };

/* A byte string, not NUL-terminated. data may be NULL if size is 0. Text is UTF-8 unless a comment says otherwise.
 * It is passed by value and is the only struct without struct_size, because its layout never changes. */
typedef struct penstock_bytes {
  const char *data;
  size_t size;
} penstock_bytes;

/* The details of a failure. The caller owns the struct and sets struct_size. A call writes it if it fails, and
 * otherwise leaves it untouched. Every call accepts NULL for error. text is NUL-terminated, truncated if it is too
 * long, and never contains a secret. Control characters from hostile input are escaped in it. */
typedef struct penstock_error {
  uint32_t struct_size;
  int32_t code;      /* return value of the call */
  int32_t retryable; /* 1: the same call may succeed later; 0: something must change first */
  char text[1012];   /* what failed, on what, the value, what is allowed, and what to do */
} penstock_error;

/* ---- Data --------------------------------------------------------------------------------------------- */

enum {
  PENSTOCK_RECORD_JSON = 1u,            /* body is one JSON object in UTF-8, without a newline */
  PENSTOCK_RECORD_TIME_IS_ARRIVAL = 2u, /* the event has no time of its own; time_ms is its arrival time */
  PENSTOCK_RECORD_UNREADABLE = 4u       /* an output writes it to its dead-letter file instead of sending it */
};

/* One log event. */
typedef struct penstock_record {
  int64_t time_ms;     /* time of the event, Unix time */
  penstock_bytes id;   /* ID of the event, the same after a retry or a restart; may be empty */
  penstock_bytes key;  /* partition key for this record; if empty, the output chooses one */
  penstock_bytes body; /* raw bytes before the filter; after it, the format that flags states */
  uint32_t flags;      /* PENSTOCK_RECORD_ bits; unknown bits are passed on unchanged */
  uint32_t reserved;   /* 0 */
  /* Read only if record_stride covers it. */
  penstock_bytes extracted_fields; /* JSON object of the fields that CloudWatch extracted from the event,
                                      unchanged; may be empty */
} penstock_record;

/* Records of one origin, in order. Unknown fields are empty or 0. */
typedef struct penstock_batch {
  uint32_t struct_size;
  uint32_t record_stride; /* bytes from one record to the next; at least 64 and a multiple of 8 */
  uint64_t ack_id;        /* identifies the batch when it is settled; filters pass it on unchanged */
  const penstock_record *records;
  uint64_t record_count;
  penstock_bytes log_group;
  penstock_bytes log_stream;
  penstock_bytes owner;           /* AWS account of the log group */
  penstock_bytes region;          /* AWS region of the log group; if unknown, of the stream */
  penstock_bytes stream;          /* Kinesis stream that it was read from; if that is unknown, ID of the queue */
  penstock_bytes shard_id;        /* empty if it was received from a queue */
  penstock_bytes sequence_number; /* of the source record; from a queue, its RecordId, the same in each delivery */
  uint64_t sub_sequence_number;   /* index, from 0, of the user record in a KPL-aggregated source record */
  penstock_bytes partition_key;   /* of the source record, or of the user record in it; empty if it has none, which
                                     is possible in a stream whose shards the service chooses */
  int64_t arrival_time_ms;        /* time at which Kinesis accepted the source record, Unix time */
  /* Read only if struct_size covers it. */
  penstock_bytes
      central_log_group; /* log group to which CloudWatch copied the records from log_group, and from
                            which they were sent; empty if they were not copied, or the name is the same */
} penstock_batch;

/* [callback] Receives a batch from an input or a filter, during poll() or apply(). batch and everything that it
 * points to remain valid until the callback returns. Returns
 *   PENSTOCK_OK    accepted;
 *   PENSTOCK_FULL  accepted; poll() of the input returns after this batch;
 *   < 0            rejected; the input emits the batch again later, and a filter stops and returns the code. */
typedef int32_t (*penstock_emit_fn)(void *ctx, const penstock_batch *batch);

/* [callback] Receives the outcome of a batch, during pump() of an output: once for each write() that accepted the
 * batch. Also used by settled() of a ledger. outcome is PENSTOCK_DELIVERED, PENSTOCK_DEAD_LETTERED, or
 * PENSTOCK_RELEASED. */
typedef void (*penstock_settled_fn)(void *ctx, uint64_t ack_id, int32_t outcome);

/* ---- Options and statistics --------------------------------------------------------------------------- */

/* An option as the host passes it. Keys are not case-sensitive. Values are text, as in a conf file. */
typedef struct penstock_option {
  penstock_bytes key;
  penstock_bytes value;
} penstock_option;

/* An option as the stage documents it. It is constant, its texts are NUL-terminated, and it remains valid while
 * the library is loaded. */
typedef struct penstock_option_info {
  const char *name;
  const char *type; /* "text", "list" (comma-separated texts), "path" (of a file), "size", "duration", or the
                       allowed words, such as "on|off" or "memory|file:PATH" */
  const char *default_value; /* NULL if the option has no default; see required */
  const char *help;
  int32_t required; /* 1: create() fails without this option */
  int32_t reserved; /* 0 */
} penstock_option_info;

/* [callback] Receives one problem that check() found. option_index is the option's index in the array of options,
 * or option_count if the problem is not in one option, such as a missing required option. error remains valid
 * until the callback returns. */
typedef void (*penstock_problem_fn)(void *ctx, size_t option_index, const penstock_error *error);

enum {
  PENSTOCK_COUNTER = 1,  /* only grows, from 0 when the instance is created; one with labels may disappear, and may
                            return at 0 */
  PENSTOCK_GAUGE = 2,    /* a current level */
  PENSTOCK_HISTOGRAM = 3 /* how observed values are distributed, since the instance was created */
};

/* A label of a statistic, such as shard="shardId-000000000000". */
typedef struct penstock_label {
  const char *name;     /* [a-z][a-z0-9_]*, such as "stream", "shard", "operation", or "code"; constant */
  penstock_bytes value; /* printable UTF-8 */
} penstock_label;

/* The values of a histogram, in the unit of its statistic. Bucket i counts the observations that are at most
 * upper_bounds[i] and greater than upper_bounds[i - 1]. The last bucket, without a bound, counts all greater ones.
 */
typedef struct penstock_histogram {
  uint32_t struct_size;
  uint32_t bucket_count;       /* buckets with a bound; at least 1 */
  const int64_t *upper_bounds; /* bucket_count increasing bounds; always the same for statistics of one name */
  const int64_t *counts;       /* bucket_count + 1 numbers of observations, not cumulative */
  int64_t sum;                 /* of all observations */
} penstock_histogram;

/* The value of a counter, gauge, or histogram. A host ignores a kind that it does not know.
 *
 * A name is stable: it means the same in every stage of a kind and in every later version, and always has the same
 * kind, unit, and names of labels. Name and labels together are unique in a call of stats(). A statistic without a
 * value, such as the expiry of credentials that never expire, is not reported.
 *
 * Names are made for Prometheus, so that every host that exports them gives them the same name there:
 *   penstock_<input, filter, or output>_<name>
 * with "_total" after the name of a counter. If the unit is "ms", the "_ms" at the end of the name is replaced by
 * "_seconds", and the values, bounds, and sum are divided by 1000. For example, "shard_lag_ms" of an input is
 * penstock_input_shard_lag_seconds. Any other unit is part of the name already, where it says more than the name.
 * The host adds a label for the instance, named "stage". The stages use no label of this name. */
typedef struct penstock_stat {
  uint32_t struct_size;
  int32_t kind;     /* PENSTOCK_COUNTER, PENSTOCK_GAUGE, or PENSTOCK_HISTOGRAM */
  const char *name; /* [a-z][a-z0-9_]*, for example "received_records"; constant */
  const char *unit; /* for example "records", "bytes", "ms", or "calls"; "" for a yes or no; constant */
  const char *help; /* constant */
  int64_t value;    /* of a histogram: the number of observations */
  /* Read only if struct_size covers it. */
  penstock_bytes label; /* the values of labels, joined by '/', for hosts that read only this: "STREAM/SHARD" for
                           shard_lag_ms; empty if the statistic is of the whole instance */
  /* Read only if struct_size covers all three. */
  const penstock_label *labels; /* label_count labels, which distinguish statistics of the same name */
  uint32_t label_count;
  uint32_t label_stride; /* bytes from one label to the next */
  /* Read only if struct_size covers it. */
  const penstock_histogram *histogram; /* set if and only if kind is PENSTOCK_HISTOGRAM */
} penstock_stat;

/* [callback] Receives one statistic, during stats(). */
typedef void (*penstock_stat_fn)(void *ctx, const penstock_stat *stat);

/* ---- Provided by the host ----------------------------------------------------------------------------- */

/* [callback] The host's log, clock, and randomness. create() copies the struct; ctx and the functions must remain
 * callable until destroy() has returned. They are called only during calls on the instance. If a function is NULL,
 * the instance uses the system's clock or randomness, or does not log.
 * A host that provides a clock also does the waiting: every call then returns as if its deadline were 0. */
typedef struct penstock_host {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  void *ctx;
  void (*log)(void *ctx, int32_t level, penstock_bytes text); /* one line, escaped, without a newline */
  int64_t (*wall_ms)(void *ctx);                              /* Unix time */
  int64_t (*monotonic_ms)(void *ctx); /* never decreases; set if and only if wall_ms is set */
  uint64_t (*random)(void *ctx);      /* 64 uniform bits; for jitter, not for cryptography */
} penstock_host;

/* ---- Commands ----------------------------------------------------------------------------------------- */

/* [callback] Receives one line of a command's output, during run(): UTF-8 without a newline, with hostile bytes
 * escaped. line remains valid until the callback returns. */
typedef void (*penstock_print_fn)(void *ctx, penstock_bytes line);

/* A command of a stage: a question or an action for an operator that needs no running instance, such as estimating
 * what the options will cost. It is constant and remains valid while the library is loaded. */
typedef struct penstock_command {
  const char *name; /* the word that an operator types, such as "sizing"; unique in the stage */
  const char *help; /* one or two sentences about what it does */
  const penstock_option_info *arguments; /* arguments that it accepts, written and checked like options */
  uint32_t argument_info_count;
  uint32_t argument_info_stride;

  /* [thread-safe] Runs the command and passes each line of its output to print. It creates no instance, but may
   * change state that instances with the same options keep outside the process; help then says so. It blocks until
   * the command has finished, for as long as the stage's own timeouts and retries allow.
   * options are the same as for create(); arguments are this command's. option_stride is the caller's
   * sizeof(penstock_option), for both arrays. host may be NULL; of its functions only log and random are used,
   * because a command does its own waiting, on the system's clock.
   * Returns PENSTOCK_OK or < 0; lines that were printed before a failure remain valid. PENSTOCK_E_OPTIONS: an
   * option or argument is unknown, missing, or has an invalid value. */
  int32_t (*run)(const penstock_host *host, const penstock_option *options, size_t option_count,
                 const penstock_option *arguments, size_t argument_count, size_t option_stride,
                 penstock_print_fn print, void *print_ctx, penstock_error *error);
} penstock_command;

/* ---- Stages ------------------------------------------------------------------------------------------- */

typedef struct penstock_instance penstock_instance; /* opaque */

typedef struct penstock_input {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */

  /* [instance-thread] [open] Reads from the source and emits what has arrived. Returns when
   *   - deadline_ms is reached;
   *   - it has emitted what was available, at most about 1 MiB of log text (if more is available,
   *     next_deadline_ms() then returns a time that is not in the future); or
   *   - emit returned anything but PENSTOCK_OK.
   * The host must settle each batch for which emit returned PENSTOCK_OK or PENSTOCK_FULL, exactly once, with
   * ack(). After PENSTOCK_FULL, next_deadline_ms() ignores batches that wait to be emitted, until the next poll().
   * Returns PENSTOCK_OK; PENSTOCK_FULL if emit returned it; PENSTOCK_END; or < 0: the instance remains usable, and
   * the next poll() tries again. */
  int32_t (*poll)(penstock_instance *self, int64_t deadline_ms, penstock_emit_fn emit, void *emit_ctx,
                  penstock_error *error);

  /* [instance-thread] [open] Settles a batch. The checkpoint advances past a source record when each of its
   * batches, and each batch before them, is settled with an outcome other than PENSTOCK_RELEASED. A record of a
   * queue is acknowledged when each of its own batches is; if one is released, the queue delivers it again.
   * Returns PENSTOCK_E_INVALID if no batch with this ack_id is outstanding. */
  int32_t (*ack)(penstock_instance *self, uint64_t ack_id, int32_t outcome, penstock_error *error);

  /* [instance-thread] [open] Does what poll() does, except emit: finishes calls in flight and saves checkpoints.
   * Of a queue, it acknowledges records and keeps those in flight invisible, but receives none. Called in place of
   * poll() while the outputs are full. */
  int32_t (*pump)(penstock_instance *self, int64_t deadline_ms, penstock_error *error);
} penstock_input;

typedef struct penstock_filter {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */

  /* [instance-thread] [open] Transforms the batch and emits the result as zero or more batches, all with the
   * ack_id and origin of the given one. Keeps no data after it returns. If emit returns PENSTOCK_OK or
   * PENSTOCK_FULL, apply() continues; if emit returns < 0, apply() stops and returns that code. PENSTOCK_E_DATA: a
   * record cannot be parsed; *error says which and why, and all others were emitted. */
  int32_t (*apply)(penstock_instance *self, const penstock_batch *batch, penstock_emit_fn emit, void *emit_ctx,
                   penstock_error *error);
} penstock_filter;

typedef struct penstock_output {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */

  /* [instance-thread] [open] Accepts the whole batch by copying it, and returns PENSTOCK_OK or PENSTOCK_FULL; or
   * accepts none of it, and returns < 0. Sends nothing; pump() does. A full output still accepts batches, so its
   * memory grows if the host does not stop. */
  int32_t (*write)(penstock_instance *self, const penstock_batch *batch, penstock_error *error);

  /* [instance-thread] [open, closed] Sends records, receives responses, and retries rejected records, until
   * deadline_ms is reached or a batch is settled. Calls settled for each settled batch. Returns PENSTOCK_FULL
   * while the output is full, and PENSTOCK_END if it accepts nothing more (stdout without a reader). After close()
   * it only settles the remaining batches, as PENSTOCK_RELEASED. */
  int32_t (*pump)(penstock_instance *self, int64_t deadline_ms, penstock_settled_fn settled, void *settled_ctx,
                  penstock_error *error);
} penstock_output;

typedef struct penstock_stage {
  uint32_t struct_size;
  int32_t kind;        /* PENSTOCK_INPUT, PENSTOCK_FILTER, or PENSTOCK_OUTPUT */
  const char *id;      /* name in conf files, unique among stages of its kind */
  const char *summary; /* one sentence */
  const penstock_option_info *options;
  uint32_t option_info_count;
  uint32_t option_info_stride;

  const penstock_input *input; /* the one of these three that matches kind is set; the others are NULL */
  const penstock_filter *filter;
  const penstock_output *output;

  /* [thread-safe] Checks options and the files and folders that they name, and calls problem for each problem that
   * can be found without the network. Creates, changes, and locks nothing. option_stride is the caller's
   * sizeof(penstock_option). Returns PENSTOCK_OK or PENSTOCK_E_OPTIONS. */
  int32_t (*check)(const penstock_option *options, size_t option_count, size_t option_stride,
                   penstock_problem_fn problem, void *problem_ctx);

  /* [thread-safe] Creates an open instance in *out, which the caller frees with destroy(). Opens files, but makes
   * no network calls. host may be NULL. On failure *out is NULL. */
  int32_t (*create)(const penstock_host *host, const penstock_option *options, size_t option_count,
                    size_t option_stride, penstock_instance **out, penstock_error *error);

  /* [instance-thread] [open, closed] Returns a file descriptor that becomes readable when the instance has work to
   * do, or -1 if it has none and next_deadline_ms() is sufficient. It is the same during the life of the instance.
   * Use it only with poll(2), epoll, and the like; do not read from it or close it. */
  int32_t (*descriptor)(penstock_instance *self);

  /* [instance-thread] [open, closed] Returns the time, on the instance's monotonic clock, at which the host must
   * call the instance even if its descriptor is not readable; INT64_MAX for never. */
  int64_t (*next_deadline_ms)(penstock_instance *self);

  /* [instance-thread] [open, closed] Calls stat for every counter, gauge, and histogram. */
  int32_t (*stats)(penstock_instance *self, penstock_stat_fn stat, void *stat_ctx);

  /* [instance-thread] [open] Ends the instance's work and closes it: an output sends what it can until
   * deadline_ms, an input saves its checkpoints, or makes the unsettled records of its queue visible to other
   * consumers. Returns < 0 if something could not be saved; the instance is closed even then. */
  int32_t (*close)(penstock_instance *self, int64_t deadline_ms, penstock_error *error);

  /* [instance-thread] [open, closed] Frees the instance without waiting. Abandons calls in flight, and an input's
   * unsaved checkpoints with them, so those records are read again. NULL is allowed. */
  void (*destroy)(penstock_instance *self);

  /* Read only if struct_size covers all three. */
  uint32_t command_count;
  uint32_t command_stride;          /* bytes from one command to the next */
  const penstock_command *commands; /* NULL if the stage has no commands */
} penstock_stage;

/* ---- Receipts ----------------------------------------------------------------------------------------- */

/* Receipts are for an agent that carries records from an input to an output without their ack_id. The input side
 * marks each record with a receipt; the output side, in the same process, redeems the receipt when it has
 * delivered the record. Receipts are authenticated with a secret that exists only while the process runs, so
 * receipts of other processes, and forged ones, are rejected. */
enum { PENSTOCK_RECEIPT_BYTES = 40 };

typedef struct penstock_ledger penstock_ledger; /* opaque; the receipts of one input */

typedef struct penstock_receipts {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */

  /* [thread-safe] Creates a ledger in *out, which the caller frees with close(). On failure *out is NULL. */
  int32_t (*open)(penstock_ledger **out, penstock_error *error);

  /* [thread-safe] Writes record_count receipts, one for each record of a batch, to receipts:
   * PENSTOCK_RECEIPT_BYTES each, one after the other. REQUIRES: record_count > 0, and ack_id belongs to no other
   * unsettled batch. */
  int32_t (*issue)(penstock_ledger *self, uint64_t ack_id, uint64_t record_count, char *receipts,
                   penstock_error *error);

  /* [thread-safe] Records the outcome of the record with this receipt: PENSTOCK_DELIVERED or
   * PENSTOCK_DEAD_LETTERED. Only the first call for a receipt counts. Returns PENSTOCK_E_INVALID if this process
   * did not issue the receipt, or if its ledger is closed. */
  int32_t (*redeem)(penstock_bytes receipt, int32_t outcome);

  /* [thread-safe] Calls settled once for each batch whose last receipt has been redeemed since the previous call.
   * The outcome is PENSTOCK_DEAD_LETTERED if one of its records has it, otherwise PENSTOCK_DELIVERED. */
  int32_t (*settled)(penstock_ledger *self, penstock_settled_fn settled, void *settled_ctx);

  /* Frees the ledger, on any thread. Its receipts are rejected from then on. NULL is allowed. REQUIRES: no other
   * call on the ledger is running. */
  void (*close)(penstock_ledger *self);
} penstock_receipts;

typedef struct penstock_module {
  uint32_t struct_size;
  uint32_t reserved;                   /* 0 */
  const char *version;                 /* version of the library, such as "0.1.0" */
  const penstock_stage *const *stages; /* NULL-terminated */
  const penstock_receipts *receipts;   /* NULL if not available */
} penstock_module;

/* [thread-safe] Returns the module, which is constant and remains valid while the library is loaded. The library
 * stays loaded after dlclose(). This function is the only symbol that the library exports. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const penstock_module *
penstock_module_v1(void);

/* The name and type of penstock_module_v1, for dlsym(). */
#define PENSTOCK_MODULE_SYMBOL "penstock_module_v1"
typedef const penstock_module *(*penstock_module_fn)(void);

#ifdef __cplusplus
}
#endif

#endif /* PENSTOCK_H */
