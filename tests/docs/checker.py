"""Finds names and links in documentation that do not exist."""

import os
import re
import shlex

import facts as known_facts
import markdown

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
# Documents for developers name functions, types, and fields. There, a name has to occur in the sources only.
FOR_DEVELOPERS = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/abi.md",
    "docs/architecture.md",
    "docs/glossary.md",
    "docs/simulation.md",
)
TOP_FOLDERS = known_facts.SOURCES + ("docs", ".ci", ".github")

SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
UPPER = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
CODE = re.compile(r"PS\d{4}")
# A function, a type, or a qualified name of the sources.
IDENTIFIER = re.compile(r"(?:[A-Za-z_]\w*::)*(?:[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+|[a-z]\w*\(\)|[A-Za-z]\w*::\w+(?:\(\))?)")
# A member of a record: with a dot or in camelCase.
MEMBER = re.compile(r"@?[a-z]\w*(?:\.\w+)+|[a-z]+[A-Z]\w*")
ABOUT_RECORDS = "docs/records.md"
PATH = re.compile(r"(?:" + "|".join(map(re.escape, TOP_FOLDERS)) + r")/[\w./*{},-]*")
PROGRAM = re.compile(r"penstock-[a-z]+(?:-[a-z]+)*")
CAPITALS = re.compile(r"[A-Z][A-Z_]*|\.\.\.|\[?[A-Z].*")
# Permissions and condition keys without an operation of their name.
NOT_OPERATIONS = {"iam:PassRole", "kinesis:AssociateStreamsWithQueue", "kms:ViaService"}
# The operations of queues, which botocore has from 1.44 on; distributions have older ones.
NEW_OPERATIONS = {
    "kinesis:" + name
    for name in (
        "CreateQueue DescribeQueue ReceiveQueueRecords AcknowledgeQueueRecords UpdateQueueRecordsVisibility "
        "ReceiveDeadLetterQueueRecords UpdateDeadLetterQueueRecordsVisibility RestoreDeadLetterQueueRecords"
    ).split()
}
PERMISSION = re.compile(r"\b(kinesis|dynamodb|kms|sts|iam|logs):([A-Z][a-z]\w+)")


def foreign_names(path):
    """Returns the names of other programs that the documentation may use: one per line, after a comment."""
    return {line for line in path.read_text().split("\n") if line and not line.startswith("#")}


def accepts(kind, value):
    """Whether an option of this type accepts the value, or could accept what its capital letters represent."""
    if "|" not in kind or value.startswith("-") or CAPITALS.fullmatch(value):
        return True
    for word in kind.split("|"):
        prefix, colon, _ = word.partition(":")
        if word in ("SIZE", "NUMBER", "DURATION"):
            if re.match(r"\d", value):
                return True
        elif value.lower() == word or (colon and value.lower().startswith(prefix + ":")):
            return True
    return False


