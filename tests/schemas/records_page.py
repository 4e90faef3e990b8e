"""The facts of docs/records.md that the tests compare with the records: names, units, marks, and words of levels."""

import re
from typing import NamedTuple

SCHEMAS = ("default", "legacy", "otel", "ecs")
CELL = re.compile(r"`([^`]+)`( ¹)?(?:, (.+))?")


class Name(NamedTuple):
    name: str
    is_own: bool  # marked with ¹: no convention defines it
    note: str  # its unit or form: "s", "bytes", "a list of one", or ""


def rows(text, heading):
    """Yields the cells of each row of the first table after the heading, without its head."""
    table = re.search(rf"^#+ {re.escape(heading)}$.*?^\|[-| ]+\|\n((?:\|[^\n]*\n)+)", text, re.M | re.S)
    assert table, f"no table after the heading {heading}"
    for line in table[1].splitlines():
        yield [cell.strip() for cell in line.strip("|").split("|")]


class RecordsPage:
    """names: of each schema, by name. facts: the object that holds each in schema default, and its names, in the order
    of SCHEMAS; None for a schema without it. levels: of each word in lowercase."""

    def __init__(self, text):
        self.names = {schema: {} for schema in SCHEMAS}
        self.facts = []
        group = ""
        for title, *cells in rows(text, "Members in each schema"):
            if title.startswith("*"):
                in_object = re.fullmatch(r"\*in `(.+)`:\*", title)
                group = in_object[1] if in_object else ""
                continue
            names = [self.read_name(schema, cell) for schema, cell in zip(SCHEMAS, cells, strict=True)]
            self.facts.append((group, names))
        self.levels = {}
        for level, words in rows(text, "`normalize_level`"):
            for word in words.split(", "):
                assert word not in self.levels, f"the word {word} has two levels"
                self.levels[word] = level.strip("`")

    def read_name(self, schema, cell):
        if not cell:
            return None
        match = CELL.fullmatch(cell)
        assert match, f"not a name: {cell}"
        name = Name(match[1], bool(match[2]), match[3] or "")
        known = self.names[schema].setdefault(name.name, name)
        assert known == name, f"{name.name} of schema {schema} occurs twice, with other marks"
        return name
