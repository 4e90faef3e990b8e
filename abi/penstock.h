/* Penstock: the stable C ABI between a log agent (the "host") and libpenstock.so.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * How to use it
 *   Open libpenstock.so with dlopen, look up "penstock_module_v1", call it. It gives a constant table of
 *   stages: inputs, filters and outputs. create() makes an instance of a stage from options; the host then
 *   drives the instance: poll an input, apply a filter, write to and pump an output.
 *
 * The rules, which hold for every call
 *   Borrowing   Everything passed across is borrowed until the call returns, in both directions. Whoever
 *               wants to keep a byte copies it. The instance is the only thing owned; destroy() ends it.
 *   Growing     Every struct passed by address starts with struct_size, set by its maker to its own sizeof.
 *               Elements of arrays are sized by the stride beside the array. Fields are only appended, and
 *               are read only where the size covers them; values are never renumbered. penstock_bytes
 *               alone is a plain pair and never changes.
 *   Absent      A function pointer that a struct_size does not cover, or that is NULL, is not offered.
 *   Threads     [thread-safe]      from any thread, at any time.
 *               [instance-thread]  one thread at a time for an instance; which one may change. Calls on one
 *                                  instance never nest: not from inside a callback that it is making.
 *               The library starts no threads of its own (libcurl's name resolver does, for a while).
 *   States      open: from create() to close(). closed: from close() to destroy(). Each call says which.
 *   Misuse      A NULL where there must be none, a struct too small, a call in the wrong state or from a
 *               second thread gets a PENSTOCK_E_ code where it can be seen, and changes nothing.
 *   Results     int32_t: 0 fine, above 0 a state to act on, below 0 a failure, told in *error.
 *   Time        Deadlines are points in milliseconds on the instance's monotonic clock: CLOCK_MONOTONIC,
 *               or the host's own where it gives one. 0 lies in the past: do what can be done and return.
 *   Exceptions  None leaves the library; none may be thrown through it by a callback.
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
  PENSTOCK_FULL = 1,        /* what was given is taken, but give no more until a pump() has made room */
  PENSTOCK_END = 2,         /* this input will never have anything again */
  PENSTOCK_E_INVALID = -1,  /* a NULL, a size or a value that the contract does not allow */
  PENSTOCK_E_STATE = -2,    /* not in this state: after close(), say */
  PENSTOCK_E_BUSY = -3,     /* a call on this instance is under way: nested, or on another thread */
  PENSTOCK_E_OPTIONS = -4,  /* an option is unknown, missing or has a bad value */
  PENSTOCK_E_MEMORY = -5,   /* out of memory; what was emitted or settled stays so; the call can be made again */
  PENSTOCK_E_IO = -6,       /* a file or the network; the instance goes on trying by itself */
  PENSTOCK_E_INTERNAL = -7, /* a defect of the library; please report *error */
  PENSTOCK_E_DATA = -8      /* data that cannot be understood, now or later; the rest was dealt with */
};

/* What became of a batch, from the output (or the host) back to the input. */
enum {
  PENSTOCK_DELIVERED = 1,     /* the sink has every record of it */
  PENSTOCK_FILTERED = 2,      /* it was left out on purpose */
  PENSTOCK_DEAD_LETTERED = 3, /* some record of it is in the dead-letter file, fsynced, the rest delivered */
  PENSTOCK_RELEASED = 4       /* some record of it is neither: the input must not count it as done */
};

enum { PENSTOCK_INPUT = 1, PENSTOCK_FILTER = 2, PENSTOCK_OUTPUT = 3 };

enum { PENSTOCK_LOG_ERROR = 1, PENSTOCK_LOG_WARN = 2, PENSTOCK_LOG_INFO = 3, PENSTOCK_LOG_DEBUG = 4 };

/* Bytes with a length; not ended by a NUL; data may be NULL where size is 0. Text is UTF-8 unless a
 * comment says otherwise. Passed by value and never changed: the one struct without struct_size. */
typedef struct penstock_bytes {
  const char *data;
  size_t size;
} penstock_bytes;

