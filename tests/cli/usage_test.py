#!/usr/bin/env python3
"""Every subcommand: --help, wrong command lines, exit codes, and that man page and help agree."""
import json
import os
import re
import subprocess
import tempfile
import unittest

import tap

COMMANDS = ["run", "console", "sim", "board", "questions", "check-config", "backup", "restore",
            "matrix", "doctor", "version"]
# command line -> what must be said
WRONG = {
    "": "usage: hotseat COMMAND",
    "frobnicate": "there is no command frobnicate; hotseat --help lists them",
    "run --config": "requires an argument",
    "run now": '"now" is one argument too many',
    "console --seed many": '--seed: "many" is no number',
    "console --seed -1": '--seed: "-1" is no number',
    "console room": '"room" is one argument too many',
    "sim": "the scenario file is missing",
    "sim a.chat b.chat": '"b.chat" is one argument too many',
    "board --period year": '"year" is none of day, week, month, all',
    "board --limit 0": "no number of 1 to 1000",
    "board --limit 1001": "no number of 1 to 1000",
    "board --limit 9x": "no number of 1 to 1000",
    "questions": "say what to do with questions: check",
    "questions eat x": "say what to do with questions: check",
    "questions check": "the directory to check is missing",
    "check-config": "the file to check is missing",
    "backup": "where to copy it is missing",
    "restore": "the backup to restore is missing",
    "matrix": "say what to do with matrix: login or logout",
    "matrix sing": "say what to do with matrix: login or logout",
    "matrix login --with magic": '"magic" is none of password, browser, token',
    "matrix login a b": '"b" is one argument too many',
    "doctor who": '"who" is one argument too many',
    "version 2": '"2" is one argument too many',
}
# What fails for a reason of the world, not of the command line.
FAILING = {
    "run --config /nonexistent/x": "Copy config.example there",
    "console --db /nonexistent/x.db": "hotseat: ",
    "console --db :memory: --plugins /nonexistent": "/nonexistent",
    "console --db :memory: --questions /nonexistent": "/nonexistent",
    "board --db /nonexistent/x.db": "there is no such file",
    "questions check /nonexistent": "No such file or directory",
    "backup --db /nonexistent/x.db to": "there is no such file",
    "matrix login --config /nonexistent/x": "No such file or directory",
    "restore --db x.db /nonexistent/x": "there is no such file",
}


class UsageTest(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory(prefix="hotseat-usage-")
        self.addCleanup(self.home.cleanup)

    def run_it(self, *args):
        return subprocess.run([tap.HOTSEAT, *args], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, cwd=self.home.name, timeout=60)

    def test_help_goes_to_stdout_and_is_no_error(self):
        for command in COMMANDS:
            for word in ("--help", "-h"):
                done = self.run_it(command, word)
                self.assertEqual((done.returncode, done.stderr), (0, ""), command)
                self.assertTrue(done.stdout.startswith("usage: hotseat " + command), done.stdout)
        for word in ("--help", "help"):
            done = self.run_it(word)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(re.findall(r"^  (\S+)", done.stdout, re.M), COMMANDS)

    def test_an_unknown_option_is_named(self):
        for command in COMMANDS:
            done = self.run_it(command, "--frobnicate")
            self.assertEqual((done.returncode, done.stdout), (2, ""), command)
            self.assertIn("--frobnicate", done.stderr)
            self.assertIn("usage: hotseat " + command, done.stderr)

    def test_a_wrong_command_line_is_2_and_says_what(self):
        for line, words in WRONG.items():
            done = self.run_it(*line.split())
            self.assertEqual((done.returncode, done.stdout), (2, ""), line)
            self.assertIn(words, done.stderr)

    def test_a_failure_is_1_and_says_why(self):
        for line, words in FAILING.items():
            done = self.run_it(*line.split())
            self.assertEqual(done.returncode, 1, line + done.stdout + done.stderr)
            self.assertIn(words, done.stderr, line)
        left = [name for name in os.listdir(self.home.name) if not name.endswith(".lock")]
        self.assertEqual(left, [], "a failure left something behind")

    def test_no_name_of_the_command_line_is_printed_raw_for_ever(self):
        done = self.run_it("x" * 100000)
        self.assertEqual(done.returncode, 2)
        self.assertLess(len(done.stderr), 200)

    def test_version(self):
        done = self.run_it("version", "--json")
        said = json.loads(done.stdout)
        self.assertRegex(said["version"], r"^\d+\.\d+\.\d+$")
        self.assertEqual(set(said), {"version", "abi_major", "abi_minor", "schema", "sqlite",
                                     "libuv", "jansson"})
        for args in (["version"], ["--version"]):
            self.assertTrue(self.run_it(*args).stdout.startswith("hotseat " + said["version"]))

    def test_the_man_page_has_every_command_and_option(self):
        man = os.path.join(tap.TOP, "docs", "hotseat.1")
        page = subprocess.run(["mandoc", "-T", "ascii", man], capture_output=True, text=True,
                              check=True).stdout
        page = re.sub(r".\x08", "", page)
        synopsis = re.sub(r"\s+", " ", page.split("DESCRIPTION")[0])
        for command in COMMANDS:
            part = re.search(r"hotseat %s\b(.*?)(?=hotseat \w|$)" % command, synopsis).group(1)
            usage = self.run_it(command, "--help").stdout.split("\n\n")[0]
            known = set(re.findall(r"\[(--\w+)", usage))
            self.assertEqual(set(re.findall(r"--\w+", part)), known, command)
        for words in ("EXIT STATUS", "SIGHUP", "SIGTERM", "FILES", "/etc/hotseat/hotseat.conf"):
            self.assertIn(words, page)

    def test_a_full_disk_behind_stdout_is_noticed(self):
        for line in ("version --json", "questions check --json " + tap.PACK):
            with open("/dev/full", "w") as full:
                done = subprocess.run([tap.HOTSEAT, *line.split()], stdout=full,
                                      stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 1, line)


if __name__ == "__main__":
    tap.main()
