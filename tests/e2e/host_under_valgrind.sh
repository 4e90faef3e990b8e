#!/usr/bin/env bash
# Runs the host under valgrind's memcheck, in place of the host in the end-to-end tests (PENSTOCK_TEST_HOST). Writes
# errors to VALGRIND_FOUND/PID; the exit code is then 99.
#   VALGRIND_HOST    the host
#   VALGRIND_FOUND   a folder; without errors, all files in it are empty
exec valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible \
  --log-file="$VALGRIND_FOUND/%p" "$VALGRIND_HOST" "$@"
