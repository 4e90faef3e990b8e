#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tests/unit/host/fake.h"

static int same(penstock_bytes key, const char *name) {
  return key.size == strlen(name) && strncasecmp(key.data, name, key.size) == 0;
}

void fake_option(const penstock_option *options, size_t count, const char *name, const char *fallback, char *out,
                 size_t out_size) {
  snprintf(out, out_size, "%s", fallback);
  for (size_t i = 0; i < count; ++i)
    if (same(options[i].key, name))
      snprintf(out, out_size, "%.*s", (int)options[i].value.size, options[i].value.data);
}

long fake_number(const penstock_option *options, size_t count, const char *name, long fallback) {
  char text[32];
  fake_option(options, count, name, "", text, sizeof text);
  return *text == '\0' ? fallback : strtol(text, NULL, 10);
}

int fake_journal_open(const penstock_option *options, size_t count) {
  char path[512];
  fake_option(options, count, "journal", "", path, sizeof path);
  return *path == '\0' ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

void fake_journal(int fd, const char *format, ...) {
  char line[512];
  va_list args;
  va_start(args, format);
  int size = vsnprintf(line, sizeof line - 1, format, args);
  va_end(args);
  if (fd < 0 || size < 0) return;
  if ((size_t)size > sizeof line - 2) size = (int)sizeof line - 2;
  line[size] = '\n';
  if (write(fd, line, (size_t)size + 1) < 0) abort();
}

int32_t fake_fail(penstock_error *error, int32_t code, int32_t retryable, const char *text) {
  if (error != NULL) {
    error->code = code;
    error->retryable = retryable;
    snprintf(error->text, sizeof error->text, "%s", text);
  }
  return code;
}

int32_t fake_check(const penstock_option_info *infos, size_t info_count, const penstock_option *options,
                   size_t option_count, penstock_problem_fn problem, void *problem_ctx) {
  int32_t result = PENSTOCK_OK;
  penstock_error error = {sizeof error, PENSTOCK_E_OPTIONS, 0, ""};
  for (size_t i = 0; i < option_count; ++i) {
    int known = 0;
    for (size_t k = 0; k < info_count; ++k) known = known || same(options[i].key, infos[k].name);
    if (known) continue;
    snprintf(error.text, sizeof error.text, "option '%.*s' is unknown", (int)options[i].key.size,
             options[i].key.data);
    result = PENSTOCK_E_OPTIONS;
    problem(problem_ctx, i, &error);
  }
  for (size_t k = 0; k < info_count; ++k) {
    int given = !infos[k].required;
    for (size_t i = 0; i < option_count; ++i) given = given || same(options[i].key, infos[k].name);
    if (given) continue;
    snprintf(error.text, sizeof error.text, "option '%s' is required", infos[k].name);
    result = PENSTOCK_E_OPTIONS;
    problem(problem_ctx, option_count, &error);
  }
  return result;
}

static const penstock_stage *const stages[] = {&fake_input_stage,      &fake_output_stage, &fake_filter_stage,
                                               &fake_cloudwatch_stage, &fake_lambda_stage, NULL};

static const penstock_module module = {sizeof module, 0, "0.0.1", stages, NULL};

const penstock_module *penstock_module_v1(void) { return &module; }
