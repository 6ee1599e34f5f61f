"""Packs for tests: the examples of questions/README.md, and a hundred ways to spoil them."""
import json
import os
import re

import tap

README = os.path.join(tap.TOP, "questions", "README.md")
KINDS = ["coding", "ml_theory", "system_design", "behavioral", "deep_dive"]


def examples():
    """The pack and one question of each kind out of questions/README.md."""
    with open(README, encoding="utf-8") as readme:
        blocks = [json.loads(b) for b in re.findall(r"```json\n(.*?)```", readme.read(), re.S)]
    pack = blocks[0]
    pack["questions"] = blocks[1:]
    return pack


def files_of(value):
    """Every file that a question names."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("generator", "file"):
                yield inner
            elif key == "references":
                yield from inner.values()
            else:
                yield from files_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from files_of(inner)


# ---- one thing wrong at a time: (what, how, field, part of the message, can a schema see it) ----

def put(*path):
    """A change of the pack: the last of `path` is the value, the others lead to its place."""
    def change(pack):
        at = pack
        for key in path[:-2]:
            at = at[key]
        at[path[-2]] = path[-1]
    return change


def drop(*path):
    def change(pack):
        at = pack
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]
    return change


def grow(*path):
    """Appends the last of `path` to the list that the others lead to."""
    def change(pack):
        at = pack
        for key in path[:-1]:
            at = at[key]
        at.append(path[-1])
    return change


Q = "questions"
CODING, THEORY, DEEP = 0, 1, 4
NUMBER = {"type": "number", "answer": 1}
CHOICE = {"type": "choice", "options": [{"text": "a", "right": True}, {"text": "b", "right": True}]}
BAD = [
    ("pack: format of the future", put("format", 2), "format", "expected 1 to 1", True),
    ("pack: format as text", put("format", "1"), "format", "whole number", True),
    ("pack: no name", drop("pack"), "pack", "is missing; it must be a string", True),
    ("pack: name with a space", put("pack", "my pack"), "pack", "lower-case letters, digits", True),
    ("pack: version 0", put("version", 0), "version", "is 0; expected 1", True),
    ("pack: licence not in the list", put("licence", "GPL-3.0"), "licence", "is none of: CC-BY-4.0", True),
    ("pack: licence missing", drop("licence"), "licence", "is missing", True),
    ("pack: no source", drop("source"), "source", "is missing", True),
    ("pack: questions an object", put(Q, {}), "questions", "must be a list", True),
    ("pack: questions missing", drop(Q), "questions", "is missing", True),
    ("pack: unknown field", put("vversion", 2), "vversion", "did you mean version?", True),
    ("pack: own kind redefines", put("kinds", {"coding": ["a", "b", "c"]}), "kinds.coding", "fixed", True),
    ("pack: own kind of two axes", put("kinds", {"hello": ["a", "b"]}), "kinds.hello", "3 to 5", True),
    ("pack: own kind, axis twice", put("kinds", {"hello": ["a", "b", "a"]}), "kinds.hello[2]", "twice", True),
    ("pack: own kind, bad letters", put("kinds", {"Hello": ["a", "b", "c"]}), "kinds.Hello", "lower-case", True),
    ("pack: own kind, bad axis", put("kinds", {"hello": ["a", "b", "C"]}), "kinds.hello[2]", "lower-case", True),
    ("question is a number", put(Q, THEORY, 7), "questions[1]", "must be an object", True),
    ("id missing", drop(Q, THEORY, "id"), "questions[1].id", "is missing", True),
    ("id a number", put(Q, THEORY, "id", 7), "questions[1].id", "must be a string", True),
    ("id in capitals", put(Q, THEORY, "id", "Theory-1"), "questions[1].id", "lower-case", True),
    ("id too long", put(Q, THEORY, "id", "a" * 65), "questions[1].id", "is 65 bytes", True),
    ("id twice", put(Q, THEORY, "id", "coding-example-longest-calm"), "questions[1].id", "there already", False),
    ("kind unknown", put(Q, THEORY, "kind", "mltheory"), "questions[1].kind", "did you mean ml_theory?", True),
    ("kind with a hyphen", put(Q, THEORY, "kind", "ml-theory"), "questions[1].kind", "lower-case", True),
    ("title of two lines", put(Q, THEORY, "title", "one\ntwo"), "questions[1].title", "one line", True),
    ("prompt too long", put(Q, THEORY, "prompt", "p" * 6001), "questions[1].prompt", "is 6001 bytes; expected 10 to 6000", True),
    ("prompt with a control character", put(Q, THEORY, "prompt", "ring the \x07 bell"), "questions[1].prompt", "U+0007", True),
    ("level unknown", put(Q, THEORY, "level", "junior"), "questions[1].level", "entry, mid, senior, staff", True),
    ("difficulty 6", put(Q, THEORY, "difficulty", 6), "questions[1].difficulty", "expected 1 to 5", True),
    ("difficulty in words", put(Q, THEORY, "difficulty", "hard"), "questions[1].difficulty", "whole number", True),
    ("no topic", put(Q, THEORY, "topics", []), "questions[1].topics", "is 0 elements", True),
    ("topic twice", put(Q, THEORY, "topics", ["pca", "pca"]), "questions[1].topics[1]", "twice", True),
    ("topic empty", put(Q, THEORY, "topics", ["pca", ""]), "questions[1].topics[1]", "is 0 bytes", True),
    ("company unknown", put(Q, THEORY, "companies", ["gogle"]), "questions[1].companies[0]", "did you mean google?", True),
    ("role a number", put(Q, THEORY, "roles", [3]), "questions[1].roles[0]", "must be a string", True),
    ("domain unknown", put(Q, DEEP, "domain", "robots"), "questions[4].domain", "is none of: nlp", True),
    ("deep dive without domain", drop(Q, DEEP, "domain"), "questions[4].domain", "is missing", True),
    ("time limit of a second", put(Q, THEORY, "answer_seconds", 1), "questions[1].answer_seconds", "is 1; expected 10", True),
    ("one hint", drop(Q, THEORY, "hints", 1), "questions[1].hints", "is 1 elements", True),
    ("hint without cost", drop(Q, THEORY, "hints", 1, "cost"), "questions[1].hints[1].cost", "is missing", True),
    ("hint of cost 5", put(Q, THEORY, "hints", 0, "cost", 5), "questions[1].hints[0].cost", "is 5; expected 0 to 4", True),
    ("one follow-up", drop(Q, THEORY, "follow_ups", 1), "questions[1].follow_ups", "is 1 elements", True),
    ("follow-up on no axis", put(Q, THEORY, "follow_ups", 0, "axis", "speed"), "questions[1].follow_ups[0].axis", "is none of: correctness", True),
    ("rubric lacks an axis", drop(Q, THEORY, "rubric", 3), "questions[1].rubric", "no note on the axis clarity", True),
    ("rubric has an axis twice", put(Q, THEORY, "rubric", 3, "axis", "depth"), "questions[1].rubric", "2 notes on the axis depth", True),
    ("rubric without a three", drop(Q, THEORY, "rubric", 0, "three"), "questions[1].rubric[0].three", "is missing", True),
    ("no model answer", drop(Q, THEORY, "model_answer"), "questions[1].model_answer", "is missing", True),
    ("no mistakes", put(Q, THEORY, "mistakes", []), "questions[1].mistakes", "is 0 elements", True),
    ("question's licence", put(Q, THEORY, "licence", "mit"), "questions[1].licence", "is none of", True),
    ("exemplar of band 6", put(Q, THEORY, "exemplars", 0, "band", 6), "questions[1].exemplars[0].band", "expected 1 to 5", True),
    ("exemplar without reason", drop(Q, THEORY, "exemplars", 0, "reason"), "questions[1].exemplars[0].reason", "is missing", True),
    ("unknown field", put(Q, THEORY, "pprompt", "x"), "questions[1].pprompt", "did you mean prompt?", True),
    ("unknown field, nothing near", put(Q, THEORY, "colour", "x"), "questions[1].colour", "begin with x-", True),
    ("samples of a theory question", put(Q, THEORY, "samples", [{"input": "", "output": ""}]), "questions[1].samples", "only coding", True),
    ("check of no type", put(Q, THEORY, "check", {"type": "essay"}), "questions[1].check.type", "choice, number, text", True),
    ("check without type", put(Q, THEORY, "check", {}), "questions[1].check.type", "must be one of", True),
    ("number without tolerance", put(Q, THEORY, "check", NUMBER), "questions[1].check", "either tolerance", True),
    ("number with both", put(Q, THEORY, "check", dict(NUMBER, tolerance=1, tolerance_percent=1)), "questions[1].check", "either tolerance", True),
    ("number as text", put(Q, THEORY, "check", dict(NUMBER, tolerance="1")), "questions[1].check.tolerance", "must be a number", True),
    ("choice without a wrong one", put(Q, THEORY, "check", CHOICE), "questions[1].check.options", "one right and one wrong", True),
    ("text without answer", put(Q, THEORY, "check", {"type": "text"}), "questions[1].check.answer", "is missing", True),
    ("groups without references", drop(Q, CODING, "references"), "questions[0].references", "must have it", True),
    ("wrong without groups", drop(Q, CODING, "groups"), "questions[0].groups", "is missing", True),
    ("one wrong solution", drop(Q, CODING, "wrong", 1), "questions[0].wrong", "is 1 elements", True),
    ("wrong in no group", put(Q, CODING, "wrong", 0, "group", "middle"), "questions[0].wrong[0].group", "name of no group", False),
    ("verdict unknown", put(Q, CODING, "wrong", 0, "expect", "AC"), "questions[0].wrong[0].expect", "WA, TLE", True),
    ("language unknown", put(Q, CODING, "wrong", 0, "language", "perl"), "questions[0].wrong[0].language", "c, cpp, python", True),
    ("reference in no language", put(Q, CODING, "references", {"perl": "solutions/a.pl"}), "questions[0].references.perl", "is none of", True),
    ("file outside", put(Q, CODING, "references", "python", "../right.py"), "questions[0].references.python", "below the pack's directory", True),
    ("file from the root", put(Q, CODING, "wrong", 0, "file", "/etc/passwd"), "questions[0].wrong[0].file", "below the pack's directory", True),
    ("file that is not there", put(Q, CODING, "references", "cpp", "solutions/none.cpp"), "questions[0].references.cpp", "there is no file", False),
    ("points that do not add up", put(Q, CODING, "groups", 0, "points", 31), "questions[0].groups", "101 points together; expected 100", False),
    ("two groups of a name", put(Q, CODING, "groups", 0, "name", "large"), "questions[0].groups", "two are named large", False),
    ("case with half of it", put(Q, CODING, "groups", 1, "cases", [{"input": "1"}]), "questions[0].groups[1].cases[0].output", "is missing", True),
    ("case with too much", put(Q, CODING, "groups", 2, "cases", 0, "input", "1"), "questions[0].groups[2].cases[0].input", "no field", True),
    ("generator without seed", drop(Q, CODING, "groups", 2, "cases", 0, "seed"), "questions[0].groups[2].cases[0].seed", "is missing", True),
    ("argument a number", put(Q, CODING, "groups", 2, "cases", 0, "args", 0, 5), "questions[0].groups[2].cases[0].args[0]", "must be a string", True),
    ("limit of an hour", put(Q, CODING, "limits", "time_ms", 3600000), "questions[0].limits.time_ms", "expected 50 to 60000", True),
    ("factor of no language", put(Q, CODING, "limits", "factor", {"perl": 2}), "questions[0].limits.factor.perl", "is none of", True),
    ("factor 0", put(Q, CODING, "limits", "factor", {"python": 0}), "questions[0].limits.factor.python", "1 to 20", True),
    ("compare unknown", put(Q, CODING, "compare", "word"), "questions[0].compare", "is none of: exact", True),
    ("compare with no tolerance", put(Q, CODING, "compare", "float:0.0"), "questions[0].compare", "is none of", True),
    ("checker that is not named", put(Q, CODING, "compare", "checker"), "questions[0].checker", "is missing", True),
    ("checker that is not asked", put(Q, CODING, "checker", {"file": "solutions/longest-calm/gen.py", "language": "python"}), "questions[0].checker", "goes with", True),
]

GOOD = [
    ("as in the README", lambda pack: None),
    ("own fields", put(Q, THEORY, "x-note", {"any": ["thing", None]})),
    ("own field in a hint", put(Q, THEORY, "hints", 0, "x-seen", True)),
    ("letters of all sorts", put(Q, THEORY, "title", "Überraschung 驚き 🙂")),
    ("tabs and lines", put(Q, THEORY, "prompt", "one\n\ttwo, and so on")),
    ("choice", put(Q, THEORY, "check", {"type": "choice", "options": [
        {"text": "a", "right": True}, {"text": "b", "right": False, "why": "too small"}]})),
    ("number", put(Q, THEORY, "check", dict(NUMBER, tolerance=0, units=["ms", "milliseconds"]))),
    ("number by percent", put(Q, THEORY, "check", dict(NUMBER, answer=-1.5, tolerance_percent=2.5))),
    ("text", put(Q, THEORY, "check", {"type": "text", "answer": "recall", "aliases": ["TPR"]})),
    ("floats", put(Q, CODING, "compare", "float:1e-6")),
    ("floats, written out", put(Q, CODING, "compare", "float:0.001")),
    ("no groups yet", lambda pack: [pack[Q][CODING].pop(k) for k in ("groups", "wrong")]),
]
