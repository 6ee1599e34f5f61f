"""`hotseat questions check`: what it says of good and bad packs, and that the schema says the same."""
import copy
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import tap

# Where Debian's python3-jsonschema is, for a Python that is not Debian's.
sys.path.append("/usr/lib/python3/dist-packages")
import jsonschema  # noqa: E402

README = os.path.join(tap.TOP, "questions", "README.md")
SCHEMA = os.path.join(tap.TOP, "questions", "schema", "pack.schema.json")
KINDS = ["coding", "ml_theory", "system_design", "behavioral", "deep_dive"]


def check(directory, *options):
    return subprocess.run([tap.HOTSEAT, "questions", "check", *options, directory],
                          capture_output=True, text=True, errors="surrogateescape", timeout=60)


def check_json(directory):
    done = check(directory, "--json")
    return json.loads(done.stdout), done.returncode


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


class Directory(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory()
        self.dir = self.holder.name
        for name in files_of(examples()):
            path = os.path.join(self.dir, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8"):
                pass

    def tearDown(self):
        self.holder.cleanup()

    def write(self, content, name="pack.json"):
        path = os.path.join(self.dir, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(content, dict):
            content = json.dumps(content, indent=1)
        if isinstance(content, str):
            content = content.encode("utf-8", "surrogateescape")
        with open(path, "wb") as out:
            out.write(content)
        return path

    def errors(self):
        report, code = check_json(self.dir)
        self.assertEqual(code, 1 if report["errors"] else 0)
        return report["errors"]


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
    ("pack: unknown field", put("verison", 2), "verison", "did you mean version?", True),
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
    ("unknown field", put(Q, THEORY, "promt", "x"), "questions[1].promt", "did you mean prompt?", True),
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


class Format(Directory):
    @classmethod
    def setUpClass(cls):
        with open(SCHEMA, encoding="utf-8") as schema:
            cls.schema = jsonschema.Draft202012Validator(json.load(schema))

    def changed(self, change):
        pack = copy.deepcopy(examples())
        change(pack)
        self.write(pack)
        return pack

    def test_schema_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(self.schema.schema)

    def test_readme_has_every_kind(self):
        self.assertEqual([q["kind"] for q in examples()[Q]], KINDS)

    def test_good(self):
        for what, change in GOOD:
            with self.subTest(what):
                pack = self.changed(change)
                self.assertEqual(self.errors(), [], what)
                self.assertEqual([e.message for e in self.schema.iter_errors(pack)], [], what)

    def test_bad(self):
        for what, change, field, message, seen in BAD:
            pack = self.changed(change)
            errors = self.errors()
            where = [e for e in errors if e["field"] == field and message in e["message"]]
            self.assertTrue(where, "%s: expected %s: %s in %s" % (what, field, message, errors))
            self.assertEqual(self.schema.is_valid(pack), not seen, what)

    def test_one_error_each(self):
        """A question with one thing wrong gets one error, so that nobody looks for a second."""
        twofold = {"kind unknown", "kind with a hyphen", "rubric lacks an axis", "rubric has an axis twice",
                   "groups without references", "two groups of a name"}
        for what, change, field, _, _ in BAD:
            if what in twofold or not field.startswith("questions["):
                continue
            self.changed(change)
            self.assertEqual([e["field"] for e in self.errors()], [field], what)

    def test_own_kind(self):
        pack = examples()
        pack["kinds"] = {"hello": ["warmth", "wit", "brevity"]}
        question = pack[Q][THEORY]
        question["kind"] = "hello"
        question["follow_ups"] = [{"text": "And to a stranger?", "axis": "warmth"}] * 2
        question["rubric"] = [dict(question["rubric"][0], axis=a) for a in ("warmth", "wit", "brevity")]
        self.write(pack)
        report, code = check_json(self.dir)
        self.assertEqual((report["errors"], code, report["kinds"]["hello"]), ([], 0, 1))
        self.assertTrue(self.schema.is_valid(pack))
        del question["rubric"][1]
        self.write(pack)
        self.assertIn("no note on the axis wit", str(self.errors()))

    def test_shipped_packs(self):
        paths = glob.glob(os.path.join(tap.TOP, "questions", "*", "*.json"))
        paths = [p for p in paths if os.path.dirname(p) != os.path.dirname(SCHEMA)]
        paths += glob.glob(os.path.join(tap.PACK, "*.json"))
        self.assertGreater(len(paths), 1)
        for path in paths:
            with open(path, encoding="utf-8") as pack:
                found = [(list(e.absolute_path), e.message[:200])
                         for e in self.schema.iter_errors(json.load(pack))]
            self.assertEqual(found, [], path)
        for directory in (os.path.join(tap.TOP, "questions"), tap.PACK):
            report, code = check_json(directory)
            self.assertEqual((report["errors"], code), ([], 0))


class Report(Directory):
    def test_every_error_with_its_line(self):
        pack = examples()
        pack["source"] = ""
        pack[Q][1]["level"] = "junior"
        pack[Q][1]["difficulty"] = 9
        pack[Q][1]["hints"][1]["cost"] = "much"
        pack[Q][3]["rubric"][2]["one"] = 7
        pack[Q][4]["topics"].append("\t")
        path = self.write(pack)
        with open(path, encoding="utf-8") as text:
            lines = text.read().split("\n")
        errors = self.errors()
        self.assertEqual({e["field"] for e in errors}, {
            "source", "questions[1].level", "questions[1].difficulty", "questions[1].hints[1].cost",
            "questions[3].rubric[2].one", "questions[4].topics[2]"})
        wanted = {"source": '"source": ""', "questions[1].level": '"level": "junior"',
                  "questions[1].difficulty": '"difficulty": 9',
                  "questions[1].hints[1].cost": '"cost": "much"',
                  "questions[3].rubric[2].one": '"one": 7', "questions[4].topics[2]": '"\\t"'}
        for error in errors:
            self.assertEqual(error["file"], path)
            self.assertIn(wanted[error["field"]], lines[error["line"] - 1])

    def test_missing_is_where_its_object_begins(self):
        pack = examples()
        del pack[Q][2]["title"]
        path = self.write(pack)
        with open(path, encoding="utf-8") as text:
            lines = text.read().split("\n")
        line = self.errors()[0]["line"]
        self.assertIn("{", lines[line - 1])
        self.assertIn(pack[Q][2]["id"], lines[line])

    def test_lines_of_odd_layouts(self):
        pack = examples()
        pack["x-first"] = ["{", "]", "\\\"", {"questions": [1, 2]}]
        pack = {"x-first": pack.pop("x-first"), **pack}
        pack[Q][0] = 12345
        pack[Q][1] = {"a": "}"}
        pack[Q][3]["level"] = "x"
        text = json.dumps(pack).replace('"level": "x"', '\r\n"level"\n:\n"x"')
        path = self.write(text)
        with open(path, "rb") as again:
            lines = again.read().split(b"\n")
        line = next(e["line"] for e in self.errors() if e["field"] == "questions[3].level")
        self.assertTrue(lines[line - 1].startswith(b'"x"'), lines[line - 1])

    def test_text_form(self):
        pack = examples()
        pack[Q][1]["difficulty"] = 9
        path = self.write(pack)
        done = check(self.dir)
        self.assertRegex(done.stdout, r"(?m)^%s:\d+: questions\[1\]\.difficulty: is 9; expected 1 to 5$"
                         % re.escape(path))
        self.assertIn("4 questions in 1 file, 1 problem\n", done.stdout)
        self.assertEqual((done.returncode, done.stderr), (1, ""))

    def test_json_form(self):
        self.write(examples())
        report, code = check_json(self.dir)
        self.assertEqual(code, 0)
        self.assertEqual(report, {"questions": 5, "kinds": {k: 1 for k in KINDS}, "errors": []})

    def test_same_id_in_two_files(self):
        self.write(examples(), "a.json")
        second = self.write(examples(), "b/b.json")
        pack = examples()
        del pack[Q][CODING]
        self.write(pack, "b/b.json")
        errors = self.errors()
        self.assertEqual(len(errors), 4)
        for error in errors:
            self.assertEqual(error["file"], second)
            self.assertIn("unique over all packs", error["message"])

    def test_control_characters_are_not_printed(self):
        pack = examples()
        pack[Q][1]["\x1b[31mred\n"] = 1
        pack[Q][2]["level"] = "\x1b[2J"
        self.write(pack)
        done = check(self.dir)
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("\x1b", done.stdout)
        self.assertEqual(len(done.stdout.strip().split("\n")), 4)

    def test_many_unknown_fields_are_counted(self):
        pack = examples()
        pack[Q][1].update({"field%d" % i: 1 for i in range(5000)})
        self.write(pack)
        errors = self.errors()
        self.assertEqual(len(errors), 21)
        self.assertIn("4980 more", errors[-1]["message"])


class Files(Directory):
    def one(self, content, part, name="pack.json"):
        path = self.write(content, name)
        errors = self.errors()
        self.assertEqual(len(errors), 1, errors)
        self.assertEqual(errors[0]["file"], path)
        self.assertIn(part, errors[0]["message"])
        return errors[0]

    def test_empty(self):
        self.one(b"", "is empty")

    def test_blank(self):
        self.one(b"\n\n", "")

    def test_truncated(self):
        text = json.dumps(examples(), indent=1)
        error = self.one(text[:len(text) // 2], "")
        self.assertEqual(error["line"], text[:len(text) // 2].count("\n") + 1)

    def test_broken_utf8(self):
        error = self.one(b'{\n"format": 1,\n"pack": "a\xff"}', "UTF-8")
        self.assertEqual(error["line"], 3)

    def test_nul_escape(self):
        self.one('{"pack": "a\\u0000b"}', "\\u0000")

    def test_same_key_twice(self):
        self.one('{"format": 1, "format": 1}', "duplicate")

    def test_deep(self):
        self.one(b"[" * 100000, "maximum parsing depth")

    def test_binary(self):
        self.one(bytes(range(256)) * 10, "")

    def test_not_an_object(self):
        self.one(b"[1, 2]", "must be an object")

    def test_huge_numbers(self):
        self.one('{"format": 1e999}', "")
        self.one('{"format": 99999999999999999999}', "")

    def test_a_hundred_megabytes(self):
        path = os.path.join(self.dir, "pack.json")
        with open(path, "wb") as out:
            out.truncate(100 * 1024 * 1024)
        self.assertEqual(self.errors()[0]["message"], "is larger than 8 MB; split it")

    def test_symbolic_link(self):
        os.symlink("/etc/hostname", os.path.join(self.dir, "pack.json"))
        self.assertIn("symbolic link", self.errors()[0]["message"])

    def test_link_to_nowhere(self):
        os.symlink("nowhere", os.path.join(self.dir, "pack.json"))
        self.assertIn("symbolic link", self.errors()[0]["message"])

    def test_fifo(self):
        os.mkfifo(os.path.join(self.dir, "pack.json"))
        self.assertIn("not a plain file", self.errors()[0]["message"])

    def test_directory_of_that_name(self):
        os.mkdir(os.path.join(self.dir, "pack.json"))
        self.assertEqual(self.errors(), [])

    def test_too_deep_directory(self):
        self.write(examples(), "a/b/c/d/e/pack.json")
        self.assertIn("too deep", self.errors()[0]["message"])

    def test_schema_solutions_and_hidden_are_left_out(self):
        for name in ("schema/a.json", "solutions/b.json", ".hidden/c.json", ".d.json", "e.json~", "f.txt"):
            self.write(b"not json", name)
        self.write(examples())
        self.assertEqual(self.errors(), [])

    def test_solution_that_is_a_link(self):
        path = os.path.join(self.dir, "solutions/longest-calm/right.py")
        os.remove(path)
        os.symlink("/etc/hostname", path)
        self.write(examples())
        self.assertIn("there is no file", self.errors()[0]["message"])

    def test_good_ones_count_beside_bad_ones(self):
        self.write(b"{", "a.json")
        self.write(examples(), "b.json")
        report, code = check_json(self.dir)
        self.assertEqual((report["questions"], len(report["errors"]), code), (5, 1, 1))

    def test_no_directory(self):
        done = check(os.path.join(self.dir, "none"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot read the directory", done.stderr)

    def test_unreadable(self):
        """As root nothing is unreadable, so this runs as somebody else then."""
        path = self.write(examples())
        os.chmod(path, 0)
        os.chmod(self.dir, 0o755)
        command = [tap.HOTSEAT, "questions", "check", "--json", self.dir]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] + command
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertIn("Permission denied", json.loads(done.stdout)["errors"][0]["message"])
        self.assertEqual(done.returncode, 1)


class Usage(unittest.TestCase):
    def run_with(self, *arguments):
        return subprocess.run([tap.HOTSEAT, "questions", *arguments], capture_output=True, text=True,
                              timeout=60)

    def test_help(self):
        done = self.run_with("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("usage: hotseat questions check", done.stdout)

    def test_wrong_usage(self):
        for arguments in ((), ("check",), ("chekc", "."), ("check", ".", "."), ("check", "--jsn", ".")):
            done = self.run_with(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn("usage", done.stderr)


if __name__ == "__main__":
    tap.main()
