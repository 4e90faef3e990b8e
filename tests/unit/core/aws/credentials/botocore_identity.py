"""Prints whose credentials botocore finds, for identity_botocore_test.cc.

Generates environments and files from a seed, the argument, and prints one line for each: tab-separated fields, all but
the first in hexadecimal. The first field is the identity as one word, or "error". It is followed by pairs: "$NAME" and
a variable's value, or a path below HOME and a file's text. No service is called: the request to a service is part of
the identity's word. With the argument "probe", the exit code only reports whether botocore is installed.
"""

import json
import os
import pathlib
import random
import shutil
import sys
import tempfile

import botocore.credentials
import botocore.session
from botocore.credentials import Credentials

HEADERS = {
    "config": "[default] [profile_logs] [profile_source] [profile_'log_reader'] [profile_default] [profile_\"logs\"] [logs]"
    " [Default] [DEFAULT] [_default_] [profile__logs_] [profile_logs_x] [profile_role] [sso-session_s] [services_s] [default",
    "credentials": "[default] [logs] [source] [log_reader] [profile_logs] [profile_default] [\"logs\"] [Default] [DEFAULT]"
    " [_default_] [role] [default [default]]",
}
AFTER_HEADER = ["", "", "", "", " # mine", ";x", " ; see [prod]", "  ", "\t"]
SETTINGS = """aws_access_key_id=AKID$ aws_secret_access_key=S aws_session_token=T
aws_security_token=T AWS_ACCESS_KEY_ID=AKID$ role_arn=arn:$ source_profile=source source_profile=logs source_profile=default
credential_source=Environment credential_source=EcsContainer credential_source=Ec2InstanceMetadata credential_process=tool_"a_b"_$
web_identity_token_file=/token region=eu-west-1 s3= __max_queue=1 role_session_name=name external_id=x services=s
sso_account_id=1 sso_start_url=u junk =x #comment ;comment""".split()
DELIMITERS = ["=", "=", " = ", "\t=\t", ":", ": ", " =  "]
INDENTS = [""] * 12 + [" ", "  ", "\t", "\u00a0"]
ENDS = ["\n"] * 6 + ["\r\n", "\r\n", "\r"]
PATHS = ["~/other", "$HOME/other", "${HOME}/other", "/nowhere/~", "", "$NOT_SET/x", "/dev/null"]


def setting_line(rng, text):
    name, delimiter, value = text.partition("=")
    return name.replace("__", "  ") + (rng.choice(DELIMITERS) if delimiter else "") + value.replace("_", " ")


def make_section(rng, kind, header, regular, counter):
    """Returns the lines of a section. In a regular one, as people write it, each setting occurs once, and all have the
    same indentation."""
    indent = rng.choice(INDENTS)
    lines = [rng.choice(INDENTS[:12] if regular else INDENTS) + header.replace("_", " ") + rng.choice(AFTER_HEADER)]
    chosen = rng.sample(SETTINGS[2:] if regular else SETTINGS, rng.choice([0, 0, 1, 2, 4]))
    if rng.random() < 0.5:
        chosen = ["aws_access_key_id=AKID$", "aws_secret_access_key=S"] + chosen
    if rng.random() < 0.2:
        chosen += ["role_arn=arn:$", rng.choice(["source_profile=source", "source_profile=default", "credential_source=Environment"])]
    if regular:
        by_name = {setting.partition("=")[0].lower(): setting for setting in chosen}
        chosen = [setting for name, setting in by_name.items() if name.isidentifier() and name != "junk"]
    for setting in chosen:
        text = setting_line(rng, setting.replace("$", kind[:2] + str(next(counter))))
        if not regular and rng.random() < 0.2:
            text += rng.choice([" ", " # x", "\t;"])
        lines.append((indent if regular or rng.random() < 0.8 else rng.choice(INDENTS)) + text)
    if rng.random() < 0.3:
        lines.append(rng.choice(["", "# comment", "  ; comment", "\t"]))
    return lines


def make_file(rng, kind):
    regular = rng.random() < 0.85
    counter = iter(range(100))
    headers = HEADERS[kind].split()
    chosen = rng.sample(headers[:4] if regular else headers, rng.randint(2, 4))
    lines = [line for header in chosen for line in make_section(rng, kind, header, regular, counter)]
    end = rng.choice(ENDS)
    return ("\ufeff" if rng.random() < 0.02 else "") + end.join(lines) + rng.choice([end, ""])


