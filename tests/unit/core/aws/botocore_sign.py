"""Signs requests with botocore, for sigv4_botocore_test.cc.

Reads one JSON object per line: date_time, region, host, access_key_id, secret_access_key, session_token (may be empty),
body (text), and, unless it is a PutRecords call, method, path_and_query, service and headers (an object). Prints one
line for each: the Authorization header, or "! " and why botocore rejects the body of a PutRecords call.
With the argument "probe", the exit code only reports whether botocore is installed.
"""

import datetime
import json
import sys
import types

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.session import get_session
from botocore.validate import ParamValidator


PUT_RECORDS_HEADERS = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "Kinesis_20131202.PutRecords",
}


def stop_the_clock(date_time):
    """Makes botocore sign with the time date_time, "20260102T030405Z"."""
    moment = datetime.datetime.strptime(date_time, "%Y%m%dT%H%M%SZ")

    class Stopped(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return moment

    botocore.auth.datetime = types.SimpleNamespace(datetime=Stopped)
    botocore.auth.get_current_datetime = lambda *_, **__: moment  # what later versions ask instead


def authorization(call):
    stop_the_clock(call["date_time"])
    request = AWSRequest(
        call.get("method", "POST"),
        "https://" + call["host"] + call.get("path_and_query", "/"),
        data=call["body"].encode(),
        headers=call.get("headers", PUT_RECORDS_HEADERS),
    )
    keys = Credentials(call["access_key_id"], call["secret_access_key"], call["session_token"] or None)
    botocore.auth.SigV4Auth(keys, call.get("service", "kinesis"), call["region"]).add_auth(request)
    return request.headers["Authorization"]


def main():
    model = get_session().get_service_model("kinesis").operation_model("PutRecords")
    if sys.argv[1:] == ["probe"]:
        return
    for line in sys.stdin:
        call = json.loads(line)
        if "service" in call:
            print(authorization(call))
            continue
        report = ParamValidator().validate(json.loads(call["body"]), model.input_shape)
        if report.has_errors():
            print("! " + report.generate_report().replace("\n", "; "))
        else:
            print(authorization(call))


main()
