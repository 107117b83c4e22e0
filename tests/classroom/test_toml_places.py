"""The line on which every key of a TOML file stands, whatever way it is written."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchharness.classroom.toml_places import Places, key_lines

PIECES = ("#", "[[x]]", "[y]", " = 1", ",", "}", "'", '\\"', "\\\\", " ", "é")
MULTI_LINE = ('"""\n[z]\nw = 1 ""\n\\""\\" ""quote"""""', "'''\nv = 2 # ''\n'''''")
SCALARS = st.one_of(
    st.integers().map(str),
    st.sampled_from(["true", "-inf", "1e-3", "2026-11-22 23:59:00+01:00", "07:32:00"]),
    st.lists(st.sampled_from(PIECES)).map(lambda pieces: f'"{"".join(pieces)}"'),
    st.lists(st.sampled_from([p for p in PIECES if p != "'"])).map(lambda p: f"'{''.join(p)}'"),
    st.sampled_from(MULTI_LINE),
)
QUOTED = st.sampled_from(["{}", '"{}"', "'{}'", '"{} #"', "'{}.='", '"\\u0041{}"'])


class Writer:
    """Writes a document whose keys have names that stand nowhere else in it."""

    def __init__(self, draw):
        self.draw, self.count = draw, 0

    def name(self):
        self.count += 1
        return self.draw(QUOTED).format(f"key{self.count}key")

    def pair(self, depth):
        dots = self.draw(st.sampled_from([".", " . "]))
        key = dots.join(self.name() for _ in range(self.draw(st.integers(1, 2))))
        return f"{key} = {self.value(depth)}"

    def value(self, depth):
        kind = self.draw(st.sampled_from(["scalar", "scalar", "array", "table"])) * (depth < 3)
        many = range(self.draw(st.integers(0, 3)))
        if kind == "array":
            between = self.draw(st.sampled_from([", ", ",\n", " # ], [\n , \n"]))
            return f"[ {between.join(self.value(depth + 1) for _ in many)}\n]"
        if kind == "table":
            return "{ " + ", ".join(self.pair(depth + 1) for _ in many) + " }"
        return self.draw(SCALARS)

    def table(self):
        name = self.name()
        headers = [
            [f"[{name}]"],
            [f"[ {name} . {self.name()} ]"],
            [f"[[{name}]]", f"[[ {name} ]]"],
            [f"[[{name}]]", f"[{name}.{self.name()}]", f"[[{name}]]"],
            [f"[[{name}]]", f"[[{name}.{self.name()}]]"],
        ]
        for header in self.draw(st.sampled_from(headers)):
            yield header
            yield from self.draw(st.sampled_from([[], ["# [not.this]", ""], ["  "]]))
            yield from (self.pair(0) for _ in range(self.draw(st.integers(0, 2))))


@st.composite
def documents(draw):
    writer = Writer(draw)
    lines = [*draw(st.sampled_from([(), ("",), ("# [no.table]",)]))]
    lines += [writer.pair(0) for _ in range(draw(st.integers(0, 2)))]
    for _ in range(draw(st.integers(0, 3))):
        lines += writer.table()
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)


def paths(value, path=()):
    """Every path into what a document says."""
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


def line_of_name(text, key):
    start = text.index(key.strip("A#.= "))
    return text.count("\n", 0, start) + 1


@given(documents())
def test_every_key_has_the_line_on_which_its_name_stands_first(text):
    lines = key_lines(text)

    assert set(lines) == set(paths(tomllib.loads(text)))
    keys = [path for path in lines if isinstance(path[-1], str)]
    assert {path: lines[path] for path in keys} == {p: line_of_name(text, p[-1]) for p in keys}


def test_items_of_an_array_have_lines_of_their_own():
    lines = key_lines('only = [\n  "a", "b",\n  "c",\n]\n')

    assert [lines["only", index] for index in range(3)] == [2, 2, 3]


def test_tables_of_an_array_have_the_lines_of_their_headers():
    lines = key_lines("[[a.b]]\nc = 1\n\n[[a.b]]\nc = 2\n")

    assert (lines["a", "b", 0], lines["a", "b", 1]) == (1, 4)
    assert lines["a", "b", 1, "c"] == 5


@pytest.mark.parametrize(
    "path, message",
    [
        (("a", "b"), "f.toml, line 2: a.b: is wrong"),
        (("a", "missing"), "f.toml, line 1: a.missing: is wrong"),
        (("nothing",), "f.toml: nothing: is wrong"),
        (("a", "list", 0, "two words"), 'f.toml, line 3: a.list."two words": is wrong'),
    ],
)
def test_mistake_names_its_line_or_that_of_the_nearest_table(path, message):
    places = Places("f.toml", key_lines('[a]\nb = 1\nlist = [{ "two words" = 3 }]\n'))

    assert str(places.problem(path, "is wrong")) == message
