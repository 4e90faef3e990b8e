#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/host/fake.h"

struct penstock_instance {
  char mode[16];
  char only[16];
  char tag[16];
  char drop[16];
  char limit[16];
};

static const penstock_option_info filter_infos[] = {
    {"mode", "upcase|drop|data|busy|twice", "upcase", "what happens to records", 0, 0},
    {"only", "text", "", "text that a record must have to be changed", 0, 0},
};
static const penstock_option_info lambda_infos[] = {
    {"source_key", "text", "source", "member that says where an event came from", 0, 0},
    {"drop", "text", "", "what lambda.event is said to be", 0, 0},
};
static const penstock_option_info cloudwatch_infos[] = {
    {"inflate_limit", "size", "", "is shown with failures", 0, 0},
};
enum { kFilterInfos = sizeof filter_infos / sizeof filter_infos[0] };

static int contains(penstock_bytes body, const char *text) {
  const size_t size = strlen(text);
  for (size_t i = 0; i + size <= body.size; ++i)
    if (memcmp(body.data + i, text, size) == 0) return 1;
  return 0;
}

/* Handles batches of one record, as fake_in emits them. */
static int32_t apply(penstock_instance *self, const penstock_batch *batch, penstock_emit_fn emit, void *ctx,
                     penstock_error *error) {
  char upper[64];
  penstock_record record = batch->records[0];
  penstock_batch changed = *batch;
  changed.records = &record;
  if (!contains(record.body, self->only)) return emit(ctx, batch) < 0 ? PENSTOCK_E_STATE : PENSTOCK_OK;
  if (strcmp(self->mode, "drop") == 0) return PENSTOCK_OK;
  if (strcmp(self->mode, "busy") == 0) return fake_fail(error, PENSTOCK_E_MEMORY, 1, "no memory for now");
  for (size_t i = 0; i < record.body.size && i < sizeof upper; ++i)
    upper[i] = (char)toupper((unsigned char)record.body.data[i]);
  record.body.data = upper;
  const int32_t result = emit(ctx, &changed);
  if (result < 0) return result;
  if (strcmp(self->mode, "twice") == 0) return emit(ctx, &changed) < 0 ? PENSTOCK_E_STATE : PENSTOCK_OK;
  if (strcmp(self->mode, "data") == 0) return fake_fail(error, PENSTOCK_E_DATA, 0, "a record is nonsense");
  return PENSTOCK_OK;
}

/* A fake of the real one: a record that contains "bad" cannot be decoded, and is emitted nevertheless. */
static int32_t apply_cloudwatch(penstock_instance *self, const penstock_batch *batch, penstock_emit_fn emit,
                                void *ctx, penstock_error *error) {
  char text[64];
  const int32_t result = emit(ctx, batch);
  if (result < 0) return result;
  if (!contains(batch->records[0].body, "bad")) return PENSTOCK_OK;
  snprintf(text, sizeof text, self->limit[0] ? "bad is not a message (limit %s)" : "bad is not a message",
           self->limit);
  return fake_fail(error, PENSTOCK_E_DATA, 0, text);
}

/* Emits a description of what it was passed. */
static int32_t apply_lambda(penstock_instance *self, const penstock_batch *batch, penstock_emit_fn emit, void *ctx,
                            penstock_error *error) {
  (void)error;
  char body[512];
  const penstock_bytes raw = batch->records[0].body;
  const int gzip = raw.size > 1 && raw.data[0] == '\x1f';
  snprintf(body, sizeof body,
           "{\"%s\":\"%.*s\",\"gzip\":%s,\"size\":%lu,\"sequence\":\"%.*s\",\"region\":\"%.*s\","
           "\"shard\":\"%.*s\",\"stream\":\"%.*s\",\"key\":\"%.*s\",\"arrival\":%lld,"
           "\"lambda\":{\"event\":\"%s\"}}",
           self->tag, gzip ? 0 : (int)(raw.size < 9 ? raw.size : 9), "123456789", gzip ? "true" : "false",
           (unsigned long)raw.size, (int)batch->sequence_number.size, batch->sequence_number.data,
           (int)batch->region.size, batch->region.data, (int)batch->shard_id.size, batch->shard_id.data,
           (int)batch->stream.size, batch->stream.data, (int)batch->partition_key.size, batch->partition_key.data,
           (long long)batch->arrival_time_ms, self->drop);
  penstock_record record = batch->records[0];
  record.body.data = body;
  record.body.size = strlen(body);
  record.flags |= PENSTOCK_RECORD_JSON;
  penstock_batch changed = *batch;
  changed.records = &record;
  changed.record_count = 1;
  const int32_t result = emit(ctx, &changed);
  return result < 0 ? result : PENSTOCK_OK;
}