class Checker:
    def __init__(self, facts, foreign, documents):
        self.facts = facts
        self.foreign = foreign
        self.documents = documents  # path, relative to the root: text
        self.problems = []
        self.used_foreign = set()
        self.anchors = {path: markdown.anchors(text) for path, text in documents.items()}
        words = {word for kinds in facts.options.values() for kind in kinds for word in kind.split("|")}
        self.names = words.union(
            facts.options, facts.statistics, facts.metrics, facts.stages, facts.agent_keys, facts.common_keys, facts.members
        )

    def problem(self, path, line, text):
        self.problems.append(f"{path}:{line}: {text}")

    def run(self):
        for path, text in self.documents.items():
            prose, blocks = markdown.split(text)
            for line, target in markdown.links(prose):
                self.link(path, line, target)
            for line, span in markdown.code_spans(prose):
                self.span(path, line, span)
            for block in blocks:
                self.block(path, block)
            for line, match in markdown.numbered(CODE, text):
                if match[0] not in self.facts.message_codes:
                    self.problem(path, line, f"no message has the code {match[0]}")
        return self.problems

    def link(self, path, line, target):
        if re.match(r"[a-z]+:", target):
            return
        file, _, anchor = target.partition("#")
        whole = os.path.normpath(os.path.join(os.path.dirname(path), file)) if file else path
        if not (self.facts.root / whole).exists() and whole not in self.documents:
            return self.problem(path, line, f"the link {target} leads to no file")
        if anchor and whole.endswith(".md"):
            if whole not in self.anchors:
                self.anchors[whole] = markdown.anchors((self.facts.root / whole).read_text())
            if anchor not in self.anchors[whole]:
                self.problem(path, line, f"the link {target} leads to no heading of {whole}")

    def span(self, path, line, span):
        if self.is_foreign(span):
            return
        words = span.split()
        if words[0] == "penstock" and len(words) > 1:
            return self.command_line(path, line, words[1:])
        if PROGRAM.fullmatch(words[0]) and words[0] not in self.facts.build_text:
            return self.problem(path, line, f"no program or file is named {words[0]}")
        if re.fullmatch(r"--[a-z][a-z-]*|-[A-Za-z]", words[0]):
            return self.flag(path, line, words[0])
        if PATH.fullmatch(words[0]):
            return self.path(path, line, words[0])
        if path == ABOUT_RECORDS and MEMBER.fullmatch(words[0]) and words[0] not in self.facts.record_words:
            return self.problem(path, line, f"no record has the member {words[0]}")
        if "=" in words[0] or words[0].startswith(("-", "$", "/")):
            return None
        name = words[0].rstrip(":,")
        if SNAKE.fullmatch(name):
            return self.name(path, line, name, words[1:])
        if name in self.facts.options and len(words) > 1:
            return self.values(path, line, name, words[1:])
        if (UPPER.fullmatch(span) or IDENTIFIER.fullmatch(span)) and not self.in_sources(span):
            return self.problem(path, line, f"{span} does not occur in the sources")
        return None

    def flag(self, path, line, flag):
        if flag in self.facts.flags or (path in FOR_DEVELOPERS and flag in self.facts.test_flags):
            return
        self.problem(path, line, f"no command has the flag {flag}")

    def is_foreign(self, span):
        if span in self.foreign:
            self.used_foreign.add(span)
        return span in self.foreign

    def in_sources(self, span):
        return all(word in self.facts.words for word in re.findall(r"\w+", span))

    def name(self, path, line, name, rest):
        if self.is_foreign(name):
            return None
        if name not in self.names:
            if name in self.facts.abi_words or (path in FOR_DEVELOPERS and name in self.facts.words):
                return None
            return self.problem(path, line, f"{name} is not an option, a stage, a counter, or a key")
        return self.values(path, line, name, rest)

    def values(self, path, line, name, rest):
        kinds = self.facts.options.get(name, set())
        if len(rest) == 1 and kinds and not any(accepts(kind, rest[0]) for kind in kinds):
            self.problem(path, line, f"{name} does not accept {rest[0]}: it is one of {' or '.join(sorted(kinds))}")

    def path(self, path, line, name):
        name = name.rstrip("/.")
        if name in self.foreign or list(self.facts.root.glob(re.sub(r"\{.*?\}", "*", name) + "*")):
            return
        self.problem(path, line, f"{name} does not exist")

    def command_line(self, path, line, words):
        if re.fullmatch(r"-[A-Za-z]|--[a-z-]+", words[0]):
            command, flags = "", self.facts.flags
        elif re.fullmatch(r"[A-Z]+", words[0]):
            command, flags = "", self.facts.flags
        elif words[0] in self.facts.commands:
            command, flags = words[0], self.facts.commands[words[0]]
        else:
            return self.problem(path, line, f"penstock has no command {words[0]}")
        for word in words:
            flag = re.fullmatch(r"\[?(--?[A-Za-z][a-z-]*)\]?", word)
            if flag and flag[1] not in flags:
                self.problem(path, line, f"penstock {command} has no flag {flag[1]}")
        return None

    def block(self, path, block):
        if block.language not in ("sh", "console", ""):
            return
        for offset, text in enumerate(block.text.split("\n")):
            text = text[2:] if text.startswith("$ ") else text if block.language == "sh" else ""
            words = text.split(">")[0].split("|")[0].split()
            words = words[next((i for i, word in enumerate(words) if "=" not in word), 0) :]
            if not words:
                continue
            if words[0] in ("penstock", "build/dev/bin/penstock") and len(words) > 1:
                self.command_line(path, block.line + offset, words[1:])
            elif PATH.fullmatch(words[0]):
                self.path(path, block.line + offset, words[0])


def aws_problems(documents):
    """Returns the commands of the AWS CLI and the IAM permissions in the documents that botocore does not know; None
    without botocore."""
    try:
        import botocore.session
        from botocore import xform_name
    except ImportError:
        return None
    session = botocore.session.get_session()
    models = {}

    def operations(service):
        if service not in models:
            model = session.get_service_model(service)
            models[service] = {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}
        return models[service]

    problems = []
    for path, text in documents.items():
        for line, match in markdown.numbered(PERMISSION, text):
            if match[0] not in NOT_OPERATIONS | NEW_OPERATIONS and xform_name(match[2], "-") not in operations(match[1]):
                problems.append(f"{path}:{line}: {match[1]} has no operation {match[2]}")
        for block in markdown.split(text)[1]:
            if block.language != "sh":
                continue
            for command in block.text.replace("\\\n", " ").split("\n"):
                if not command.startswith("aws "):
                    continue
                _, service, name, *arguments = shlex.split(command)
                operation = operations(service).get(name)
                if operation is None:
                    problems.append(f"{path}:{block.line}: aws {service} has no command {name}")
                    continue
                members = {"--" + xform_name(member, "-") for member in operation.input_shape.members}
                given = {word for word in arguments if word.startswith("--")}
                problems += [f"{path}:{block.line}: aws {service} {name} has no {flag}" for flag in given - members]
                needed = {"--" + xform_name(member, "-") for member in operation.input_shape.required_members}
                problems += [f"{path}:{block.line}: aws {service} {name} lacks {flag}" for flag in needed - given]
    return problems
