"""kill -9 at random instants of running rounds: the real program on a real IRC server.

KILLS says how many (200), KILL_SEED where chance begins; both are printed.
"""
import os
import random
import re
import sqlite3
import threading
import unittest

import bot
import ircd
import tap

ROOM = "#prep"
NICKS = ["zorblax", "quimby", "vexmoor"]
ONCE = re.compile(r"code [0-9a-f]{8}|^Round \d+: .* to answer|^Round \d+ is over"
                  r"|^Round \d+: answering is over|^Answer [A-Z]")


class Game:
    """Three people who play on, whatever state they find."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.server = ircd.Server()
        self.bot = bot.Bot([bot.network("one", self.server, [ROOM])])
        self.bot.wait_joined(ROOM)
        self.clients = [ircd.Client(self.server, nick) for nick in NICKS]
        for client in self.clients:
            client.join(ROOM)
        self.words = self.kills = 0
        self.read = [0] * len(NICKS)
        self.codes, self.votes = set(), set()
        self.last_copy = {}
        self.lives = set()  # (who, life): something of this kind reached them in it  # (nick, text) -> number of the kill before which it was seen
        self.deadlines = {}  # (round, phase) -> deadline

    def rows(self, sql):
        """A query while the bot is up, so that closing does not tidy up after a crash."""
        db = sqlite3.connect("file:%s?mode=ro" % self.bot.database, uri=True, timeout=10)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def move(self, phase, client):
        """One thing that somebody does in this phase."""
        self.words += 1
        if phase is None:
            client.say(ROOM, "!start coding answer:1h vote:1h")
        elif phase == "answer":
            client.say("hotseat", "!revise stack%d in O(n)" % self.words
                       if self.chance.random() < 0.5 else "word%d" % self.words)
        else:
            client.say("hotseat", "!vote %s %s" % (self.chance.choice("AB"), " ".join(
                str(self.chance.randint(1, 5)) for _ in range(4))))

    def play(self):
        """What people do between two kills; where it ends is chance."""
        found = self.rows("SELECT id, phase, deadline FROM round"
                          " WHERE phase NOT IN ('closed', 'ended')")
        for number, phase, deadline in found:
            before = self.deadlines.setdefault((number, phase), deadline)
            if before != deadline:
                raise AssertionError("round %d had until %d, after a kill until %d" % (
                    number, before, deadline))
        phase = found[0][1] if found else None
        timer = threading.Timer(self.chance.random() * 0.12, self.bot.child.kill)
        timer.start()
        order = list(self.clients)
        self.chance.shuffle(order)
        answered = self.rows("SELECT count(DISTINCT member) FROM answer WHERE round = %d"
                             % found[0][0])[0][0] if found else 0
        if phase is None:
            self.move(phase, self.clients[0])
        elif phase == "answer" and answered > 1 and self.chance.random() < 0.5:
            self.clients[0].say(ROOM, "!skip")  # its host
        else:
            for client in order:
                self.move(phase, client)
        timer.join()
        self.bot.child.wait()

    def look(self):
        """Takes note of what is acknowledged, and of what came again."""
        for at, client in enumerate(self.clients):
            client.sync()
            texts = client.texts(source="hotseat")
            for text in texts[self.read[at]:]:
                code = re.search(r"^Stored.*code ([0-9a-f]{8})", text)
                vote = re.search(r"^Stored: [A-Z] (\d) (\d) (\d) (\d)", text)
                if code:
                    self.codes.add((client.nick, code.group(1)))
                if vote:
                    self.votes.add((client.nick, "".join(vote.groups())))
                self.check_copy(client.nick, text)
            self.read[at] = len(texts)

    def check_copy(self, nick, text):
        """What the bot cannot know to be out at a kill it may say again in the next life in which
        it gets that far: messages to one person keep their order."""
        if not ONCE.search(text):
            return
        before = self.last_copy.get((nick, text))
        self.lives.add((nick, self.kills))
        if before is not None and any((nick, life) in self.lives
                                      for life in range(before + 1, self.kills)):
            raise AssertionError("%s got again, %d kills later: %s" % (
                nick, self.kills - before, text))
        self.last_copy[nick, text] = self.kills

    def again(self):
        self.kills += 1
        self.bot.start()
        self.bot.wait_log("joined " + ROOM, count=self.kills + 1)

    def check_store(self):
        answers = set(self.rows("SELECT m.name, substr(a.hash, 1, 8) FROM answer a"
                                " JOIN member m ON m.id = a.member"))
        ballots = set(self.rows("SELECT m.name, substr(b.scores, 1, 4) FROM ballot b"
                                " JOIN member m ON m.id = b.voter"))
        lost = (self.codes - answers) | (self.votes - ballots)
        if lost:
            raise AssertionError("acknowledged and not in the store: %r" % sorted(lost))

    def close(self):
        for client in self.clients:
            client.quit()
        self.bot.stop()
        self.server.stop()


class Kill(unittest.TestCase):
    def test_random_instants(self):
        kills = int(os.environ.get("KILLS", "200"))
        seed = int(os.environ.get("KILL_SEED", "1"))
        game = Game(seed)
        try:
            while game.kills < kills:
                game.play()
                game.look()
                game.again()
                if game.kills % 20 == 0:
                    game.check_store()
            game.look()
            game.check_store()
            closed = game.rows("SELECT count(*) FROM round WHERE phase = 'closed'")[0][0]
            print("# %d kills (seed %d): %d answers, %d votes acknowledged, %d rounds closed" % (
                kills, seed, len(game.codes), len(game.votes), closed))
            self.assertGreater(len(game.codes), kills // 10)
            self.assertGreater(len(game.votes), kills // 20)
            self.assertGreater(closed, 0)
        finally:
            game.close()


tap.main()
