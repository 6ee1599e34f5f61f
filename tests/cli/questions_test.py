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
from packs import BAD, CODING, GOOD, KINDS, Q, THEORY, examples, files_of

# Where Debian's python3-jsonschema is, for a Python that is not Debian's.
sys.path.append("/usr/lib/python3/dist-packages")
import jsonschema  # noqa: E402

SCHEMA = os.path.join(tap.TOP, "questions", "schema", "pack.schema.json")


def check(directory, *options):
    return subprocess.run([tap.HOTSEAT, "questions", "check", *options, directory],
                          capture_output=True, text=True, errors="surrogateescape", timeout=60)


def check_json(directory):
    done = check(directory, "--json")
    return json.loads(done.stdout), done.returncode


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
        for arguments in ((), ("check",), ("inspect", "."), ("check", ".", "."), ("check", "--jsn", ".")):
            done = self.run_with(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn("usage", done.stderr)


if __name__ == "__main__":
    tap.main()
