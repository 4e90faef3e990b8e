/* A fake of one of our files for Fluent Bit: its stage, with the options of the real one, for the check. Built
 * once for each kind (FAKE_KIND). */
#include <string.h>

#include "abi/penstock.h"

#if FAKE_KIND == 1
static const penstock_option_info infos[] = {
    {"checkpoint_after", "append|handover|delivery", "append", "when a record counts as read", 0, 0},
    {"tag_format", "text", NULL, "tag of the records", 0, 0},
    {"stream", "text", NULL, "name of the stream", 1, 0},
    {"region", "text", NULL, "its region", 0, 0},
    {"checkpoint", "memory|file:PATH", NULL, "where the position is kept", 1, 0},
    {"on_failure", "drop|file:PATH", NULL, "where bad records go", 1, 0},
};
static const char id[] = "penstock_kinesis";
#elif FAKE_KIND == 2
static const penstock_option_info infos[] = {{"key_name", "text", "log", "member with the line", 0, 0}};
static const char id[] = "lambda_logs";
#else
static const penstock_option_info infos[] = {
    {"stream", "text", NULL, "name of the stream", 1, 0},
    {"on_failure", "drop|file:PATH", NULL, "where bad records go", 1, 0},
    {"log_key", "text", NULL, "member to send", 0, 0},
};
static const char id[] = "penstock_kinesis";
#endif

/* Reports missing required options, and the value "bad". */
static int32_t check(const penstock_option *options, size_t count, size_t stride, penstock_problem_fn problem,
                     void *ctx) {
  (void)stride;
  int32_t result = PENSTOCK_OK;
  penstock_error error = {sizeof error, PENSTOCK_E_OPTIONS, 0, ""};
  for (size_t i = 0; i < count; ++i) {
    if (options[i].value.size != 3 || memcmp(options[i].value.data, "bad", 3) != 0) continue;
    strcpy(error.text, "the value is bad");
    result = PENSTOCK_E_OPTIONS;
    problem(ctx, i, &error);
  }
  for (size_t k = 0; k < sizeof infos / sizeof *infos; ++k) {
    int given = !infos[k].required;
    for (size_t i = 0; i < count; ++i)
      given = given || strncmp(options[i].key.data, infos[k].name, options[i].key.size) == 0;
    if (given) continue;
    strcpy(error.text, infos[k].name);
    strcat(error.text, " is required");
    result = PENSTOCK_E_OPTIONS;
    problem(ctx, count, &error);
  }
  return result;
}

/* Without the calls of its kind, like the real files if libpenstock.so is missing. */
static const penstock_stage stage = {.struct_size = sizeof stage,
                                     .kind = FAKE_KIND,
                                     .id = id,
                                     .summary = "A fake of the real one.",
                                     .options = infos,
                                     .option_info_count = sizeof infos / sizeof *infos,
                                     .option_info_stride = sizeof(penstock_option_info),
                                     .check = check};

static const penstock_stage *const stages[] = {&stage, NULL};
static const penstock_module module = {sizeof module, 0, "0.0.1", stages, NULL};

const penstock_module *penstock_module_v1(void) { return &module; }