/* Owned by the caller, who sets struct_size; written by a call that returns below 0, untouched otherwise.
 * Every call takes NULL for "do not tell me". text is NUL-ended, cut where it is longer, and never holds
 * a secret; control characters of hostile input are escaped in it. */
typedef struct penstock_error {
  uint32_t struct_size;
  int32_t code;      /* the code that the call returned */
  int32_t retryable; /* 1: the same call may succeed later. 0: something has to change first */
  char text[1012];   /* what failed, on what, the value, what is allowed, what to do */
} penstock_error;

/* ---- Data --------------------------------------------------------------------------------------------- */

enum {
  PENSTOCK_RECORD_JSON = 1u,            /* body is one JSON object in UTF-8 without a newline */
  PENSTOCK_RECORD_TIME_IS_ARRIVAL = 2u, /* the event had no time of its own: time_ms is its arrival */
  PENSTOCK_RECORD_UNREADABLE = 4u       /* an output keeps it in its dead-letter file and does not send it */
};

/* One log event. */
typedef struct penstock_record {
  int64_t time_ms;     /* Unix time of the event */
  penstock_bytes id;   /* the event's id, the same after any retry or restart; may be empty */
  penstock_bytes key;  /* partition key wanted for this record; empty: the output chooses */
  penstock_bytes body; /* raw bytes before the filter, after it as flags say */
  uint32_t flags;      /* PENSTOCK_RECORD_ bits; unknown bits are passed on */
  uint32_t reserved;   /* 0 */
  /* Read only where record_stride covers it. */
  penstock_bytes extracted_fields; /* JSON object of what CloudWatch extracted from the event, as it came; may be
                                      empty */
} penstock_record;

/* Records of one origin, in order. What is not known is empty (or 0). */
typedef struct penstock_batch {
  uint32_t struct_size;
  uint32_t record_stride; /* bytes from one record to the next; at least 64 */
  uint64_t ack_id;        /* names the batch when it is settled; filters pass it on as it is */
  const penstock_record *records;
  uint64_t record_count;
  penstock_bytes log_group;
  penstock_bytes log_stream;
  penstock_bytes owner;  /* AWS account that the log group belongs to */
  penstock_bytes region; /* AWS region of the log group, else of the stream */
  penstock_bytes stream; /* the Kinesis stream it was read from */
  penstock_bytes shard_id;
  penstock_bytes sequence_number;
  uint64_t sub_sequence_number; /* of the user record in a source record that the KPL aggregated, from 0 */
  penstock_bytes partition_key; /* of the source record, or of the user record in it */
  int64_t arrival_time_ms;      /* when Kinesis took the source record; Unix time */
} penstock_batch;

/* Takes a batch from an input or a filter. It is called on the thread of poll() or apply(), inside that
 * call; batch and all it points to live until it returns. Returns PENSTOCK_OK; or PENSTOCK_FULL: taken,
 * and the input's poll() returns after it; or below 0: not taken, and the input emits it again later. */
typedef int32_t (*penstock_emit_fn)(void *ctx, const penstock_batch *batch);

/* Tells what became of a batch. Called inside pump() of an output, on its thread, once for each write()
 * that took a batch. outcome is one of PENSTOCK_DELIVERED, _DEAD_LETTERED, _RELEASED. */
typedef void (*penstock_settled_fn)(void *ctx, uint64_t ack_id, int32_t outcome);

/* ---- Options, statistics ------------------------------------------------------------------------------ */

/* An option as a host gives it. Keys are compared without case. Values are text as in a conf file. */
typedef struct penstock_option {
  penstock_bytes key;
  penstock_bytes value;
} penstock_option;

/* An option as a stage documents it; constant, NUL-ended text, lives as long as the library. */
typedef struct penstock_option_info {
  const char *name;
  const char *type; /* "text", "list" (of texts, separated by commas), "path" (of a file), "size", "duration",
                       or the words allowed: "on|off", "memory|file:PATH" */
  const char *default_value; /* NULL: none; see required */
  const char *help;
  int32_t required; /* 1: create() fails without it */
  int32_t reserved; /* 0 */
} penstock_option_info;

