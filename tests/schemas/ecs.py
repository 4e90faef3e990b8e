"""Checks records of schema ecs against the fields that @elastic/ecs defines."""

import json
import math
import pathlib
import subprocess

import rfc3339
from values import is_amount, is_integer, is_number

TEXTS = ("keyword", "constant_keyword", "wildcard", "text", "match_only_text")
# Fields that are not ECS's: of Elastic's integration for AWS, and the application's object.
CUSTOM = ("aws", "app")


def published_fields(packages):
    """Returns the type of each field, and whether it is a list."""
    script = pathlib.Path(__file__).with_name("print_ecs_fields.js")
    run = subprocess.run(["node", script, packages], capture_output=True, check=True, timeout=60)
    return json.loads(run.stdout)


def is_time(value):
    try:
        rfc3339.unix_ns(value)
    except ValueError:
        return False
    return True


def fits(value, field):
    """Returns whether Elasticsearch indexes the value as it is in a field of the type."""
    kind = field["type"]
    if isinstance(value, list) and field["is_list"]:
        return all(fits(element, {**field, "is_list": False}) for element in value)
    if kind == "date":
        return is_time(value)
    if kind in TEXTS:
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "long":
        return is_integer(value) and -(2**63) <= value < 2**63
    if kind in ("float", "scaled_float"):
        return is_number(value) and math.isfinite(value)
    raise AssertionError(f"a type that no member has yet: {kind}")


def is_custom(name):
    return name.split(".")[0] in CUSTOM


class EcsChecker:
    """page: a RecordsPage. fields: as published_fields() returns them."""

    def __init__(self, page, fields):
        self.names = page.names["ecs"]
        self.fields = fields

    def problems_of_names(self):
        """Returns what is wrong with the names of docs/records.md and their marks."""
        found = []
        for name in self.names.values():
            if is_custom(name.name):
                top = name.name.split(".")[0]
                if any(field.split(".")[0] == top for field in self.fields):
                    found.append(f"{name.name} is not ECS's, but ECS defines {top}")
            elif name.is_own and name.name in self.fields:
                found.append(f"{name.name} is marked as Penstock's own, but ECS defines it")
            elif not name.is_own and name.name not in self.fields:
                found.append(f"{name.name} is not marked as Penstock's own, but ECS does not define it")
        return found

    def problems(self, record):
        """Returns what is wrong with a record."""
        found = [f"{name} occurs twice" for name in sorted(record.twice)]
        if "@timestamp" not in record:
            found.append("no @timestamp")
        for name, value in record.items():
            if name not in self.names:
                found.append(f"{name} is not in docs/records.md")
            elif not self.has_right_type(name, value):
                found.append(f"{name} has a value of another type: {value!r}")
            elif value == "" and name != "message":  # that of a line without text is empty
                found.append(f"{name} is empty")
            # Elasticsearch rejects a document in which one name is both a value and an object.
            found += [f"{name} is a value and an object" for other in record if other.startswith(f"{name}.")]
        return found

    def has_right_type(self, name, value):
        if name in self.fields:
            return fits(value, self.fields[name])
        if name in ("app", "extractedFields"):
            return isinstance(value, dict)
        if name == "aws.lambda.tracing.sampled":
            return isinstance(value, bool)
        if name.endswith(("_ms", "_mb", "_seconds")):
            return is_amount(value)
        return isinstance(value, str)
