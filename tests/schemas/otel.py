"""Checks records of schema otel against OpenTelemetry's published data model of logs and semantic conventions."""

import ast
import pathlib
import re

import rfc3339
from opentelemetry.proto.common.v1 import common_pb2
from opentelemetry.proto.logs.v1 import logs_pb2
from values import is_amount, is_integer, is_number

# The units of docs/records.md, and as the conventions write them (UCUM).
UNITS = {"s": "s", "bytes": "By"}
# How many texts a list has.
LENGTHS = {"a list of one": (1,), "a list of one or two": (1, 2)}
# The name of each field of a log record that is not an attribute.
FIELDS = {"timestamp": "time_unix_nano", "severity_text": "severity_text", "severity_number": "severity_number",
          "body": "body", "attributes": "attributes"}
INTEGERS = range(-(2**63), 2**63)
NANOSECONDS = range(2**64)  # the years 1970 to 2554


def documented_constants(path):
    """Yields the value and the docstring of each text constant of a Python file, without running the file."""
    body = ast.parse(path.read_text()).body
    for statement, following in zip(body, body[1:]):
        if isinstance(statement, ast.AnnAssign) and isinstance(following, ast.Expr):
            yield ast.literal_eval(statement.value), ast.literal_eval(following.value)


class Conventions:
    """The names that opentelemetry-semantic-conventions defines. attributes; metrics: their units; deprecated."""

    def __init__(self, packages):
        self.attributes, self.metrics, self.deprecated = set(), {}, set()
        root = pathlib.Path(packages, "opentelemetry", "semconv")
        for folder in (root / "attributes", root / "_incubating" / "attributes"):
            for path in sorted(folder.glob("*_attributes.py")):
                for name, text in documented_constants(path):
                    # A stable attribute is "in favor of" itself in the folder of those that are not stable.
                    is_deprecated = text.strip().startswith("Deprecated:")
                    (self.deprecated if is_deprecated else self.attributes).add(name)
        for path in sorted((root / "_incubating" / "metrics").glob("*_metrics.py")):
            for name, text in documented_constants(path):
                unit = re.search(r"^Unit: (.*)$", text, re.M)
                self.metrics[name] = unit[1] if unit else ""


def encodable(text):
    """Returns the text with U+FFFD for lone surrogates, which JSON can express and UTF-8 cannot."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def any_value(value):
    """Returns the AnyValue of a JSON value. An integer that needs more than 64 bits becomes a double."""
    if value is None:
        return common_pb2.AnyValue()
    if isinstance(value, bool):
        return common_pb2.AnyValue(bool_value=value)
    if is_integer(value) and value in INTEGERS:
        return common_pb2.AnyValue(int_value=value)
    if is_number(value):
        return common_pb2.AnyValue(double_value=value)
    if isinstance(value, str):
        return common_pb2.AnyValue(string_value=encodable(value))
    if isinstance(value, list):
        return common_pb2.AnyValue(array_value=common_pb2.ArrayValue(values=map(any_value, value)))
    return common_pb2.AnyValue(kvlist_value=common_pb2.KeyValueList(values=key_values(value)))


def key_values(members):
    return [common_pb2.KeyValue(key=encodable(key), value=any_value(value)) for key, value in members.items()]


def log_record(record):
    """Returns the LogRecord. The record's own attributes precede those of the application. Raises ValueError or
    TypeError if a field does not have the type of the data model."""
    own = {name: value for name, value in record.items() if name not in FIELDS}
    time_ns = rfc3339.unix_ns(record["timestamp"])
    # 0 means that the time is unknown.
    out = logs_pb2.LogRecord(time_unix_nano=time_ns if time_ns in NANOSECONDS else 0)
    out.attributes.extend(key_values({**record.get("attributes", {}), **own}))
    if "body" in record:
        out.body.string_value = record["body"]
    if "severity_text" in record:
        out.severity_text = record["severity_text"]
    if "severity_number" in record:
        out.severity_number = record["severity_number"]
    return out


class OtelChecker:
    """page: a RecordsPage."""

    def __init__(self, page, conventions):
        self.names = page.names["otel"]
        self.levels = page.levels
        self.conventions = conventions

    def problems_of_names(self):
        """Returns what is wrong with the names of docs/records.md and their marks."""
        found = []
        known = self.conventions
        for name in self.names.values():
            is_field = FIELDS.get(name.name) in logs_pb2.LogRecord.DESCRIPTOR.fields_by_name
            is_defined = is_field or name.name in known.attributes or name.name in known.metrics
            if name.name in known.deprecated and name.name not in known.attributes:
                found.append(f"{name.name} is deprecated")
            elif name.is_own and is_defined:
                found.append(f"{name.name} is marked as Penstock's own, but OpenTelemetry defines it")
            elif not name.is_own and not is_defined:
                found.append(f"{name.name} is not marked as Penstock's own, but OpenTelemetry does not define it")
            unit = known.metrics.get(name.name)
            if unit is not None and UNITS.get(name.note) != unit:
                found.append(f"{name.name} has the unit {unit!r} in OpenTelemetry, but here {name.note!r}")
        return found

    def problems(self, record):
        """Returns what is wrong with a record."""
        found = [f"{name} occurs twice" for name in sorted(record.twice)]
        for name, value in record.items():
            if name not in self.names:
                found.append(f"{name} is not in docs/records.md")
            elif not self.has_right_type(name, value):
                found.append(f"{name} has a value of another type: {value!r}")
        found += self.problems_of_severity(record)
        try:
            bytes_of = log_record(record).SerializeToString()
            logs_pb2.LogRecord.FromString(bytes_of)
        except (KeyError, TypeError, ValueError) as error:
            found.append(f"not a LogRecord: {error!r}")
        return found

    def has_right_type(self, name, value):
        note = self.names[name].note
        if name == "severity_number":
            return is_integer(value)
        if name in ("attributes", "extractedFields"):
            return isinstance(value, dict)
        if name == "aws.xray.sampled":
            return isinstance(value, bool)
        if note in UNITS:
            return is_amount(value)
        if note in LENGTHS:
            return (isinstance(value, list) and len(value) in LENGTHS[note] and
                    all(isinstance(element, str) and element != "" for element in value))
        assert not note, f"unknown note of {name}: {note}"
        # The body of a line without text is empty.
        return isinstance(value, str) and (value != "" or name == "body")

    def problems_of_severity(self, record):
        text, number = record.get("severity_text"), record.get("severity_number")
        level = self.levels.get(text.lower()) if isinstance(text, str) else None
        if level is None:
            return [] if number is None else [f"severity_number {number!r} without a known severity_text: {text!r}"]
        first = logs_pb2.SeverityNumber.Value(f"SEVERITY_NUMBER_{level}")
        last = logs_pb2.SeverityNumber.Value(f"SEVERITY_NUMBER_{level}4")
        if not is_integer(number) or not first <= number <= last:
            return [f"severity_number {number!r} of {text} is not in {first} to {last}"]
        return []