/* One problem with options, told by check(). option_index is the index of the option in the array given,
 * or option_count where a required one is missing. error lives until the callback returns. */
typedef void (*penstock_problem_fn)(void *ctx, size_t option_index, const penstock_error *error);

enum { PENSTOCK_COUNTER = 1, PENSTOCK_GAUGE = 2 };

typedef struct penstock_stat {
  uint32_t struct_size;
  int32_t kind;     /* PENSTOCK_COUNTER: only grows. PENSTOCK_GAUGE: a level */
  const char *name; /* like "received_records"; constant */
  const char *unit; /* "records", "bytes", "ms", "calls"; constant */
  const char *help; /* constant */
  int64_t value;
  /* Read only where struct_size covers it. */
  penstock_bytes label; /* where several have this name, of which this is: "STREAM/SHARD" for shard_lag_ms, say;
                           printable UTF-8, lives until stats() returns; empty: it is of the whole instance */
} penstock_stat;

typedef void (*penstock_stat_fn)(void *ctx, const penstock_stat *stat);

/* ---- What the host gives ------------------------------------------------------------------------------ */

/* Passed to create(), which copies it; ctx and the functions must stay callable until destroy() returned.
 * They are called only inside calls on the instance, on the thread of that call. NULL: the system's own,
 * for log: nowhere. A host that gives a clock does the waiting too: calls then return as with deadline 0. */
typedef struct penstock_host {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */
  void *ctx;
  void (*log)(void *ctx, int32_t level, penstock_bytes text); /* one line, without a newline, escaped */
  int64_t (*wall_ms)(void *ctx);                              /* Unix time */
  int64_t (*monotonic_ms)(void *ctx);                         /* never goes back; given with wall_ms */
  uint64_t (*random)(void *ctx);                              /* 64 uniform bits; for jitter, not for keys */
} penstock_host;

/* ---- Commands ----------------------------------------------------------------------------------------- */

/* Takes a line of what a command prints: UTF-8 without a newline, in which hostile bytes are escaped. Called
 * inside that command's run(), on its thread; line lives until it returns. */
typedef void (*penstock_print_fn)(void *ctx, penstock_bytes line);

/* Something that an operator may ask of a stage without running it, such as what its options will cost. As the
 * stage documents it; constant, lives as long as the library. */
typedef struct penstock_command {
  const char *name;                      /* what an operator types, like "sizing"; unique in its stage */
  const char *help;                      /* what it does, in a sentence or two */
  const penstock_option_info *arguments; /* what it may be told, written and checked like options */
  uint32_t argument_info_count;
  uint32_t argument_info_stride;

  /* [thread-safe] Does it, and prints what there is to tell, line by line. Makes no instance, but may change what
   * instances of the same options keep outside of the process: its help says so. It blocks until all is done,
   * which is for as long as the stage's own timeouts and retries allow. options are those of create(), arguments
   * this command's; option_stride is sizeof(penstock_option) as the caller knows it, for both. Of host, which may
   * be NULL, only log and random count: a command waits by itself, on the system's clock. Below 0 what was printed
   * until then stands. PENSTOCK_E_OPTIONS: an option or an argument is unknown, missing or has a bad value. */
  int32_t (*run)(const penstock_host *host, const penstock_option *options, size_t option_count,
                 const penstock_option *arguments, size_t argument_count, size_t option_stride,
                 penstock_print_fn print, void *print_ctx, penstock_error *error);
} penstock_command;

/* ---- Stages ------------------------------------------------------------------------------------------- */

typedef struct penstock_instance penstock_instance; /* opaque */

