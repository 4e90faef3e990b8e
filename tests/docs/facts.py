"""The names that documentation may use, as the program and the sources have them."""

import pathlib
import re
import subprocess

# The folders and files that code names are looked for in.
SOURCES = ("abi", "base", "bench", "client", "cmake", "conf", "core", "fluentbit", "host", "plugin", "scripts", "tests")
SOURCE_FILES = ("CMakeLists.txt", "CMakePresets.json", ".clang-format", ".clang-tidy", ".ci/run")
CODE_ENDINGS = (".c", ".cc", ".h")
SHARED_OBJECTS = ("penstock-in-kinesis.so", "flb-filter_lambda_logs.so", "penstock-out-kinesis.so")

OPTION = re.compile(r"^  ([a-z_0-9]+)\s+<(.+?)>(?:  |$)", re.M)
STAGE = re.compile(r"^(?:input|filter|output) (\S+)$", re.M)
STAGE_COMMAND = re.compile(r"^  command (\S+)$", re.M)
COMMAND = re.compile(r"^  ([a-z]+)  ", re.M)
FLAG = re.compile(r"(?<![\w-])(--[a-z][a-z-]*|-[A-Za-z])(?![\w-])")
STATISTIC = re.compile(r'(?:\b(?:counter|gauge|histogram)\(|PENSTOCK_(?:COUNTER|GAUGE), )\s*"([a-z_]+)"')
RUN_METRIC = re.compile(r'MetricType::(counter|gauge),\s*"(\w+)"')
MESSAGE_CODE = re.compile(r'"(PS\d{4})')
WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


class Facts:
    """All names that exist. Everything that is read from the program is read at construction."""

    def __init__(self, root, penstock):
        self.root = pathlib.Path(root)
        self.penstock = str(penstock)
        folder = pathlib.Path(penstock).parent
        tables = [output_of(penstock, "plugins")]
        tables += [output_of(penstock, "plugins", folder / name) for name in SHARED_OBJECTS]
        self.options = {}  # name: the types that it has in the stages
        for table in tables:
            for name, kind in OPTION.findall(table):
                self.options.setdefault(name, set()).add(kind)
        self.stages = set(STAGE.findall("\n".join(tables)))
        self.commands = {"help": set(), "version": set()}  # name: its flags
        for name in set(COMMAND.findall(output_of(penstock, "help"))) | set(STAGE_COMMAND.findall(tables[0])):
            self.commands[name] = set(FLAG.findall(output_of(penstock, "help", name))) | {"--help", "-h"}
        self.flags = set().union(*self.commands.values()) | {"--help", "-h", "--version", "-V"}

        texts = {}
        for name in SOURCES:
            for path in sorted((self.root / name).rglob("*")):
                if path.is_file() and path.suffix not in (".md", ".jsonl", ".pyc") and "__pycache__" not in path.parts:
                    texts[path.relative_to(self.root).as_posix()] = path.read_text(errors="replace")
        for name in SOURCE_FILES:
            texts[name] = (self.root / name).read_text()
        # The names in this test say nothing about the project.
        sources = {name: text for name, text in texts.items() if not name.startswith("tests/docs/")}

        def joined(endings=("",), without=(), below=("",)):
            chosen = (n for n in sources if n.endswith(endings) and n.startswith(below) and not n.startswith(without))
            return "\n".join(sources[name] for name in chosen)

        code = joined(CODE_ENDINGS, without=("tests/",))
        self.statistics = set(STATISTIC.findall(code))
        # Their names in Prometheus, by the rule in abi/penstock.h.
        self.metrics = {
            f"penstock_{kind}_{re.sub('_ms$', '_seconds', name)}{total}"
            for kind in ("input", "filter", "output")
            for name in self.statistics
            for total in ("", "_total")
        }
        # Those of the run itself have their whole names in the sources.
        self.metrics |= {
            name + ("_total" if kind == "counter" else "")
            for kind, name in RUN_METRIC.findall(sources["host/observe/endpoints.cc"])
        }
        self.message_codes = set(MESSAGE_CODE.findall(code))
        # Flags of programs that are not shipped, such as the simulator.
        self.test_flags = set(re.findall(r'"(--[a-z][a-z-]*)"', joined(CODE_ENDINGS)))
        self.words = set(WORD.findall(joined()))
        self.build_text = joined(("CMakeLists.txt", ".cmake"))
        # Strings of the code that makes records: names of members, words of lambda.event, runtimes.
        self.record_words = set(re.findall(r'"([@\w.]+)"', joined(below=("core/logs/",))))
        # Keys of Fluent Bit that the program knows.
        agent_keys = sources["host/conf/agent_keys.cc"] + sources["host/conf/settings.cc"]
        self.agent_keys = {key.lower() for key in re.findall(r'"([\w.*]+)"', agent_keys)}
        self.abi_words = set(WORD.findall(sources["abi/penstock.h"]))
        # Members of a line of a dead-letter file.
        self.members = set(re.findall(r'"([a-z_]+)"', sources["host/replay/dead_letter_line.cc"]))
        self.common_keys = {"name", "tag", "alias", "match", "match_regex"}
