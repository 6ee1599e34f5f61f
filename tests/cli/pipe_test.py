#!/usr/bin/env python3
"""`hotseat console` through a pipe: lines in, transcript out; and the board of what was played."""
import json
import os
import re
import subprocess
import tempfile
import unittest

import tap

ROUND = """ann: !start coding answer:5m vote:5m
bob: !join
cyd: !join
ann> a set
bob> sort it
cyd> !begin
cyd> def f(x):
cyd>     return x
cyd> !end
ann> !vote A 3 3 3 3 fine
ann> !vote B 4 4 4 4
bob> !vote A 4 4 4 4
bob> !vote B 2 2 2 2
cyd> !vote A 5 5 5 5
cyd> !vote B 3 3 3 3
"""


class PipeTest(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory(prefix="hotseat-pipe-")
        self.addCleanup(self.home.cleanup)
        self.database = os.path.join(self.home.name, "room.db")

    def play(self, text, *args):
        """The transcript; the console must end by itself, with 0."""
        data = text if isinstance(text, bytes) else text.encode()
        done = subprocess.run(
            [tap.HOTSEAT, "console", "--db", self.database, "--questions", tap.PACK, *args],
            input=data, capture_output=True, timeout=120, env=dict(os.environ, USER="you"))
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout.decode()

    def board(self, *args):
        return subprocess.run([tap.HOTSEAT, "board", "--db", self.database, *args],
                              capture_output=True, text=True)

    def test_a_whole_round_of_three(self):
        said = self.play(ROUND, "--seed", "3")
        self.assertIn("<cyd to hotseat>     return x\n", said)
        self.assertIn("[to cyd] Stored: 2 lines", said)
        self.assertIn("answering is over, 3 answers", said)
        self.assertIn("[room] Round 1 is over: Test coding", said)
        self.assertRegex(said, r"\[to (bob|cyd)\] - fine")

    def test_a_transcript_has_no_prompts_and_no_control_codes(self):
        said = self.play(ROUND)
        self.assertNotRegex(said, r"[\x00-\x09\x0b-\x1f\x7f]")
        self.assertNotRegex(said, r"(?m)^(\w+( -> hotseat)?> |\[\d+ (answer|vote) )")
        for line in said.splitlines():
            self.assertRegex(line, r"^(\[(room|to \w+)\]|<\w+( to hotseat)?>|--) ")

    def test_the_same_seed_gives_the_same_transcript(self):
        first = self.play(ROUND, "--seed", "9")
        os.unlink(self.database)
        self.assertEqual(first, self.play(ROUND, "--seed", "9"))

    def test_the_end_of_the_input_settles_open_rounds(self):
        said = self.play("ann: !start coding\nann> an answer\nbob> another\n")
        self.assertIn("answering is over, 2 answers", said)
        self.assertIn("Round 1 is over", said)
        self.assertIn("no round", self.play("ann: !status\n").lower())

    def test_a_paused_round_stays(self):
        said = self.play("you: !start coding\nyou: !pause\n")
        self.assertIn("-- a paused round stays in the database", said)
        self.assertIn("Round 1", self.play("you: !status\n"))

    def test_as_and_dm_work_in_a_pipe(self):
        said = self.play("/as ann\n!start coding\n/as bob\n/dm my answer\n/dm\nand more\n/room\n!me\n")
        self.assertIn("<ann> !start coding", said)
        self.assertIn("<bob to hotseat> my answer", said)
        self.assertIn("<bob to hotseat> and more", said)
        self.assertIn("<bob> !me", said)

    def test_quit_ends_the_input(self):
        self.assertNotIn("unseen", self.play("ann: hello\n/quit\nann: unseen\n"))

    def test_nothing_in_is_nothing_out(self):
        self.assertEqual(self.play(""), "")
        self.assertEqual(self.play("\n\n\n"), "")

    def test_a_line_of_a_megabyte(self):
        said = self.play("ann: !start coding\nann> %s\nann> a real answer\n" % ("x" * 1000000))
        self.assertIn("[to ann] That is longer than 16 KB", said)
        self.assertIn("[to ann] Stored: 1 line, 13 bytes", said)
        self.assertLess(len(said), 20000)

    def test_binary_nul_and_no_line_end(self):
        junk = bytes(range(256)) * 8
        said = self.play(b"ann: !start coding\n" + junk + b"\nann> a\0b \xff\xfe c" + junk +
                         b"\nbob: \x1b[2J!status\nbob> an answer without an end")
        self.assertNotRegex(said, r"[\x00-\x08\x0b-\x1f\x7f]")
        self.assertIn("[to bob] Stored: 1 line, 24 bytes", said)

    def test_carriage_returns_are_no_part_of_a_line(self):
        self.assertIn("[room] Round 1:", self.play("ann: !start coding\r\n"))

    def test_the_board_as_json(self):
        # With this seed nobody shares a rank.
        self.play(ROUND, "--seed", "3")
        done = self.board("--room", "room", "--period", "all", "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        said = json.loads(done.stdout)
        self.assertEqual((said["room"], said["period"]), ("room", "all"))
        self.assertEqual([m["rank"] for m in said["members"]], [1, 2, 3])
        self.assertEqual({m["name"] for m in said["members"]}, {"ann", "bob", "cyd"})
        for member in said["members"]:
            self.assertLessEqual({"rank", "name", "points", "mean", "rounds"}, set(member))
            self.assertEqual(member["rounds"], 1)
            self.assertTrue(1 <= member["mean"] <= 5)
            self.assertIsInstance(member["points"], int)
        means = [m["mean"] for m in said["members"]]
        self.assertEqual(means, sorted(means, reverse=True))

    def test_boards_by_period_kind_room_and_limit(self):
        self.play(ROUND)
        for period in ("day", "week", "month", "all"):
            said = json.loads(self.board("--period", period, "--json").stdout)
            self.assertEqual((said["period"], len(said["members"])), (period, 3))
        self.assertEqual(len(json.loads(self.board("--limit", "1", "--json").stdout)["members"]), 1)
        coding = self.board("--kind", "coding", "--json", "--room", "console/local/room")
        self.assertEqual(len(json.loads(coding.stdout)["members"]), 3)
        self.assertEqual(json.loads(self.board("--kind", "behavioral", "--json").stdout)["members"], [])
        table = self.board().stdout
        self.assertTrue(table.startswith("room, all\n"))
        self.assertEqual(len(re.findall(r"(?m)^ +\d+  (ann|bob|cyd) ", table)), 3)
        missing = self.board("--room", "nowhere")
        self.assertEqual((missing.returncode, missing.stdout), (1, ""))
        self.assertIn("no room called nowhere", missing.stderr)

    def test_a_board_of_a_file_that_is_no_database(self):
        with open(self.database, "wb") as file:
            file.write(os.urandom(9000))
        done = self.board("--json")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("hotseat: ", done.stderr)

    def test_backup_and_restore(self):
        self.play(ROUND)
        before = self.board("--json").stdout
        copy = os.path.join(self.home.name, "copy.db")

        def run(*args):
            return subprocess.run([tap.HOTSEAT, *args], capture_output=True, text=True)
        self.assertEqual(run("backup", "--db", self.database, copy).returncode, 0)
        self.assertEqual(run("backup", "--db", self.database, copy).returncode, 1)
        self.assertEqual(run("backup", "--db", self.database, "--force", copy).returncode, 0)
        self.play("ann: !start behavioral\nann> a story\nbob> mine\nann> !vote A 5 5 5 5\n")
        self.assertNotEqual(self.board("--json").stdout, before)
        refused = run("restore", "--db", self.database, copy)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("--force", refused.stderr)
        self.assertEqual(run("restore", "--db", self.database, "--force", copy).returncode, 0)
        self.assertEqual(self.board("--json").stdout, before)


if __name__ == "__main__":
    tap.main()
