#!/usr/bin/env bash
# Runs the host under valgrind's memcheck, in place of the host in the end-to-end tests (PENSTOCK_TEST_HOST): what is
# found is in VALGRIND_FOUND/PID, and the exit code is then 99.
#   VALGRIND_HOST    the host
#   VALGRIND_FOUND   a folder, in which nothing but empty files is left where nothing is found
exec valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible \
  --log-file="$VALGRIND_FOUND/%p" "$VALGRIND_HOST" "$@"
