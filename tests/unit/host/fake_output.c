#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/host/fake.h"

enum { kMaxHeld = 1024 };

struct penstock_instance {
  int journal;
  int gate; /* a FIFO: a byte 'd' settles the oldest batch as delivered, 'f' as failed; -1: settles at once */
  char name[16];
  char mode[16];
  long full_at;
  int closed;
  size_t held;
  uint64_t ids[kMaxHeld];
};

static const penstock_option_info infos[] = {
    {"journal", "text", NULL, "file that every call is noted in", 1, 0},
    {"label", "text", "out", "name in the journal", 0, 0},
    {"mode", "deliver|fail|hold|refuse", "deliver", "what happens to batches", 0, 0},
    {"gate", "text", NULL, "FIFO that settles a batch for each byte, d or f", 0, 0},
    {"full_at", "count", "1000", "batches held before it is full", 0, 0},
    {"on_failure", "drop|file:PATH", "drop", "is not used", 0, 0},
};
enum { kInfos = sizeof infos / sizeof infos[0] };

static int32_t write_batch(penstock_instance *self, const penstock_batch *batch, penstock_error *error) {
  if (strcmp(self->mode, "refuse") == 0 || self->held == kMaxHeld)
    return fake_fail(error, PENSTOCK_E_MEMORY, 1, "no room at all");
  self->ids[self->held++] = batch->ack_id;
  for (uint64_t i = 0; i < batch->record_count; ++i) {
    fake_journal(self->journal, "%s write %.*s", self->name, (int)batch->records[i].body.size,
                 batch->records[i].body.data);
  }
  return (long)self->held >= self->full_at ? PENSTOCK_FULL : PENSTOCK_OK;
}

static void settle_oldest(penstock_instance *self, penstock_settled_fn settled, void *ctx, int32_t outcome) {
  const uint64_t id = self->ids[0];
  memmove(self->ids, self->ids + 1, --self->held * sizeof self->ids[0]);
  settled(ctx, id, outcome);
}

static int32_t pump(penstock_instance *self, int64_t deadline_ms, penstock_settled_fn settled, void *ctx,
                    penstock_error *error) {
  (void)deadline_ms;
  (void)error;
  char byte = 0;
  const int holds = strcmp(self->mode, "hold") == 0;
  const int32_t outcome = strcmp(self->mode, "fail") == 0 ? PENSTOCK_DEAD_LETTERED : PENSTOCK_DELIVERED;
  while (!self->closed && self->gate >= 0 && self->held > 0 && read(self->gate, &byte, 1) == 1) {
    fake_journal(self->journal, "%s settles", self->name);
    settle_oldest(self, settled, ctx, byte == 'f' ? PENSTOCK_DEAD_LETTERED : PENSTOCK_DELIVERED);
  }
  while (self->held > 0 && (self->closed || (self->gate < 0 && !holds)))
    settle_oldest(self, settled, ctx, self->closed ? PENSTOCK_RELEASED : outcome);
  return (long)self->held >= self->full_at ? PENSTOCK_FULL : PENSTOCK_OK;
}

static int32_t check(const penstock_option *options, size_t count, size_t stride, penstock_problem_fn problem,
                     void *ctx) {
  (void)stride;
  return fake_check(infos, kInfos, options, count, problem, ctx);
}

static void destroy(penstock_instance *self) {
  if (self->journal >= 0) close(self->journal);
  if (self->gate >= 0) close(self->gate);
  free(self);
}

static int32_t create(const penstock_host *host, const penstock_option *options, size_t count, size_t stride,
                      penstock_instance **out, penstock_error *error) {
  (void)host;
  (void)stride;
  char gate[512];
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return fake_fail(error, PENSTOCK_E_MEMORY, 1, "no memory");
  (*out)->journal = fake_journal_open(options, count);
  fake_option(options, count, "label", "out", (*out)->name, sizeof(*out)->name);
  fake_option(options, count, "mode", "deliver", (*out)->mode, sizeof(*out)->mode);
  fake_option(options, count, "gate", "", gate, sizeof gate);
  (*out)->gate = *gate == '\0' ? -1 : open(gate, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (*gate != '\0' && (*out)->gate < 0) {
    destroy(*out);
    *out = NULL;
    return fake_fail(error, PENSTOCK_E_IO, 0, "the gate cannot be opened");
  }
  (*out)->full_at = fake_number(options, count, "full_at", 1000);
  return PENSTOCK_OK;
}

static int32_t descriptor(penstock_instance *self) { return self->gate; }

static int64_t next_deadline_ms(penstock_instance *self) {
  (void)self;
  return INT64_MAX;
}

static int32_t stats(penstock_instance *self, penstock_stat_fn stat, void *ctx) {
  const penstock_stat one = {.struct_size = sizeof one,
                             .kind = PENSTOCK_GAUGE,
                             .name = "in_flight_bytes",
                             .unit = "bytes",
                             .help = "held",
                             .value = (int64_t)self->held};
  stat(ctx, &one);
  return PENSTOCK_OK;
}

static int32_t close_output(penstock_instance *self, int64_t deadline_ms, penstock_error *error) {
  (void)deadline_ms;
  (void)error;
  self->closed = 1;
  fake_journal(self->journal, "close %s", self->name);
  return PENSTOCK_OK;
}

static const penstock_output calls = {sizeof calls, 0, write_batch, pump};

const penstock_stage fake_output_stage = {.struct_size = sizeof fake_output_stage,
                                          .kind = PENSTOCK_OUTPUT,
                                          .id = "fake_out",
                                          .summary = "Notes what it is given.",
                                          .options = infos,
                                          .option_info_count = kInfos,
                                          .option_info_stride = sizeof(penstock_option_info),
                                          .output = &calls,
                                          .check = check,
                                          .create = create,
                                          .descriptor = descriptor,
                                          .next_deadline_ms = next_deadline_ms,
                                          .stats = stats,
                                          .close = close_output,
                                          .destroy = destroy,
                                          .command_count = 2,
                                          .command_stride = sizeof(penstock_command),
                                          .commands = fake_commands};
