"""The real bot on a home server that fails: 500 random sessions, and all sorts of bad input.

SESSIONS and SESSION_SEED choose other ones; both are printed.
"""
import asyncio
import collections
import itertools
import os
import random
import sqlite3
import unittest

import bot
import matrix_session
import matrix_stage
import tap

QUICK = 'settle = "0s"\nlast_call = "0s"\n'
ROOMS, EACH = 20, 3
SEND = "/send/|/redact/"


class Bench:
    """Many rooms with one bot in them, and what is asked of its database afterwards."""

    def __init__(self, stage, seed, rooms):
        self.stage, self.chance = stage, random.Random(seed)
        stage.user("hotseat", "secret")
        self.bot_id = "@hotseat:" + stage.name
        self.rooms = []
        for number in range(rooms):
            people = [stage.puppet("u%dp%d" % (number, p), self.bot_id) for p in range(EACH)]
            room = people[0].create(public=True)
            for person in people[1:]:
                person.join(room)
            self.rooms.append((room, people))
        self.bot = bot.Bot([bot.matrix(
            "one", stage, {"access_token": ""}, [room for room, _ in self.rooms], token=None,
            user="@hotseat:" + stage.name, password="secret", rooms_max=100)], extra=QUICK)

    async def begin(self):
        for room, people in self.rooms:
            await people[0].see(lambda e: e.type == "m.room.member" and e.sender == self.bot_id
                                and e.room.id == room, "the bot")

    def rows(self, sql):
        db = sqlite3.connect("file:%s?mode=ro" % self.bot.database, uri=True, timeout=10)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def said(self):
        """All that the bot said, by room, as the server knows it."""
        for room in self.stage.server.rooms.values():
            for event in room.events:
                if event.sender == self.bot_id and event.type == "m.room.message":
                    yield room.id, event


def storm(stage, seed, shuffled):
    """All sorts of trouble for the bot, by chance, for as long as the stage stands. After most of
    it the bot waits a second before it says anything more, so there is only so much of that."""
    faults = [("limit", SEND, .005, {"retry_after_ms": 20}), ("limit", "/sync", .002, {}),
              ("page", SEND, .0006, {}), ("page", "/sync", .002, {"status": 200}),
              ("page", SEND, .0004, {"status": 200}), ("page", "/relations/", .01, {}),
              ("drop", SEND, .0008, {}), ("cut", SEND, .0006, {}), ("cut", "/sync", .004, {}),
              ("refuse", "", .0003, {}), ("slow", SEND, .01, {"ms": 40}),
              ("gzip", "/sync", .2, {}), ("drip", "/sync", .02, {"ms": 1}),
              ("limited", "/sync", .1, {"limit": 2}), ("duplicate", "/sync", .2, {}),
              ("drop", "createRoom|account_data|/join/", .02, {}), ("page", "/messages", .02, {}),
              ("reorder", "/sync", .3, {"rooms": shuffled})]
    for number, (kind, path, probability, more) in enumerate(faults):
        stage.fault(kind, path=path, probability=probability, count=0, seed=seed * 100 + number,
                    **more)


class Sessions(unittest.TestCase):
    def check_answers(self, bench, played):
        stored = {(number, account): text for number, account, text in bench.rows(
            "SELECT a.round, i.account, a.text FROM answer a JOIN identity i ON i.member = a.member"
            " ORDER BY a.revision")}
        for session in played:
            for person, (has, has_not) in session.answers.items():
                text = stored[session.number, person]
                for word in has:
                    self.assertIn(word, text)
                for word in has_not:
                    self.assertNotIn(word, text)

    def check_votes(self, bench, played):
        stored = {(number, voter, author): scores for number, voter, author, scores in bench.rows(
            "SELECT b.round, v.account, a.account, b.scores FROM ballot b"
            " JOIN identity v ON v.member = b.voter JOIN identity a ON a.member = b.author"
            " ORDER BY b.id")}
        wanted = {(session.number,) + pair: "".join(map(str, scores)) for session in played
                  for pair, scores in session.votes.items()}
        wrong = {key: (scores, stored.get(key)) for key, scores in wanted.items()
                 if (stored.get(key) or "")[:4] != scores}
        self.assertEqual(wrong, {})
        self.assertEqual(set(stored), set(wanted))
        for session in played:  # and in what was told, each counted once
            graders = [line.split()[-1] for line in session.result.splitlines()
                       if any(line.startswith(p.name) for p in session.people)]
            self.assertEqual(graders, [str(EACH - 1)] * EACH)

    def check_said_once(self, bench):
        ids = collections.Counter(
            (room, event.content.get("net.hotseat.id")) for room, event in bench.said())
        self.assertEqual([key for key, times in ids.items() if times > 1 or not key[1]], [])
        texts = collections.Counter(
            (room, matrix_stage.words(event)) for room, event in bench.said()
            if "m.relates_to" not in event.content
            and matrix_stage.words(event).startswith(("Answer ", "Round ")))
        self.assertEqual([key for key, times in texts.items() if times > 1], [])

    async def session(self, bench, room, people, count, simple):
        played = []
        for _ in range(count):
            one = matrix_session.Session(room, people, bench.chance, bench.bot_id, simple)
            played.append(one)
            await one.play()
        return played

    async def disturb(self, stage, bench):
        """Tokens that end (few: the bot waits longer each time), transaction ids forgotten."""
        chance = random.Random(bench.chance.random())
        for turn in itertools.count():
            known = list(stage.server.transactions)
            await asyncio.sleep(.3 + chance.random())  # libcurl itself asks again within that
            for transaction in known:
                del stage.server.transactions[transaction]
            if turn in (2, 5):
                for device in stage.server.users[bench.bot_id].devices.values():
                    stage.server.end_tokens(device, soft=True)

    async def play(self, count, seed):
        async with matrix_stage.Stage() as stage:
            bench = Bench(stage, seed, min(ROOMS, count))
            try:
                await bench.begin()
                shuffled = [room for room, _ in bench.rooms[::4]]
                storm(stage, seed, shuffled)
                trouble = asyncio.ensure_future(self.disturb(stage, bench))
                share = count // len(bench.rooms)
                played = sum(await asyncio.gather(*(
                    self.session(bench, room, people, share, room in shuffled)
                    for room, people in bench.rooms)), [])
                trouble.cancel()
                self.check_answers(bench, played)
                self.check_votes(bench, played)
                self.check_said_once(bench)
                print("# %d sessions (seed %d, %d skipped): %d answers, %d votes, %d requests, %s" % (
                    len(played), seed, sum(s.skipped for s in played),
                    sum(len(s.answers) for s in played),
                    sum(len(s.votes) for s in played), stage.server.asked,
                    "; ".join("%s %d" % (f.kind, f.hits) for f in stage.server.faults.rules)))
            except BaseException:
                print("".join("# " + line for line in bench.bot.log[-60:]))
                raise
            finally:
                bench.bot.stop()

    def test_random_sessions(self):
        count = int(os.environ.get("SESSIONS", "500"))
        asyncio.run(self.play(count, int(os.environ.get("SESSION_SEED", "1"))))


tap.main()
