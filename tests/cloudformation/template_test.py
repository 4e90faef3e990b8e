#!/usr/bin/env python3
"""Tests conf/cloudformation/penstock.yaml.

usage: template_test.py TEST SOURCE_DIR PACKAGES

cfn-lint does not know queues yet: neither their type, AWS::Kinesis::Queue, nor the actions on them. types/ has the type,
made from its documentation, and NEW_ACTIONS the actions. cfn-lint does not check properties against such a type, so a
test of its own does. Once cfn-lint knows one of them, a test fails until it is removed here.
"""

import json
import os
import pathlib
import subprocess
import sys

NEW_ACTIONS = {
    "describequeue",
    "receivequeuerecords",
    "acknowledgequeuerecords",
    "updatequeuerecordsvisibility",
    "receivedeadletterqueuerecords",
    "updatedeadletterqueuerecordsvisibility",
    "restoredeadletterqueuerecords",
}
# The policies of the template: the path of each, and the files of docs/iam that have its statements.
POLICIES = {
    ("SubscriptionRole", "AssumeRolePolicyDocument"): "subscription-trust",
    ("SubscriptionRole", "Policies", 0, "PolicyDocument"): "subscription",
    ("ReaderWithFilePolicy", "PolicyDocument"): "reader-file",
    ("ReaderWithLeasesPolicy", "PolicyDocument"): "reader-leases",
    ("ReaderOfQueuePolicy", "PolicyDocument"): "reader-queue",
    ("QueueOperatorPolicy", "PolicyDocument"): "queue-operator",
    ("WriterPolicy", "PolicyDocument"): "writer",
    ("WriterKplPolicy", "PolicyDocument"): "writer-kpl",
    ("ReaderKmsPolicy", "PolicyDocument"): "reader-kms",
    ("WriterKmsPolicy", "PolicyDocument"): "writer-kms",
}
CREATED_HERE = {"CreateLeaseTable"}  # statements that the template does not need, because it creates the resource
# What the functions of the template return, in the placeholders of docs/iam.
VALUES = {
    **dict.fromkeys(("SourceStream.Arn", "TargetStream.Arn"), "arn:aws:kinesis:REGION:ACCOUNT:stream/STREAM"),
    "LeaseTable.Arn": "arn:aws:dynamodb:REGION:ACCOUNT:table/TABLE",
    "Queue": "arn:aws:kinesis:REGION:ACCOUNT:queue/QUEUE_ID",
    "KeyArn": "arn:aws:kms:REGION:ACCOUNT:key/KEY_ID",
}
PSEUDO_PARAMETERS = {"${AWS::Partition}": "aws", "${AWS::Region}": "REGION", "${AWS::AccountId}": "ACCOUNT"}


def lint(packages, template, *arguments):
    """Returns what cfn-lint reports: pairs of rule and message."""
    run = subprocess.run(
        [sys.executable, "-c", "from cfnlint.runner import main; main()", "--format", "json", *arguments, "--", template],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": packages, "PATH": os.environ["PATH"], "HOME": os.devnull},
        timeout=100,
        check=False,
    )
    if not run.stdout.startswith("["):
        sys.exit(f"cfn-lint failed: {run.stderr}")
    return [(match["Rule"]["Id"], match["Message"]) for match in json.loads(run.stdout)]


def cfn_lint_accepts_the_template(root, packages):
    template = root / "conf/cloudformation/penstock.yaml"
    problems, unknown = [], set()
    for rule, message in lint(packages, template, "--registry-schemas", root / "tests/cloudformation/types"):
        action = message.split("'")[1]
        if rule == "W3037" and action in NEW_ACTIONS:
            unknown.add(action)
        else:
            problems.append(f"{rule}: {message}")
    problems += [f"cfn-lint knows the action {action} now: remove it from NEW_ACTIONS" for action in NEW_ACTIONS - unknown]
    if not any("AWS::Kinesis::Queue" in message for _, message in lint(packages, template)):
        problems.append("cfn-lint knows AWS::Kinesis::Queue now: remove tests/cloudformation/types")
    return problems


def load(packages, path):
    """Returns the template with its functions evaluated."""
    sys.path.insert(0, packages)
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    def evaluate(loader, suffix, node):
        if isinstance(node, yaml.ScalarNode):
            value = loader.construct_scalar(node)
            if suffix == "Sub":
                for name, replacement in PSEUDO_PARAMETERS.items():
                    value = value.replace(name, replacement)
                return value
            return VALUES.get(value, value)
        return loader.construct_sequence(node, deep=True)

    Loader.add_multi_constructor("!", evaluate)
    return yaml.load(path.read_text(), Loader)


def the_queue_fits_its_documented_type(root, packages):
    properties = load(packages, root / "conf/cloudformation/penstock.yaml")["Resources"]["Queue"]["Properties"]
    from cfnlint.jsonschema import StandardValidator

    validator = StandardValidator(json.loads((root / "tests/cloudformation/types/AWS-Kinesis-Queue.json").read_text()))
    problems = [error.message for error in validator.iter_errors(properties)]
    stream = properties["StreamConfigurationList"][0]
    for wrong in (
        {**properties, "Name": "penstock"},
        {**properties, "StreamConfigurationList": [stream, stream]},
        {**properties, "StreamConfigurationList": [{**stream, "StartingPosition": {"Type": "FIRST"}}]},
        {**properties, "QueueAttributes": {"VisibilityTimeoutSeconds": 43_201}},
    ):
        if not list(validator.iter_errors(wrong)):
            problems.append(f"the type accepts {wrong}")
    return problems


def the_policies_are_those_of_docs_iam(root, packages):
    resources = load(packages, root / "conf/cloudformation/penstock.yaml")["Resources"]
    problems = []
    for (resource, *path), name in POLICIES.items():
        found = resources[resource]["Properties"]
        for part in path:
            found = found[part]
        expected = json.loads((root / "docs/iam" / f"{name}.json").read_text())
        expected["Statement"] = [each for each in expected["Statement"] if each["Sid"] not in CREATED_HERE]
        if found != expected:
            problems.append(f"{resource} differs from docs/iam/{name}.json: {json.dumps(found)}")
    documents = sum(json.dumps(each).count('PolicyDocument"') for each in resources.values())
    if documents != len(POLICIES) + 1:  # the trust policy of the process, which docs/iam does not have
        problems.append(f"the template has {documents} policies, but this test compares {len(POLICIES)}")
    return problems


def main():
    test, root, packages = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if not (packages / "installed.lock").exists():
        print(f"skipped: cfn-lint is not installed in {packages}; the log of the test that installs it has the reason")
        sys.exit(77)
    problems = globals()[test](root, str(packages / "packages"))
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main()
