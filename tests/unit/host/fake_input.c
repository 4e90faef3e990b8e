#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/host/fake.h"

enum { kMaxBytes = 1 << 18 };

struct penstock_instance {
  int journal;
  long count;
  long emitted;
  long lag;
  long lag_known;
  long retries;
  long retried;
  long size;
  long acked;
  int ends;
  int fails;
  int close_fails;
  long healthy;
  int ack_fails; /* the first one; 1: with a retryable error, 2: with a permanent one */
  penstock_host host;
};

static const penstock_option_info infos[] = {
    {"journal", "text", NULL, "file that every call is noted in", 1, 0},
    {"count", "count", "3", "how many batches to emit", 0, 0},
    {"size", "count", "0", "bytes of a line; 0: as it is", 0, 0},
    {"lag", "count", "0", "results of stats() with a lag", 0, 0},
    {"lag_known", "count", "1", "0: stats() reports the lag -1", 0, 0},
    {"retries", "count", "0", "results of stats() with one more retry", 0, 0},
    {"then", "quiet|end|fail", "quiet", "what poll() does when all are emitted", 0, 0},
    {"healthy", "count", "1", "gauge healthy of stats()", 0, 0},
    {"close", "fine|fail", "fine", "what close() answers", 0, 0},
    {"ack", "fine|later|never", "fine", "what the first ack() answers", 0, 0},
    {"on_failure", "drop|file:PATH", "drop", "is not used", 0, 0},
    {"inflate_limit", "size", "7K", "is not used", 0, 0},
};
enum { kInfos = sizeof infos / sizeof infos[0] };

static int32_t poll_input(penstock_instance *self, int64_t deadline_ms, penstock_emit_fn emit, void *ctx,
                          penstock_error *error) {
  (void)deadline_ms;
  while (self->emitted < self->count) {
    char body[kMaxBytes];
    memset(body, 'x', sizeof body);
    body[snprintf(body, sizeof body, "line %ld", self->emitted + 1)] = self->size > 0 ? 'x' : '\0';
    body[self->size > 0 ? self->size : kMaxBytes - 1] = '\0';
    penstock_record record = {.time_ms = 1000 + self->emitted, .body = {body, strlen(body)}};
    penstock_batch batch = {.struct_size = sizeof batch,
                            .record_stride = sizeof record,
                            .ack_id = (uint64_t)self->emitted + 1,
                            .records = &record,
                            .record_count = 1};
    const int32_t result = emit(ctx, &batch);
    fake_journal(self->journal, "emit %ld %d", self->emitted + 1, (int)result);
    if (result < 0) return fake_fail(error, result, 1, "was not taken");
    ++self->emitted;
    if (result == PENSTOCK_FULL) return PENSTOCK_FULL;
  }
  if (self->fails) {
    fake_journal(self->journal, "poll fails");
    return fake_fail(error, PENSTOCK_E_IO, 1, "the service is away");
  }
  return self->ends ? PENSTOCK_END : PENSTOCK_OK;
}

static int32_t ack(penstock_instance *self, uint64_t ack_id, int32_t outcome, penstock_error *error) {
  if (ack_id == 0 || ack_id > (uint64_t)self->emitted)
    return fake_fail(error, PENSTOCK_E_INVALID, 0, "no such batch");
  if (self->ack_fails != 0) {
    const int retryable = self->ack_fails == 1;
    self->ack_fails = 0;
    fake_journal(self->journal, "ack fails %lu", (unsigned long)ack_id);
    return fake_fail(error, PENSTOCK_E_MEMORY, retryable, "out of memory");
  }
  ++self->acked;
  fake_journal(self->journal, "ack %lu %d", (unsigned long)ack_id, (int)outcome);
  return PENSTOCK_OK;
}

static int32_t pump(penstock_instance *self, int64_t deadline_ms, penstock_error *error) {
  (void)self;
  (void)deadline_ms;
  (void)error;
  return PENSTOCK_OK;
}

static int32_t check(const penstock_option *options, size_t count, size_t stride, penstock_problem_fn problem,
                     void *ctx) {
  (void)stride;
  return fake_check(infos, kInfos, options, count, problem, ctx);
}