def make_case(rng):
    variables = {}
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        if rng.random() < 0.12:
            variables[name] = rng.choice(["logs", "logs", "logs", "logs", "logs", "log reader", "default", "gone", "source"])
    for name, often in (("AWS_CONFIG_FILE", 0.15), ("AWS_SHARED_CREDENTIALS_FILE", 0.15)):
        if rng.random() < often:
            variables[name] = rng.choice(PATHS)
    keys = {"AWS_ACCESS_KEY_ID": "AKIDENV", "AWS_SECRET_ACCESS_KEY": "S"}
    web_identity = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:env"}
    for chosen, often in ((keys, 0.08), (web_identity, 0.1), ({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/keys"}, 0.3)):
        if rng.random() < often:
            variables.update(chosen)
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"):
        if rng.random() < 0.08:
            variables.pop(name, None)
    files = {}
    for path, kind, often in ((".aws/config", "config", 0.7), (".aws/credentials", "credentials", 0.7), ("other", "credentials", 0.3)):
        if rng.random() < often:
            files[path] = make_file(rng, kind)
    return variables, files


class Sts:
    def __init__(self, source):
        self.source = source

    def answer(self, word):
        return {"Credentials": {"AccessKeyId": word, "SecretAccessKey": "S", "SessionToken": "T", "Expiration": "2099-01-01T00:00:00Z"}}

    def assume_role(self, RoleArn, **_):
        return self.answer(f"role/{RoleArn}/{self.source}")

    def assume_role_with_web_identity(self, RoleArn, **_):
        return self.answer(f"web/{RoleArn}")


class Program:
    returncode = 0

    def __init__(self, words, **_):
        self.words = words

    def communicate(self):
        word = "/".join(["program", *self.words]).replace(" ", "_")
        return json.dumps({"Version": 1, "AccessKeyId": word, "SecretAccessKey": "S"}).encode(), b""


def can_sign(*keys):
    """Returns whether the service could accept the keys. It rejects keys made of a comment or a misread line."""
    return all(key and key.isprintable() and " " not in key for key in keys)


def create_client(self, service_name, aws_access_key_id=None, aws_secret_access_key=None, **_):
    if aws_access_key_id is not None and not can_sign(aws_access_key_id, aws_secret_access_key):
        raise ValueError("the service would refuse the keys")
    return Sts(aws_access_key_id)


def read_token(loader):
    if loader._web_identity_token_path != "/token":
        raise OSError("no such file")
    return "token"


def cut_off_the_network():
    botocore.session.Session.create_client = create_client
    botocore.credentials.ProcessProvider.__init__.__defaults__ = (Program,)
    botocore.credentials.FileWebIdentityTokenLoader.__call__ = read_token
    container = botocore.credentials.ContainerProvider
    container.load = lambda self: Credentials("CONTAINER", "S") if container.ENV_VAR in os.environ else None
    botocore.credentials.InstanceMetadataProvider.load = lambda self: Credentials("INSTANCE", "S")


def identity():
    try:
        found = botocore.session.Session().get_credentials()
        if found.method == "sso":
            return "error"  # it needs a person who signs in
        keys = found.get_frozen_credentials()
        if not can_sign(keys.access_key, keys.secret_key, keys.token or "none"):
            return "error"
        return keys.access_key + ("+" + keys.token if keys.token and "/" not in keys.access_key else "")
    except Exception:
        return "error"


def main():
    if sys.argv[1:] == ["probe"]:
        return
    cut_off_the_network()
    rng = random.Random(int(sys.argv[1]))
    home = tempfile.mkdtemp(prefix="penstock-test-")
    for _ in range(int(sys.argv[2])):
        variables, files = make_case(rng)
        for path, text in files.items():
            file = pathlib.Path(home, path)
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(text.encode())
        os.environ.clear()
        os.environ.update({"HOME": home, **variables})
        fields = [identity()]
        for name, value in [("$" + name, value) for name, value in variables.items()] + list(files.items()):
            fields += [name.encode().hex(), value.encode().hex()]
        print("\t".join(fields))
        for path in files:
            pathlib.Path(home, path).unlink()
    shutil.rmtree(home)


main()
