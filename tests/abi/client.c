/* A host in C99 that uses only the header: opens the library, lists its stages, and passes one Lambda line through
 * the filter. usage: abi_client_c libpenstock.so */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "penstock.h"

static const char kLine[] = "END RequestId: 7f1c2c5e-63a9-4c6e-9d0a-0f6b8a1d2e34\n";
static const char *const kExpected[] = {
    "\"event\":\"end\"",
    "\"requestId\":\"7f1c2c5e-63a9-4c6e-9d0a-0f6b8a1d2e34\"",
    "\"event_id\":\"event-1\"",
    "\"logGroup\":\"/aws/lambda/mill\"",
    "\"timestamp\":\"2023-11-14T22:13:20.000Z\"",
};

static penstock_bytes bytes(const char *text) {
  penstock_bytes b;
  b.data = text;
  b.size = strlen(text);
  return b;
}

struct seen {
  int batches;
  int mistakes;
};

static int32_t on_batch(void *ctx, const penstock_batch *batch) {
  struct seen *seen = ctx;
  char json[4096];
  size_t i;
  seen->batches++;
  if (batch->ack_id != 42 || batch->record_count != 1 || batch->records[0].body.size >= sizeof json ||
      (batch->records[0].flags & PENSTOCK_RECORD_JSON) == 0) {
    fprintf(stderr, "client: not the batch that was expected\n");
    seen->mistakes++;
    return PENSTOCK_OK;
  }
  memcpy(json, batch->records[0].body.data, batch->records[0].body.size);
  json[batch->records[0].body.size] = '\0';
  printf("%s\n", json);
  for (i = 0; i < sizeof kExpected / sizeof kExpected[0]; i++) {
    if (strstr(json, kExpected[i]) == NULL) {
      fprintf(stderr, "client: %s is missing\n", kExpected[i]);
      seen->mistakes++;
    }
  }
  return PENSTOCK_OK;
}

static int run(const penstock_stage *stage) {
  penstock_instance *filter = NULL;
  penstock_error error;
  penstock_record record;
  penstock_batch batch;
  struct seen seen = {0, 0};
  int32_t code;

  error.struct_size = sizeof error;
  code = stage->create(NULL, NULL, 0, sizeof(penstock_option), &filter, &error);
  if (code < 0) {
    fprintf(stderr, "client: create: %s\n", error.text);
    return 1;
  }
  memset(&record, 0, sizeof record);
  record.time_ms = 1700000000000;
  record.id = bytes("event-1");
  record.body = bytes(kLine);
  memset(&batch, 0, sizeof batch);
  batch.struct_size = sizeof batch;
  batch.record_stride = sizeof record;
  batch.ack_id = 42;
  batch.records = &record;
  batch.record_count = 1;
  batch.log_group = bytes("/aws/lambda/mill");
  batch.log_stream = bytes("2023/11/14/[$LATEST]1");
  batch.owner = bytes("000000000000");

  code = stage->filter->apply(filter, &batch, on_batch, &seen, &error);
  if (code < 0) {
    fprintf(stderr, "client: apply: %s\n", error.text);
    seen.mistakes++;
  }
  stage->close(filter, 0, NULL);
  stage->destroy(filter);
  return seen.batches == 1 && seen.mistakes == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
  static const char *const kKinds[] = {"?", "input", "filter", "output"};
  const penstock_stage *const *stage;
  const penstock_stage *lambda_logs = NULL;
  const penstock_module *module;
  penstock_module_fn module_fn;
  void *symbol;
  void *library;

  library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  symbol = library == NULL ? NULL : dlsym(library, PENSTOCK_MODULE_SYMBOL);
  if (symbol == NULL) {
    fprintf(stderr, "client: %s\n", argc == 2 ? dlerror() : "usage: abi_client_c libpenstock.so");
    return 2;
  }
  memcpy(&module_fn, &symbol, sizeof module_fn); /* ISO C has no cast from an object to a function */
  module = module_fn();
  for (stage = module->stages; *stage != NULL; stage++) {
    printf("%s %s: %s\n", kKinds[(*stage)->kind], (*stage)->id, (*stage)->summary);
    if ((*stage)->kind == PENSTOCK_FILTER && strcmp((*stage)->id, "lambda_logs") == 0) lambda_logs = *stage;
  }
  if (lambda_logs == NULL) {
    fprintf(stderr, "client: version %s has no filter lambda_logs\n", module->version);
    return 1;
  }
  return run(lambda_logs);
}