typedef struct penstock_input {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */

  /* [instance-thread] [open] Reads on, and emits what has arrived, until deadline_ms has come, or something was
   * emitted (all that is at hand, but about a megabyte of log text at most: next_deadline_ms() then says "now"),
   * or emit answered other than PENSTOCK_OK. Each batch emitted with PENSTOCK_OK or PENSTOCK_FULL must be
   * settled by ack(), once. After PENSTOCK_FULL, next_deadline_ms() leaves out what waits to be emitted until
   * poll() is called again. Returns PENSTOCK_OK; PENSTOCK_FULL if emit did; PENSTOCK_END; or below 0: the
   * instance is still good, and tries again when polled again. */
  int32_t (*poll)(penstock_instance *self, int64_t deadline_ms, penstock_emit_fn emit, void *emit_ctx,
                  penstock_error *error);

  /* [instance-thread] [open] Settles a batch. The checkpoint moves over a source record when every batch
   * of it is settled other than PENSTOCK_RELEASED, and so is all before it. PENSTOCK_E_INVALID for an
   * ack_id that is not outstanding. */
  int32_t (*ack)(penstock_instance *self, uint64_t ack_id, int32_t outcome, penstock_error *error);

  /* [instance-thread] [open] What poll() does but for emitting: finishes calls under way, saves
   * checkpoints. For when the outputs are full. */
  int32_t (*pump)(penstock_instance *self, int64_t deadline_ms, penstock_error *error);
} penstock_input;

typedef struct penstock_filter {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */

  /* [instance-thread] [open] Hands the batch on to emit, changed: as no, one or several batches, all with
   * the ack_id and origin of the one given. The answers PENSTOCK_OK and PENSTOCK_FULL of emit are both
   * "go on"; after one below 0 nothing more is emitted and apply() returns it. PENSTOCK_E_DATA: a record
   * cannot be understood, *error says which and why, all others were emitted. Keeps nothing afterwards. */
  int32_t (*apply)(penstock_instance *self, const penstock_batch *batch, penstock_emit_fn emit, void *emit_ctx,
                   penstock_error *error);
} penstock_filter;

typedef struct penstock_output {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */

  /* [instance-thread] [open] Takes the whole batch (copies it) with PENSTOCK_OK or PENSTOCK_FULL, or takes
   * nothing of it and returns below 0. Sends nothing yet. A full output still takes what it is given: who
   * does not stop then has its memory grow. */
  int32_t (*write)(penstock_instance *self, const penstock_batch *batch, penstock_error *error);

  /* [instance-thread] [open, closed] Sends, receives, sends again what was refused, until deadline_ms has
   * come or a batch was settled; tells each batch settled. Returns PENSTOCK_FULL while the output is full.
   * In closed state it hands over what is left, as PENSTOCK_RELEASED. */
  int32_t (*pump)(penstock_instance *self, int64_t deadline_ms, penstock_settled_fn settled, void *settled_ctx,
                  penstock_error *error);
} penstock_output;

typedef struct penstock_stage {
  uint32_t struct_size;
  int32_t kind;        /* PENSTOCK_INPUT, PENSTOCK_FILTER or PENSTOCK_OUTPUT */
  const char *id;      /* the name in conf files, unique within its kind */
  const char *summary; /* one sentence */
  const penstock_option_info *options;
  uint32_t option_info_count;
  uint32_t option_info_stride;

  const penstock_input *input; /* exactly one of the three is not NULL, as kind says */
  const penstock_filter *filter;
  const penstock_output *output;

  /* [thread-safe] Checks options, and the files and folders that they name, and reports the problems that can be
   * found without the network. Creates, changes, and locks nothing. option_stride is sizeof(penstock_option) as
   * the caller knows it. Returns PENSTOCK_OK or PENSTOCK_E_OPTIONS. */
  int32_t (*check)(const penstock_option *options, size_t option_count, size_t option_stride,
                   penstock_problem_fn problem, void *problem_ctx);

  /* [thread-safe] Makes an open instance in *out, for destroy() to end. Opens files, but makes no network
   * call yet. host may be NULL. On failure *out is NULL. */
  int32_t (*create)(const penstock_host *host, const penstock_option *options, size_t option_count,
                    size_t option_stride, penstock_instance **out, penstock_error *error);

  /* [instance-thread] [open, closed] A descriptor that becomes readable when the instance has something to
   * do; for poll(2) and its kin only; the same for all its life. -1: none, next_deadline_ms() is enough. */
  int32_t (*descriptor)(penstock_instance *self);

  /* [instance-thread] [open, closed] When the instance wants to be called even if its descriptor stays
   * quiet; INT64_MAX: never. */
  int64_t (*next_deadline_ms)(penstock_instance *self);

  /* [instance-thread] [open, closed] Tells every counter and gauge. */
  int32_t (*stats)(penstock_instance *self, penstock_stat_fn stat, void *stat_ctx);

  /* [instance-thread] [open] Ends the work: an output sends what it can until deadline_ms, an input saves
   * its checkpoints. Returns below 0 if something could not be saved; the instance is closed all the same. */
  int32_t (*close)(penstock_instance *self, int64_t deadline_ms, penstock_error *error);

  /* [instance-thread] [open, closed] Frees the instance, without waiting: what is under way is abandoned,
   * and an input's unsaved checkpoints with it (the records are read again). NULL is allowed. */
  void (*destroy)(penstock_instance *self);

  /* Read only where struct_size covers all three. */
  uint32_t command_count;
  uint32_t command_stride;          /* bytes from one command to the next */
  const penstock_command *commands; /* NULL where there is none */
} penstock_stage;

