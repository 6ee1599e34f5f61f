#!/usr/bin/env python3
"""`hotseat check-config` and `hotseat doctor`: what they say, as text and as JSON."""
import json
import os
import re
import subprocess
import tempfile
import unittest

import tap

EXAMPLE = os.path.join(tap.TOP, "config.example")
GOOD = 'network "n" {\n  host = "irc.example.org"\n  channels = {"#prep"}\n%s}\n'
BAD = """log = "loud"
colour = true
rounds = 9
named_only = perhaps
answer = "soon"
network "n" {
  host = "irc.example.org"
  port = many
  channels = {"prep"}
}
"""


class CheckConfigTest(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory(prefix="hotseat-checks-")
        self.addCleanup(self.home.cleanup)
        self.path = os.path.join(self.home.name, "hotseat.conf")

    def check(self, text, *options, mode=0o600):
        with open(self.path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(self.path, mode)
        return subprocess.run([tap.HOTSEAT, "check-config", *options, self.path],
                              capture_output=True, text=True, timeout=60)

    def refused(self, text, words, **more):
        done = self.check(text, **more)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(words, done.stdout)
        self.assertTrue(all(line.startswith(self.path + ": ")
                            for line in done.stdout.splitlines()), done.stdout)

    def test_the_example_is_good(self):
        done = subprocess.run([tap.HOTSEAT, "check-config", EXAMPLE], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("good; 1 network", done.stdout)

    def test_every_problem_has_its_line(self):
        done = self.check(BAD)
        self.assertEqual(done.returncode, 1)
        numbers = sorted(int(n) for n in re.findall(r": line (\d+): ", done.stdout))
        self.assertEqual(numbers, [1, 2, 3, 4, 5, 8, 9], done.stdout)

    def test_json_has_the_same_problems(self):
        text, said = self.check(BAD), self.check(BAD, "--json")
        self.assertEqual(said.returncode, 1)
        whole = json.loads(said.stdout)
        self.assertEqual((whole["file"], whole["ok"]), (self.path, False))
        self.assertEqual(["%s: %s" % (self.path, e) for e in whole["errors"]],
                         text.stdout.splitlines())
        good = self.check(GOOD % "", "--json")
        self.assertEqual((good.returncode, json.loads(good.stdout)["errors"]), (0, []))

    def test_a_password_that_others_may_read(self):
        text = GOOD % '  password = "sesame"\n'
        self.assertEqual(self.check(text).returncode, 0)
        for mode in (0o644, 0o640, 0o604):
            self.refused(text, "chmod 600", mode=mode)
        self.assertNotIn("sesame", self.check(text, mode=0o644).stdout)

    def test_what_is_no_configuration(self):
        self.refused(b"\0" * 100, "control code")
        self.refused(os.urandom(4096), self.path)
        self.refused("# %s\n" % ("x" * 2000000), "larger than 1 MiB")
        self.refused(b'log = "\xff"\n', "UTF-8")
        self.refused('include("/etc/passwd")\n', "no such option 'include'")
        self.refused("network {\n", "line 1")
        self.refused("}\n", "line 1")
        self.refused("a = {" * 1000, "line 1")

    def test_a_file_that_is_not_there_or_not_a_file(self):
        for path, words in (("/nonexistent/x", "No such file"), (self.home.name, "is not a file")):
            done = subprocess.run([tap.HOTSEAT, "check-config", path], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stdout)

    def test_run_refuses_it_with_the_same_words(self):
        self.check(BAD)
        done = subprocess.run([tap.HOTSEAT, "run", "--config", self.path], capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        for words in ("line 2: no such option 'colour'", "line 9: channels:", "7 problems"):
            self.assertIn(words, done.stderr)


class DoctorTest(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory(prefix="hotseat-doctor-")
        self.addCleanup(self.home.cleanup)
        self.database = os.path.join(self.home.name, "x.db")

    def doctor(self, *args, limit=""):
        run = "%sexec '%s' doctor --db '%s' %s" % (limit, tap.HOTSEAT, self.database, " ".join(args))
        done = subprocess.run(["sh", "-c", run], capture_output=True, text=True)
        return done.returncode, done.stdout

    def checks(self, *args, **more):
        code, said = self.doctor("--json", *args, **more)
        whole = json.loads(said)
        self.assertEqual(whole["ok"], code == 0)
        for check in whole["checks"]:
            self.assertEqual(set(check), {"check", "ok", "found", "advice"})
            self.assertEqual(check["ok"], check["advice"] == "", check)
        return {check["check"]: check for check in whole["checks"]}

    def test_all_is_well_here(self):
        code, said = self.doctor("--questions", tap.PACK)
        self.assertEqual(code, 0, said)
        self.assertEqual(set(re.findall(r"(?m)^ok +(\w+)", said)),
                         {"libcurl", "files", "clock", "plugins", "questions", "database"})
        self.assertRegex(said, r"(?m)^ok +clock +20\d\d-\d\d-\d\d \d\d:\d\d UTC$")
        self.assertFalse(os.path.exists(self.database), "looking must not make a database")

    def test_what_is_missing_comes_with_advice(self):
        found = self.checks("--plugins", "/nonexistent", "--questions", "/nonexistent")
        for name in ("plugins", "questions"):
            self.assertFalse(found[name]["ok"])
            self.assertIn("/nonexistent", found[name]["found"])
            self.assertIn("--" + name, found[name]["advice"])
        code, said = self.doctor("--plugins", "/nonexistent")
        self.assertEqual(code, 1)
        self.assertRegex(said, r"(?m)^FAULT plugins .*\n +run make, or give the directory")

    def test_a_bad_plugin_is_named(self):
        with open(os.path.join(self.home.name, "broken.so"), "w") as file:
            file.write("no shared object")
        found = self.checks("--plugins", self.home.name, "--questions", tap.PACK)
        self.assertIn("broken.so", found["plugin"]["found"])
        self.assertFalse(found["plugins"]["ok"])

    def test_a_bad_database_is_named(self):
        with open(self.database, "w") as file:
            file.write("no database at all " * 100)
        self.assertFalse(self.checks("--questions", tap.PACK)["database"]["ok"])

    def test_too_few_open_files(self):
        found = self.checks("--questions", tap.PACK, limit="ulimit -n 64; ")
        self.assertIn("64 open files", found["files"]["found"])
        self.assertIn("ulimit", found["files"]["advice"])


if __name__ == "__main__":
    tap.main()
