/* A plugin for the host's tests, which uses only abi/penstock.h. For every call, its stages append a line to a
 * journal, a file or FIFO of the test. */
#ifndef PENSTOCK_TESTS_FAKE_H
#define PENSTOCK_TESTS_FAKE_H

#include "abi/penstock.h"

/* Copies the value of an option, or `fallback` if it is not set, into `out`: NUL-terminated, truncated to fit. */
void fake_option(const penstock_option *options, size_t count, const char *name, const char *fallback, char *out,
                 size_t out_size);
long fake_number(const penstock_option *options, size_t count, const char *name, long fallback);

/* fake_journal appends a line to the journal in one write; fd -1: no journal. */
int fake_journal_open(const penstock_option *options, size_t count);
void fake_journal(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

int32_t fake_fail(penstock_error *error, int32_t code, int32_t retryable, const char *text);

/* Checks against a stage's table: unknown keys, missing required ones. */
int32_t fake_check(const penstock_option_info *infos, size_t info_count, const penstock_option *options,
                   size_t option_count, penstock_problem_fn problem, void *problem_ctx);

/* Commands: "echo" prints the stage's option count, then its arguments; "sizing" prints its arguments. */
enum { kFakeCommands = 2 };
extern const penstock_command fake_commands[kFakeCommands];

extern const penstock_stage fake_input_stage;
extern const penstock_stage fake_output_stage;
extern const penstock_stage fake_filter_stage;
extern const penstock_stage fake_cloudwatch_stage;
extern const penstock_stage fake_lambda_stage;

#endif