static int32_t check_filter(const penstock_option *options, size_t count, size_t stride,
                            penstock_problem_fn problem, void *ctx) {
  (void)stride;
  return fake_check(filter_infos, kFilterInfos, options, count, problem, ctx);
}

static int32_t create(const penstock_host *host, const penstock_option *options, size_t count, size_t stride,
                      penstock_instance **out, penstock_error *error) {
  (void)host;
  (void)stride;
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return fake_fail(error, PENSTOCK_E_MEMORY, 1, "no memory");
  fake_option(options, count, "mode", "upcase", (*out)->mode, sizeof(*out)->mode);
  fake_option(options, count, "only", "", (*out)->only, sizeof(*out)->only);
  fake_option(options, count, "source_key", "source", (*out)->tag, sizeof(*out)->tag);
  fake_option(options, count, "drop", "", (*out)->drop, sizeof(*out)->drop);
  fake_option(options, count, "inflate_limit", "", (*out)->limit, sizeof(*out)->limit);
  return PENSTOCK_OK;
}

static void destroy(penstock_instance *self) { free(self); }

static int32_t lambda_stats(penstock_instance *self, penstock_stat_fn stat, void *ctx) {
  (void)self;
  penstock_stat left_out = {.struct_size = sizeof left_out,
                            .kind = PENSTOCK_COUNTER,
                            .name = "dropped_records",
                            .unit = "records",
                            .help = "",
                            .value = 5};
  stat(ctx, &left_out);
  left_out.name = "excluded_records";
  left_out.value = 7;
  stat(ctx, &left_out);
  return PENSTOCK_OK;
}

static const penstock_filter filter_calls = {sizeof filter_calls, 0, apply};
static const penstock_filter cloudwatch_calls = {sizeof cloudwatch_calls, 0, apply_cloudwatch};
static const penstock_filter lambda_calls = {sizeof lambda_calls, 0, apply_lambda};

const penstock_stage fake_filter_stage = {.struct_size = sizeof fake_filter_stage,
                                          .kind = PENSTOCK_FILTER,
                                          .id = "fake_filter",
                                          .summary = "Changes lines.",
                                          .options = filter_infos,
                                          .option_info_count = kFilterInfos,
                                          .option_info_stride = sizeof(penstock_option_info),
                                          .filter = &filter_calls,
                                          .check = check_filter,
                                          .create = create,
                                          .destroy = destroy};

/* These two have no check(): the host uses the option table. */
const penstock_stage fake_cloudwatch_stage = {.struct_size = sizeof fake_cloudwatch_stage,
                                              .kind = PENSTOCK_FILTER,
                                              .id = "cloudwatch_logs",
                                              .summary = "A fake of the real one.",
                                              .options = cloudwatch_infos,
                                              .option_info_count = 1,
                                              .option_info_stride = sizeof(penstock_option_info),
                                              .filter = &cloudwatch_calls,
                                              .create = create,
                                              .destroy = destroy};

const penstock_stage fake_lambda_stage = {.struct_size = sizeof fake_lambda_stage,
                                          .kind = PENSTOCK_FILTER,
                                          .id = "lambda_logs",
                                          .summary = "A fake of the real one.",
                                          .options = lambda_infos,
                                          .option_info_count = 2,
                                          .option_info_stride = sizeof(penstock_option_info),
                                          .filter = &lambda_calls,
                                          .create = create,
                                          .stats = lambda_stats,
                                          .destroy = destroy};
