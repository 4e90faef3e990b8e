"""Signs PutRecords calls with botocore, for sigv4_botocore_test.cc.

Reads one JSON object a line: date_time, region, host, access_key_id, secret_access_key, session_token (may be empty)
and body (text). Writes one line for each: the Authorization header, or "! " and why botocore refuses the body.
With the argument "probe" it only says whether botocore is there, by its exit code.
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


def stop_the_clock(date_time):
    """Makes botocore sign as of date_time, "20260102T030405Z"."""
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
        "POST",
        "https://" + call["host"] + "/",
        data=call["body"].encode(),
        headers={
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "Kinesis_20131202.PutRecords",
        },
    )
    keys = Credentials(call["access_key_id"], call["secret_access_key"], call["session_token"] or None)
    botocore.auth.SigV4Auth(keys, "kinesis", call["region"]).add_auth(request)
    return request.headers["Authorization"]


def main():
    model = get_session().get_service_model("kinesis").operation_model("PutRecords")
    if sys.argv[1:] == ["probe"]:
        return
    for line in sys.stdin:
        call = json.loads(line)
        report = ParamValidator().validate(json.loads(call["body"]), model.input_shape)
        if report.has_errors():
            print("! " + report.generate_report().replace("\n", "; "))
        else:
            print(authorization(call))


main()
