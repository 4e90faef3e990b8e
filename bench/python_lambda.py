#!/usr/bin/env python3
"""Compares the processor time of `penstock transform` with that of a Lambda function in Python, on the messages of the
corpus. The function is AWS's blueprint "Process CloudWatch logs sent to Kinesis Firehose", or one made from it: a
module with processRecords(records). It splits the messages into log events; Penstock also parses the events.

usage: CLOUDWATCH_PROCESSOR_PY=PATH_OF_THE_MODULE python_lambda.py BIN_FOLDER
"""
import importlib.util
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

PASSES = 10  # over the corpus in a turn
TURNS = 5


def time_of_module(module, lines):
    """Returns the processor time in seconds."""
    records = [{"recordId": str(number), "data": line} for number, line in enumerate(lines)]
    start = time.process_time()
    for _ in range(PASSES):
        if any(record["result"] != "Ok" for record in module.processRecords(records)):
            sys.exit("the function did not process a record")
    return time.process_time() - start


def time_of_penstock(program, path):
    """Returns the processor time in seconds, of the whole process, and the number of records."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(path, "rb") as messages:
        out = subprocess.run([program, "transform"], stdin=messages, check=True, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, out.count(b"\n")


def main(folder, path):
    spec = importlib.util.spec_from_file_location("module", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lines = subprocess.run([folder / "penstock-bench-corpus"], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()
    with tempfile.NamedTemporaryFile("w") as messages:
        messages.write("\n".join(lines * PASSES) + "\n")
        messages.flush()
        turns = [(time_of_module(module, lines), time_of_penstock(folder / "penstock", messages.name))
                 for _ in range(TURNS)]
    theirs = min(turn[0] for turn in turns)
    ours, events = min(turn[1] for turn in turns)
    print(f"{events:,} log events; processor time per million, the best of {TURNS} turns:")
    print(f"the function, in Python {sys.version.split()[0]:8} {theirs / events * 1e6:6.2f} s")
    print(f"penstock transform               {ours / events * 1e6:6.2f} s")
    print(f"the function takes {theirs / ours:.1f} times the processor time")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if "CLOUDWATCH_PROCESSOR_PY" not in os.environ:
        print("skipped: the Lambda function in Python, because the variable CLOUDWATCH_PROCESSOR_PY does not name it")
        sys.exit()
    main(pathlib.Path(sys.argv[1]), os.environ["CLOUDWATCH_PROCESSOR_PY"])
