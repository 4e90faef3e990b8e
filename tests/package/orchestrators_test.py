"""Checks the files for ECS and Kubernetes without either: the task definition with botocore's model of the call, the Helm
chart with helm, and the configurations in the chart's manifests with `penstock check`.

usage: orchestrators_test.py SOURCES PENSTOCK; exits with 77 if a tool is missing
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

KUBERNETES = "1.30.0"
MODES = {
    "leases": [],
    "queue": ["input.queueArn=arn:aws:kinesis:us-east-1:111122223333:queue/x"],
    "file": ["replicas=1", "input.shards={shardId-000000000000,shardId-000000000001}"],
}
REJECTED = {
    "mode file has one replica": ["mode=file"],
    "mode queue needs input.queueArn": ["mode=queue"],
    "must be one of": ["mode=static"],
}
OPTIONS = {"mem_limit": 33554432}

root, penstock = pathlib.Path(sys.argv[1]), sys.argv[2]
problems, skipped = [], []


def check_configuration(manifests, name):
    """Runs `penstock check` on the configuration in the manifests' ConfigMap."""
    found = re.search(r"^  penstock\.conf: \|\n((?:    .*\n|\n)+)", manifests, re.M)
    with tempfile.TemporaryDirectory() as folder:
        conf = pathlib.Path(folder, "penstock.conf")
        # The folder of the container does not exist here.
        conf.write_text(textwrap.dedent(found[1]).replace("/var/lib/penstock", folder))
        done = subprocess.run([penstock, "check", "-c", conf], capture_output=True, text=True, timeout=60)
        if done.returncode != 0 or "warning" in done.stderr:
            problems.append(f"{name}: penstock check: {done.stderr}")


def check_grace(manifests, name):
    grace, allowed = re.search(r"Grace +(\d+)", manifests), re.search(r"terminationGracePeriodSeconds: (\d+)", manifests)
    if int(allowed[1]) < int(grace[1]) + 3:
        problems.append(f"{name}: terminationGracePeriodSeconds {allowed[1]} is too short for Grace {grace[1]}")


def render(*settings, values=None):
    return subprocess.run(
        ["helm", "template", "logs", root / "conf/helm/penstock", "--kube-version", KUBERNETES, "--values", "-",
         *(word for setting in settings for word in ("--set", setting))],
        input=json.dumps(values or {}), capture_output=True, text=True, timeout=60)


def check_chart(plain):
    lint = subprocess.run(["helm", "lint", "--strict", root / "conf/helm/penstock"], capture_output=True, text=True)
    if lint.returncode != 0:
        problems.append(f"helm lint: {lint.stdout}{lint.stderr}")
    for mode, settings in MODES.items():
        rendered = render(f"mode={mode}", *settings)
        if rendered.returncode != 0:
            problems.append(f"mode {mode}: {rendered.stderr}")
            continue
        check_configuration(rendered.stdout, f"mode {mode}")
        check_grace(rendered.stdout, f"mode {mode}")
    options = render(values={"input": {"options": OPTIONS}, "output": {"options": OPTIONS}}).stdout
    check_configuration(options, "numbers as options")
    if options.count("mem_limit 33554432\n") != 2:
        problems.append(f"numbers among the options are not written with their digits: {options}")
    for message, settings in REJECTED.items():
        rendered = render(*settings)
        if rendered.returncode == 0 or message not in rendered.stderr:
            problems.append(f"{settings} is not rejected with '{message}': {rendered.stderr}")
    body = [line for line in render().stdout.splitlines() if not line.startswith("# Source")]
    if body != plain.splitlines()[2:]:
        problems.append("conf/kubernetes/penstock.yaml is not what the chart renders")


def check_task(task):
    import botocore.session  # not available everywhere
    from botocore.validate import ParamValidator

    call = botocore.session.get_session().get_service_model("ecs").operation_model("RegisterTaskDefinition")
    report = ParamValidator().validate(task, call.input_shape)
    if report.has_errors():
        problems.append(f"conf/ecs/task-definition.json: {report.generate_report()}")


def check_container(container):
    """Checks that the configuration and the health check of the task are valid, and that the latter has a server."""
    environment = {one["name"]: one["value"] for one in container["environment"]}
    conf = root / "conf" / pathlib.Path(container["command"][-1]).name
    health = container["healthCheck"]["command"]
    with tempfile.TemporaryDirectory() as folder:
        environment["STATE_DIRECTORY"] = folder
        for arguments in (["check", "-c", conf], [*health[2:], "--help"]):
            done = subprocess.run([penstock, *arguments], env=environment, capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                problems.append(f"conf/ecs/task-definition.json: {arguments}: {done.stdout}{done.stderr}")
    if health[:2] != ["CMD", "/usr/bin/penstock"] or environment.get("HTTP_SERVER") != "On":
        problems.append("conf/ecs/task-definition.json: the health check needs the program and its HTTP server")


plain = (root / "conf/kubernetes/penstock.yaml").read_text()
check_configuration(plain, "conf/kubernetes/penstock.yaml")
check_grace(plain, "conf/kubernetes/penstock.yaml")
if shutil.which("helm"):
    check_chart(plain)
else:
    skipped.append("the chart: no helm")
task = json.loads((root / "conf/ecs/task-definition.json").read_text())
check_container(task["containerDefinitions"][0])
try:
    check_task(task)
except ImportError:
    skipped.append("the task definition: no botocore (Debian: python3-botocore)")

print(*problems, *(f"skipped: {what}" for what in skipped), sep="\n")
sys.exit(1 if problems else 77 if skipped else 0)
