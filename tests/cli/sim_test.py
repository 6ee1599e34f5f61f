"""hotseat sim: the same file gives the same transcript; what fails says so; who directed is logged."""
import os
import sqlite3
import subprocess
import tempfile
import unittest

import tap

SCENARIOS = os.path.join(tap.TOP, "tests", "scenarios")


def command(path, *more):
    return [tap.HOTSEAT, "sim", "--questions", tap.PACK, *more, path]


def play(path, *more):
    done = subprocess.run(command(path, *more), capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


class SimTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def write(self, text):
        path = os.path.join(self.dir.name, "one.chat")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_the_same_transcript_again_and_side_by_side(self):
        for name in ("round.chat", "several.chat", "blind_labels.chat", "boards.chat"):
            path = os.path.join(SCENARIOS, name)
            code, first, _ = play(path)
            self.assertEqual(code, 0)
            self.assertIn("] Round ", first)
            both = [subprocess.Popen(command(path), stdout=subprocess.PIPE, text=True)
                    for _ in range(2)]
            for child in both:
                out, _ = child.communicate(timeout=120)
                self.assertEqual(out, first)

    def test_another_seed_gives_another_round(self):
        said = "enter ann bob\nann: !start coding answer:5m\n"
        seen = {play(self.write("seed %d\n%s" % (seed, said)))[1] for seed in range(1, 12)}
        self.assertEqual(len(seen), 2)  # the pack has two coding questions

    def test_what_is_not_met_is_named_with_its_line(self):
        cases = {
            "expect room nothing": "not seen: nothing",
            "exact ann Stored": "not seen: Stored",
            "refuse ann Stored": "should not be seen: Stored",
            "silent": "nothing should be seen",
            "count ann 9": "messages seen: 2, not 9",
            "never ann You have no\nann> !me": "must never be said: You have no",
        }
        for line, said in cases.items():
            path = self.write("enter ann\nann: !start coding\nmark\nann> text\n%s\n" % line)
            code, _, complaints = play(path)
            self.assertEqual(code, 1, line)
            self.assertIn(said, complaints)
            self.assertIn(path + ":", complaints)

    def test_what_is_no_scenario_is_refused(self):
        for line in ("hello there", "set mood good", "set answer", "expect room", "count room",
                     "+soon", "jump", "clock today", "room prep", "leave ann", "nick ann",
                     "ann> \\q", "ann> \\xZZ", "ann> \\{9999999999 xyz}", "ann> \\{3 x",
                     "enter " + "x" * 65):
            code, _, complaints = play(self.write("enter bob\n" + line + "\n"))
            self.assertEqual(code, 2, line)
            self.assertIn(":2: ", complaints)
        self.assertEqual(play(os.path.join(self.dir.name, "none.chat"))[0], 2)

    def test_who_directed_a_round_is_logged(self):
        database = os.path.join(self.dir.name, "kept.db")
        path = self.write(
            "enter ann bob mod\nmoderator mod\nann: !start coding answer:10m vote:3m\n"
            "bob: !join\nann: !extend 2m\nmod: !pause\nmod: !resume\nbob: !skip\nann> one\n"
            "ann: !skip\nann: !end\n"
            "ann: !start coding\nbob: !join\nann: !leave\nbob: !end\n")
        code, _, complaints = play(path, "--db", database)
        self.assertEqual(code, 0, complaints)
        with sqlite3.connect(database) as store:
            rows = [(r, w) for r, w in store.execute("select round, what from log order by id")]
        self.assertEqual(rows, [
            (1, "opened coding"), (1, "phase gather -> answer"), (1, "extend 2:00, by ann"),
            (1, "pause, by mod"), (1, "resume, by mod"), (1, "skip, by ann"),
            (1, "phase answer -> vote"), (1, "end, by ann"), (1, "phase vote -> ended"),
            (2, "opened coding"), (2, "phase gather -> answer"),
            (2, "end, by vote of the room"), (2, "phase answer -> ended")])

    def test_help_and_wrong_options(self):
        help_text = subprocess.run([tap.HOTSEAT, "sim", "--help"], capture_output=True, text=True)
        self.assertEqual(help_text.returncode, 0)
        self.assertIn("usage: hotseat sim", help_text.stdout)
        wrong = subprocess.run([tap.HOTSEAT, "sim"], capture_output=True, text=True)
        self.assertEqual(wrong.returncode, 2)
        self.assertIn("usage: hotseat sim", wrong.stderr)


if __name__ == "__main__":
    tap.main()
