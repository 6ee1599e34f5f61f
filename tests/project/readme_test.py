#!/usr/bin/env python3
"""What README.md shows is what the program does."""
import os
import re
import subprocess
import unittest

import tap

README = os.path.join(tap.TOP, "README.md")
DATA = os.path.join(tap.TOP, "tests", "data", "readme")
OTHERS = re.compile(r"^[0-9:]+ (\[to (ann|cyd)\]|<(ann|cyd) privately>)")


def readme():
    with open(README) as file:
        return file.read()


class ReadmeTest(unittest.TestCase):
    def test_the_transcript_is_what_a_replay_prints(self):
        shown = re.search(r"```transcript\n(.*?)```", readme(), re.S).group(1).splitlines()
        done = subprocess.run(
            [tap.HOTSEAT, "sim", "--questions", DATA, "--plugins",
             os.path.join(tap.BUILD, "plugins"), os.path.join(DATA, "round.chat")],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        played = [line for line in done.stdout.splitlines() if not OTHERS.match(line)]
        self.assertEqual(shown, played)

    def test_the_make_targets_it_names_exist(self):
        names = set(re.findall(r"make ([a-z]+)", readme()))
        self.assertLessEqual({"run", "test", "check", "install"}, names)
        for name in names:
            done = subprocess.run(["make", "-n", name, "BUILD=" + tap.BUILD], cwd=tap.TOP,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_commands_it_names_exist(self):
        with subprocess.Popen([tap.HOTSEAT, "--help"], stdout=subprocess.PIPE, text=True) as child:
            known = set(re.findall(r"^  ([a-z-]+)", child.stdout.read(), re.M))
        named = set(re.findall(r"(?:^|[`/ ])hotseat ((?:run|sim|board|doctor|backup|restore|console"
                               r"|questions|check-config|[a-z]+-[a-z]+))\b", readme(), re.M))
        self.assertLessEqual({"run", "sim", "doctor", "backup", "check-config"}, named)
        self.assertLessEqual(named, known)


if __name__ == "__main__":
    tap.main()
