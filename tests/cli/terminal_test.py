#!/usr/bin/env python3
"""`hotseat console` in a real terminal of 80x24, by tmux: what one sees, key by key."""
import os
import re
import subprocess
import tempfile
import time
import unittest

import tap

PATIENCE = 30


class Terminal:
    """A terminal that runs the console, and after it prints its exit code."""

    def __init__(self, home, columns=80, rows=24):
        self.socket = os.path.join(home, "tmux")
        self.database = os.path.join(home, "room.db")
        run = ("USER=ann '%s' console --db '%s' --seed 5 --questions '%s'; "
               "echo \"code=$? $(stty -a | grep -o '[-]*icanon')\"; exec sleep 600" % (
                   tap.HOTSEAT, self.database, tap.PACK))
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), run)

    def tmux(self, *args):
        return subprocess.run(["tmux", "-S", self.socket, *args], check=True, text=True,
                              capture_output=True).stdout

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def say(self, line):
        self.tmux("send-keys", "-l", line)
        self.keys("Enter")

    def screen(self):
        return self.tmux("capture-pane", "-p").rstrip("\n")

    def wait(self, pattern):
        """Until the screen shows it; the screen."""
        deadline = time.monotonic() + PATIENCE
        while True:
            shown = self.screen()
            if re.search(pattern, shown, re.M):
                return shown
            if time.monotonic() > deadline:
                raise AssertionError("the screen lacks %r:\n%s" % (pattern, shown))
            time.sleep(0.05)

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True)


class TerminalTest(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory(prefix="hotseat-terminal-")
        self.terminal = Terminal(self.home.name)
        self.addCleanup(self.home.cleanup)
        self.addCleanup(self.terminal.close)
        self.terminal.wait(r"^ann>$")

    def test_it_greets_and_says_what_to_do(self):
        shown = self.terminal.screen()
        for words in ("!start coding", "/as bob", "/dm", "!help"):
            self.assertIn(words, shown)
        self.assertLess(max(len(line) for line in shown.splitlines()), 80)

    def test_a_whole_round_by_two_people(self):
        t = self.terminal
        t.say("!start coding")
        t.wait(r"^\[1 answer \d+:\d\d 0/1\] ann>$")
        t.say("/dm an answer of ann")
        t.wait(r"hotseat to ann: Stored: 1 line")
        t.say("/as bob")
        t.wait(r"^-- You are bob now\.")
        t.say("/dm")
        t.wait(r"bob -> hotseat>$")
        t.say("an answer of bob")
        t.wait(r"^\[1 vote \d+:\d\d 0/2\] bob -> hotseat>$")
        t.say("!vote A 4 4 4 4")
        t.say("ann> !vote A 3 3 3 3 needs tests")
        t.wait(r"^bob -> hotseat>$(?![\s\S]*\S)")
        t.say("/room")
        t.say("!top")
        shown = t.wait(r"^  1 +ann +\d+")
        self.assertRegex(shown, r"(?m)^bob>$")

    def test_the_countdown_runs_while_one_types(self):
        t = self.terminal
        t.say("!start coding answer:5m")
        first = re.search(r"\[1 answer (\d+:\d\d)", t.wait(r"\[1 answer \d+:\d\d 0/1\] ann>$")).group(1)
        t.tmux("send-keys", "-l", "half a lin")
        shown = t.wait(r"\[1 answer (?!%s)\d+:\d\d 0/1\] ann> half a lin$" % first)
        self.assertEqual(shown.count("half a lin"), 1, shown)

    def test_lines_are_edited_and_remembered(self):
        t = self.terminal
        t.tmux("send-keys", "-l", "/whox")
        t.keys("BSpace", "Enter")
        t.wait(r"^-- ann \(you\)$")
        t.tmux("send-keys", "-l", "as bob")
        t.keys("Home", "/", "Enter")
        t.wait(r"You are bob now")
        t.keys("Up", "Up")
        t.wait(r"^bob> /who$")
        t.keys("Down")
        t.wait(r"^bob> /as bob$")
        t.keys("C-a", "C-k")
        t.wait(r"^bob>$")

    def test_a_line_that_is_emptied_does_not_end_it(self):
        t = self.terminal
        t.tmux("send-keys", "-l", "some words")
        t.wait(r"^ann> some words$")
        t.keys("C-u")
        t.wait(r"^ann>$")
        t.keys("x", "BSpace", "BSpace", "BSpace")
        t.say("/who")
        t.wait(r"^-- ann \(you\)$")

    def test_a_long_line_wraps_and_is_taken_off_whole(self):
        t = self.terminal
        t.say("!start coding answer:5m")
        t.wait(r"0/1\] ann>$")
        t.tmux("send-keys", "-l", "Q" * 150)
        shown = t.wait(r"(Q\s*){150}\Z")
        before = re.findall(r"answer (\d+:\d\d) 0/1\] ann> Q", shown)[-1]
        shown = t.wait(r"\[1 answer (?!%s)\d+:\d\d 0/1\] ann> (Q\s*){150}\Z" % before)
        self.assertEqual(len(re.findall(r"0/1\] ann> Q", shown)), 1, shown)
        self.assertEqual(shown.count("Q"), 150, shown)

    def test_resizing_keeps_the_line(self):
        t = self.terminal
        t.say("!start coding answer:5m")
        t.wait(r"0/1\] ann>$")
        t.tmux("send-keys", "-l", "half a line")
        t.wait(r"half a line$")
        for columns, rows in ((50, 15), (120, 40), (80, 24)):
            t.tmux("resize-window", "-x", str(columns), "-y", str(rows))
            shown = t.wait(r"0/1\] ann> half a line$")
            before = re.findall(r"answer (\d+:\d\d) 0/1\] ann> half", shown)[-1]
            t.wait(r"\[1 answer (?!%s)\d+:\d\d 0/1\] ann> half a line$" % before)
        t.say(" more")
        t.say("/help")
        self.assertRegex(t.wait(r"the end; an open round waits"), r"ann> half a line more")

    def test_help_of_the_terminal(self):
        self.terminal.say("/help")
        shown = self.terminal.wait(r"^ann>$(?![\s\S]*\S)")
        for words in ("/as NAME", "/dm", "/room", "/who", "/leave NAME", "/quit"):
            self.assertIn(words, shown)

    def ends(self, *keys):
        self.terminal.keys(*keys)
        shown = self.terminal.wait(r"^code=\d+ .*icanon$")
        self.assertIn("code=0 icanon", shown, "the terminal is not as it was")

    def test_ctrl_d_ends_it(self):
        self.ends("C-d")

    def test_ctrl_c_ends_it_in_mid_line(self):
        self.terminal.keys("a", "b", "c")
        self.terminal.wait(r"^ann> abc$")
        self.ends("C-c")

    def test_quit_ends_it_and_a_round_waits(self):
        self.terminal.say("!start coding answer:1h")
        self.terminal.wait(r"0/1\] ann>$")
        self.terminal.say("/quit")
        self.terminal.wait(r"code=0 icanon")
        again = Terminal(os.path.join(self.home.name))
        self.addCleanup(again.close)
        again.say("!status")
        again.wait(r"Round 1")


if __name__ == "__main__":
    tap.main()