static int32_t create(const penstock_host *host, const penstock_option *options, size_t count, size_t stride,
                      penstock_instance **out, penstock_error *error) {
  (void)stride;
  char then[16];
  char close_result[16];
  char ack_result[16];
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return fake_fail(error, PENSTOCK_E_MEMORY, 1, "no memory");
  fake_option(options, count, "then", "quiet", then, sizeof then);
  fake_option(options, count, "close", "fine", close_result, sizeof close_result);
  fake_option(options, count, "ack", "fine", ack_result, sizeof ack_result);
  (*out)->ack_fails = strcmp(ack_result, "later") == 0 ? 1 : strcmp(ack_result, "never") == 0 ? 2 : 0;
  (*out)->journal = fake_journal_open(options, count);
  (*out)->count = fake_number(options, count, "count", 3);
  (*out)->size = fake_number(options, count, "size", 0) % kMaxBytes;
  (*out)->lag = fake_number(options, count, "lag", 0);
  (*out)->lag_known = fake_number(options, count, "lag_known", 1);
  (*out)->retries = fake_number(options, count, "retries", 0);
  (*out)->healthy = fake_number(options, count, "healthy", 1);
  (*out)->ends = strcmp(then, "end") == 0;
  (*out)->fails = strcmp(then, "fail") == 0;
  (*out)->close_fails = strcmp(close_result, "fail") == 0;
  (*out)->host = *host;
  static const char text[] = "open\x1b[31m and \xe2\x80\xae hostile";
  const penstock_bytes line = {text, sizeof text - 1};
  host->log(host->ctx, PENSTOCK_LOG_WARN, line);
  return PENSTOCK_OK;
}

static int64_t next_deadline_ms(penstock_instance *self) {
  return self->emitted < self->count || self->fails || self->ends ? 0 : INT64_MAX;
}

static int32_t stats(penstock_instance *self, penstock_stat_fn stat, void *ctx) {
  penstock_stat one = {.struct_size = sizeof one,
                       .kind = PENSTOCK_COUNTER,
                       .name = "emitted_events",
                       .unit = "records",
                       .help = "emitted",
                       .value = self->emitted};
  stat(ctx, &one);
  one.name = "lag_ms";
  one.unit = "ms";
  one.kind = PENSTOCK_GAUGE;
  one.value = self->lag_known == 0 ? -1 : self->lag > 0 ? 1234 : 0;
  if (self->lag > 0) fake_journal(self->journal, "reports lag %ld", self->lag--);
  stat(ctx, &one);
  one.name = "retries";
  one.unit = "calls";
  one.kind = PENSTOCK_COUNTER;
  if (self->retried < self->retries) fake_journal(self->journal, "reports retry %ld", ++self->retried);
  one.value = self->retried;
  stat(ctx, &one);
  one.name = "healthy";
  one.kind = PENSTOCK_GAUGE;
  one.help = "0 while it cannot work";
  one.value = self->healthy;
  stat(ctx, &one);
  return PENSTOCK_OK;
}

static int32_t close_input(penstock_instance *self, int64_t deadline_ms, penstock_error *error) {
  (void)deadline_ms;
  fake_journal(self->journal, "close input %ld of %ld acked", self->acked, self->emitted);
  return self->close_fails ? fake_fail(error, PENSTOCK_E_IO, 1, "the checkpoint could not be saved") : PENSTOCK_OK;
}

static void destroy(penstock_instance *self) {
  if (self->journal >= 0) close(self->journal);
  free(self);
}

static const penstock_input calls = {sizeof calls, 0, poll_input, ack, pump};

const penstock_stage fake_input_stage = {.struct_size = sizeof fake_input_stage,
                                         .kind = PENSTOCK_INPUT,
                                         .id = "fake_in",
                                         .summary = "Emits numbered lines.",
                                         .options = infos,
                                         .option_info_count = kInfos,
                                         .option_info_stride = sizeof(penstock_option_info),
                                         .input = &calls,
                                         .check = check,
                                         .create = create,
                                         .next_deadline_ms = next_deadline_ms,
                                         .stats = stats,
                                         .close = close_input,
                                         .destroy = destroy,
                                         .command_count = 1,
                                         .command_stride = sizeof(penstock_command),
                                         .commands = fake_commands};
