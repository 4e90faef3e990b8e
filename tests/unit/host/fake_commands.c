#define _POSIX_C_SOURCE 200809L /* clock_gettime() */

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/host/fake.h"

static void print_argument(const penstock_option *argument, penstock_print_fn print, void *print_ctx) {
  char line[256];
  const int size = snprintf(line, sizeof line, "%.*s is %.*s", (int)argument->key.size, argument->key.data,
                            (int)argument->value.size, argument->value.data);
  const penstock_bytes text = {line, (size_t)size};
  print(print_ctx, text);
}

static int32_t run_sizing(const penstock_host *host, const penstock_option *options, size_t option_count,
                          const penstock_option *arguments, size_t argument_count, size_t option_stride,
                          penstock_print_fn print, void *print_ctx, penstock_error *error) {
  (void)host;
  (void)options;
  (void)option_count;
  (void)option_stride;
  (void)error;
  for (size_t i = 0; i < argument_count; ++i) print_argument(&arguments[i], print, print_ctx);
  return PENSTOCK_OK;
}

/* Waits until that many stages are in this function at the same time. Returns 0 if they are not within 10 s. */
static int meet(int stages) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
  static int arrived;
  struct timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += 10;
  pthread_mutex_lock(&mutex);
  ++arrived;
  pthread_cond_broadcast(&changed);
  while (arrived < stages && pthread_cond_timedwait(&changed, &mutex, &end) == 0) continue;
  const int met = arrived >= stages;
  pthread_mutex_unlock(&mutex);
  return met;
}

static int32_t run_echo(const penstock_host *host, const penstock_option *options, size_t option_count,
                        const penstock_option *arguments, size_t argument_count, size_t option_stride,
                        penstock_print_fn print, void *print_ctx, penstock_error *error) {
  char fail[64];
  char count[64];
  fake_option(options, option_count, "count", "unknown", count, sizeof count);
  const penstock_option own = {{"count", 5}, {count, strlen(count)}};
  print_argument(&own, print, print_ctx);
  run_sizing(host, options, option_count, arguments, argument_count, option_stride, print, print_ctx, error);
  const penstock_bytes warning = {"echoed", 6};
  host->log(host->ctx, PENSTOCK_LOG_WARN, warning);
  char value[64];
  fake_option(arguments, argument_count, "meet", "0", value, sizeof value);
  if (!meet(atoi(value))) return fake_fail(error, PENSTOCK_E_IO, 1, "the other stages did not arrive");
  fake_option(arguments, argument_count, "raise", "0", value, sizeof value);
  if (atoi(value) > 0) raise(atoi(value));
  fake_option(arguments, argument_count, "fail", "", fail, sizeof fail);
  return *fail == '\0' ? PENSTOCK_OK : fake_fail(error, PENSTOCK_E_IO, 1, fail);
}

static const penstock_option_info echo_arguments[] = {
    {"some_words", "text", NULL, "What to print.", 1, 0},
    {"fail", "text", NULL, "Fails with that error.", 0, 0},
    {"loud", "on|off", "off", "Whether to print it loudly.", 0, 0},
    {"meet", "NUMBER", NULL, "Waits for that many stages.", 0, 0},
    {"raise", "NUMBER", NULL, "Raises a signal.", 0, 0},
};

static const penstock_option_info sized[] = {
    {"events_per_second", "NUMBER", NULL, "How many.", 1, 0},
    {"event_bytes", "SIZE", NULL, "How large.", 0, 0},
};

const penstock_command fake_commands[kFakeCommands] = {
    {"echo", "Prints its arguments.", echo_arguments, 5, sizeof echo_arguments[0], run_echo},
    {"sizing", "Prints how many.", sized, 2, sizeof sized[0], run_sizing},
};
