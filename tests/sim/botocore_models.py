"""Validates requests against botocore's models of the services, for botocore_models_test.cc.

Reads one JSON object per line: service, operation, and body (JSON text) or form (a query string). Prints one line for
each: "ok", or what the model does not allow. botocore's own validator checks names, types and minima. This script
also checks the maxima and patterns in the models. The first argument is a folder whose botocore is preferred, if it has
one. With "probe" after it, the exit code only reports whether botocore is installed, and knows the operations of Kinesis
that follow.
"""

import base64
import json
import re
import sys
import urllib.parse

sys.path.insert(0, sys.argv[1])

from botocore.session import get_session  # noqa: E402
from botocore.validate import ParamValidator  # noqa: E402


def beyond(shape, value, path):
    """Returns the parts of value that exceed a maximum of their shape or do not match its pattern."""
    size = None
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from beyond(shape.members[name], member, path + "." + name)
    elif shape.type_name == "list":
        size = len(value)
        for item in value:
            yield from beyond(shape.member, item, path + "[]")
    elif shape.type_name == "string":
        size = len(value)
        pattern = shape.metadata.get("pattern")  # botocore leaves it out of some versions' metadata
        if pattern and not re.fullmatch(pattern, value):
            yield "%s does not match %s" % (path, pattern)
        if shape.enum and value not in shape.enum:
            yield "%s is %s, not one of %s" % (path, value, shape.enum)
    elif shape.type_name == "blob":
        size = len(base64.b64decode(value, validate=True))
    elif shape.type_name in ("integer", "long"):
        size = value
    if size is not None and size > shape.metadata.get("max", size):
        yield "%s is %d, more than %d" % (path, size, shape.metadata["max"])


def parameters_of(form, operation, version):
    fields = dict(urllib.parse.parse_qsl(form, strict_parsing=True))
    assert fields.pop("Action") == operation.name and fields.pop("Version") == version
    for name, value in fields.items():
        if operation.input_shape.members[name].type_name == "integer":
            fields[name] = int(value)
    return fields


def main():
    session = get_session()
    models = {name: session.get_service_model(name) for name in ("kinesis", "sts", "dynamodb")}
    if sys.argv[2:3] == ["probe"]:
        sys.exit(0 if set(sys.argv[3:]) <= set(models["kinesis"].operation_names) else 1)
    for line in sys.stdin:
        call = json.loads(line)
        model = models[call["service"]]
        operation = model.operation_model(call["operation"])
        if "form" in call:
            params = parameters_of(call["form"], operation, model.api_version)
        else:
            params = json.loads(call["body"])
        report = ParamValidator().validate(params, operation.input_shape)
        problems = [report.generate_report()] if report.has_errors() else []
        problems = problems or list(beyond(operation.input_shape, params, operation.name))
        print("; ".join(problems).replace("\n", " ") or "ok")


main()
