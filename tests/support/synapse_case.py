"""What the tests on a real Synapse share: server, bot, people, and what is asked of the store."""
import re
import sqlite3
import unittest

import bot
import matrix_crowd
import synapse

QUICK = 'settle = "0s"\nlast_call = "0s"\n'
NAMES = "ann bob cyd dan eve fay".split()


def rows(program, sql):
    db = sqlite3.connect("file:%s?mode=ro" % program.database, uri=True, timeout=10)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def answers(program, number):
    """{user id: what the store has as their answer}"""
    return dict(rows(program, "SELECT i.account, a.text FROM answer a JOIN identity i"
                              " ON i.member = a.member WHERE a.round = %d ORDER BY a.revision"
                     % number))


def votes(program, number):
    """{(voter, author): scores}, as the store has them"""
    return {(v, a): s[:4] for v, a, s in rows(
        program, "SELECT v.account, a.account, b.scores FROM ballot b JOIN identity v"
                 " ON v.member = b.voter JOIN identity a ON a.member = b.author"
                 " WHERE b.round = %d ORDER BY b.id" % number)}


class OnSynapse(unittest.TestCase):
    LIMITS = False

    def setUp(self):
        self.server = synapse.Server(limits=self.LIMITS)
        self.addCleanup(self.server.stop)
        self.me = self.server.user("hotseat")
        self.bot_id = self.me["user_id"]

    def raw(self, *names):
        people = [matrix_crowd.Raw(self.server, name) for name in names]
        for person in people:
            self.addCleanup(person.close)
        return people

    def gather(self, people):
        """A room that all people are in, and the bot, which is invited."""
        room = people[0].create("prep", preset="public_chat")
        for person in people[1:]:
            person.join(room)
        return room

    def run_bot(self, *networks, extra=QUICK):
        program = bot.Bot(list(networks) or [bot.matrix("one", self.server, self.me)], extra=extra)
        self.addCleanup(program.stop)
        return program

    def invite_bot(self, host, room):
        host.invite(room, self.bot_id)
        host.wait_member(room, self.bot_id)

    def assert_blind(self, group, number, given):
        """No name and no own answer on a ballot, nothing of an answer in the room before the end."""
        for person, ballots in given.items():
            self.assertEqual(len(ballots), len(group.people) - 1)
            shown = "\n".join(seen.text for seen in ballots.values())
            self.assertNotIn(group.secret(number, person), shown)
            for other in group.people:
                self.assertIsNone(re.search(r"\b%s\b" % other.name, shown))
        room = group.people[0].texts(room=group.room, sender=self.bot_id, edits=True)
        over = next(i for i, text in enumerate(room) if text.startswith("Round %d is over" % number))
        for text in room[:over]:
            self.assertNotIn("sealed-%d-" % number, text)

    def assert_once(self, person, room):
        """The bot said nothing twice in the room."""
        said = person.texts(room=room, sender=self.bot_id)
        told = [t for t in said if re.match(r"Round \d+(:| is over)", t)]
        self.assertEqual(len(told), len(set(told)), told)
