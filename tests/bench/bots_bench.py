"""Votes on one ngircd: the whole bot beside a minimal one, Eggdrop and Limnoria.

50 people vote by DM, each with one open command; every bot stores the vote in SQLite (WAL,
synchronous FULL) before it answers. The bots take turns, in ROUNDS rounds of SECONDS each, and
what is printed are medians; tests/README.md says how to read it.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import bots
import ircd
import tap

CHANNEL = "#bench"
VOTERS = 50
QUIET_MS = 500
# What hotseat is to reach: so many times the votes a second of each other bot.
AIMS = {"bare": 0.4, "eggdrop": 4, "limnoria": 10}
CPU_AIM, MEMORY_AIM = 0.4, 24


class Voters:
    """tests/bench/bots/voters.c, driven by lines."""

    def __init__(self, server):
        program = os.path.join(tap.BUILD, "tests/bench/bots/voters")
        self.child = subprocess.Popen([program, str(server.port), str(VOTERS), CHANNEL],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def _answer(self):
        line = self.child.stdout.readline().strip()
        if not line:
            raise SystemExit("the voters gave up")
        return line

    def _command(self, *words):
        self.child.stdin.write("\t".join(str(word) for word in words) + "\n")
        self.child.stdin.flush()
        return self._answer()

    def ask(self, nick, target, words, text, first=0, last=VOTERS - 1):
        """Voters say it, and wait until the bot has said the words to each."""
        self._command("ask", first, last, nick, target, words, text)

    def quiet(self):
        self._command("quiet", QUIET_MS)

    def vote(self, nick, seconds):
        """(votes, seconds, p50 in ms, p99 in ms)"""
        return tuple(map(float, self._command("vote", nick, seconds).split()))

    def stop(self):
        self.child.stdin.close()
        self.child.wait()


class Figures:
    """What one bot showed, round by round."""

    def __init__(self):
        self.rate, self.p50, self.p99, self.cpu = [], [], [], []

    def add(self, votes, seconds, p50, p99, cpu):
        self.rate.append(votes / seconds)
        self.p50.append(p50)
        self.p99.append(p99)
        self.cpu.append(cpu / votes * 10000)


def come(server, home, wanted):
    """Starts the bots that can be had; those that came into the channel."""
    watcher = ircd.Client(server, "watcher")
    watcher.join(CHANNEL)
    here = []
    for kind in bots.ALL:
        if kind.nick not in wanted:
            continue
        one = kind(home, server, CHANNEL)
        missing = one.absent()
        if missing:
            print("  %s: not measured, %s" % (one.title, missing))
            continue
        here.append(one)
        one.start()
        try:
            watcher.wait_line(lambda line: line.command == "JOIN" and line.nick == one.nick,
                              what="%s come" % one.title)
        except AssertionError as error:
            raise SystemExit("%s\n%s" % (error, one.said()))
    watcher.quit()
    return here


def measure(here, voters, rounds, seconds):
    figures = {one.nick: Figures() for one in here}
    for one in here:
        one.prepare(voters)
        voters.vote(one.nick, 1)  # what is loaded late is loaded now
    for _ in range(rounds):
        for one in here:
            before = one.cpu()
            votes, took, p50, p99 = voters.vote(one.nick, seconds)
            figures[one.nick].add(votes, took, p50, p99, one.cpu() - before)
    return figures


def file_system(path):
    kind = subprocess.run(["stat", "-f", "-c", "%T", path], capture_output=True, text=True)
    return kind.stdout.strip() or "unknown"


def report(here, figures):
    median = statistics.median
    print("  %-26s %9s %8s %8s %12s %8s" % ("", "votes/s", "p50 ms", "p99 ms", "CPU s/10,000",
                                            "MB"))
    for one in here:
        f = figures[one.nick]
        print("  %-26s %9.0f %8.2f %8.2f %12.2f %8.1f" % (
            one.title, median(f.rate), median(f.p50), median(f.p99), median(f.cpu),
            one.memory()))
    ours = figures.get("hotseat")
    if not ours:
        return
    for one in here:
        if one.nick in AIMS:
            ratios = [a / b for a, b in zip(ours.rate, figures[one.nick].rate)]
            print("  hotseat / %-16s %9.2f  (aim: at least %g; %.2f to %.2f)" % (
                one.title.split(",")[0], median(ratios), AIMS[one.nick], min(ratios),
                max(ratios)))
    print("  aims for hotseat: CPU at most %.1f s per 10,000 votes, memory under %d MB" % (
        CPU_AIM, MEMORY_AIM))


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=2)
    options.add_argument("--only", default=",".join(kind.nick for kind in bots.ALL),
                         help="nicks of the bots, with commas")
    chosen = options.parse_args()
    home = tempfile.mkdtemp(prefix="bots-", dir=os.environ.get("HOTSEAT_BENCH_DIR", "/var/tmp"))
    os.chmod(home, 0o755)
    server, here, voters = ircd.Server(), [], None
    try:
        print("votes by DM on one ngircd, %d people with one open command each; SQLite in WAL mode "
              "with synchronous FULL on %s; medians of %d rounds of %d s:" % (
                  VOTERS, file_system(home), chosen.rounds, chosen.seconds))
        here = come(server, home, chosen.only.split(","))
        voters = Voters(server)
        report(here, measure(here, voters, chosen.rounds, chosen.seconds))
    finally:
        for one in here:
            one.stop()
        if voters:
            voters.stop()
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
