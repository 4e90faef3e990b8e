#!/usr/bin/env python3
"""Compiles the host that docs/abi.md shows and runs it against the model of Kinesis.

usage: documented_host.py docs/abi.md FOLDER_OF_penstock.h libpenstock.so C_COMPILER penstock-model-kinesis conf/demo

Every event of the input stream must arrive once. A second run goes on at the checkpoint of the first, so that it must
write nothing.
"""
import base64
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request

MESSAGES = ["app-json", "app-plain", "lambda-node", "lambda-python"]
TIMEOUT_S = 60


def wait_for_end_or(done, process, what):
    """Waits until done() or the end of the process; asks done() again each time that the process has not ended."""
    end = time.monotonic() + TIMEOUT_S
    while not done():
        assert time.monotonic() < end, f"timed out: {what}"
        try:
            process.wait(timeout=0.01)
            return
        except subprocess.TimeoutExpired:
            pass


def main(document, include, library, compiler, model, demo):
    programs = [p for p in re.findall(r"```c\n(.*?)```", pathlib.Path(document).read_text(), re.S)
                if "PENSTOCK_INPUT" in p]
    assert len(programs) == 1, f"{document} shows {len(programs)} hosts in C, not one"
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    }
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "host.c").write_text(programs[0])
        host = folder / "host"
        flags = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", include]
        subprocess.run([compiler, *flags, folder / "host.c", "-o", host, "-ldl"], check=True)

        messages = [(pathlib.Path(demo) / f"{message}.json").read_bytes() for message in MESSAGES]
        expected = sorted(event["id"] for message in messages for event in json.loads(message)["logEvents"])
        (folder / "load.jsonl").write_text("".join(
            json.dumps({"data": base64.b64encode(gzip.compress(message)).decode(), "partition_key": str(i)}) + "\n"
            for i, message in enumerate(messages)))
        service = subprocess.Popen([model, "--port", "0", "--stream", "in:2", "--stream", "out:2",
                                    "--load", f"in={folder / 'load.jsonl'}"], stdout=subprocess.PIPE, text=True)
        try:
            endpoint = service.stdout.readline().strip()  # printed once it serves requests
            assert endpoint, "the model ended without an address"

            def fetch(path):
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                return opener.open(f"{endpoint}/model/{path}", timeout=TIMEOUT_S).read().decode()

            def delivered():
                lines = fetch("streams/out/records").splitlines()
                return sorted(json.loads(json.loads(line)["data"])["event_id"] for line in lines)

            def reads():
                return json.loads(fetch("stats"))["calls"].get("GetRecords", 0)

            def run(done, what):
                process = subprocess.Popen([host, library, endpoint, folder], env=environment)
                wait_for_end_or(done, process, what)
                process.terminate()
                assert process.wait(TIMEOUT_S) == 0, f"the host ended with {process.returncode}"

            run(lambda: len(delivered()) >= len(expected), "every event arrives")
            assert delivered() == expected, f"delivered: {delivered()}\nexpected: {expected}"
            before = reads()
            run(lambda: reads() >= before + 2, "the second run reads both shards")
            assert delivered() == expected, "the second run wrote records again"
        finally:
            service.terminate()
            service.wait(TIMEOUT_S)


main(*sys.argv[1:])