/* ---- Receipts ----------------------------------------------------------------------------------------- */

/* For an agent that carries records from an input to an output without their ack_id. Whoever reads marks each
 * record with a receipt; whoever has delivered a record, in the same process, redeems its receipt. A receipt
 * cannot be made without the secret of the process, which lives no longer than it: those of other processes are
 * refused. */
enum { PENSTOCK_RECEIPT_BYTES = 40 };

typedef struct penstock_ledger penstock_ledger; /* opaque: the receipts of one input */

typedef struct penstock_receipts {
  uint32_t struct_size;
  uint32_t reserved; /* 0 */

  /* [thread-safe] Makes a ledger in *out, for close() to end. */
  int32_t (*open)(penstock_ledger **out, penstock_error *error);

  /* [thread-safe] Writes a receipt for each of the record_count records of a batch, PENSTOCK_RECEIPT_BYTES each,
   * one behind the other. record_count is above 0; a batch has one ack_id for as long as it is not settled. */
  int32_t (*issue)(penstock_ledger *self, uint64_t ack_id, uint64_t record_count, char *receipts,
                   penstock_error *error);

  /* [thread-safe] Says what became of the record with that receipt: PENSTOCK_DELIVERED or
   * PENSTOCK_DEAD_LETTERED. Only the first time counts. PENSTOCK_E_INVALID: no receipt of this process, or its
   * ledger is closed. */
  int32_t (*redeem)(penstock_bytes receipt, int32_t outcome);

  /* [thread-safe] Tells each batch whose every receipt was redeemed since the last time, once:
   * PENSTOCK_DEAD_LETTERED if that is what became of one of its records, else PENSTOCK_DELIVERED. */
  int32_t (*settled)(penstock_ledger *self, penstock_settled_fn settled, void *settled_ctx);

  /* Not while another call on the ledger is under way. Its receipts are refused from now on. NULL is allowed. */
  void (*close)(penstock_ledger *self);
} penstock_receipts;

typedef struct penstock_module {
  uint32_t struct_size;
  uint32_t reserved;                   /* 0 */
  const char *version;                 /* of the library, like "0.1.0" */
  const penstock_stage *const *stages; /* ended by NULL */
  const penstock_receipts *receipts;   /* NULL: not offered */
} penstock_module;

/* [thread-safe] The one symbol that the library exports. What it returns is constant and lives as long as
 * the library is loaded; the library does not let itself be unloaded. */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const penstock_module *
penstock_module_v1(void);

/* For dlsym(). */
#define PENSTOCK_MODULE_SYMBOL "penstock_module_v1"
typedef const penstock_module *(*penstock_module_fn)(void);

#ifdef __cplusplus
}
#endif

#endif /* PENSTOCK_H */
