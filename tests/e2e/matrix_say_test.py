#!/usr/bin/env python3
"""What the bot says on Matrix is there once, though answers get lost, the server forgets its transaction
ids, and the bot is killed; and the countdown is one message, before and after."""
import collections
import threading
import unittest

import bot
import fakehs
import matrix_crowd
import matrix_rounds
import tap

ID = "net.hotseat.id"


class Say(unittest.TestCase):
    def setUp(self):
        self.server = fakehs.Server()
        self.addCleanup(self.server.stop)
        login = self.server.user("hotseat")
        self.bot_id = login["user_id"]
        self.people = [matrix_crowd.Raw(self.server, name) for name in ("ann", "bob", "cyd")]
        for person in self.people:
            self.addCleanup(person.close)
        self.room = self.people[0].create("prep", preset="public_chat", invite=[])
        for person in self.people[1:]:
            person.join(self.room)
        self.network = bot.matrix("home", self.server, login, [self.room])
        self.bot = bot.Bot([self.network])
        self.addCleanup(self.bot.stop)
        self.group = matrix_rounds.Group(self.people, self.room, self.bot_id)
        self.people[0].wait_member(self.room, self.bot_id)

    def said(self):
        """All events of the bot that bear its mark, in all rooms."""
        for room in self.server.control("rooms")["rooms"]:
            for event in self.server.control("room", room_id=room["room_id"])["events"]:
                if event["sender"] == self.bot_id and ID in event.get("content", {}):
                    yield event

    def assert_once(self):
        ids = collections.Counter(event["content"][ID] for event in self.said())
        self.assertEqual([found for found in ids.items() if found[1] > 1], [])
        self.assertGreater(len(ids), 10)

    def forget(self, until):
        """The server never remembers a transaction id for long."""
        while not until.wait(0.05):
            self.server.control("forget")

    def test_nothing_is_said_twice(self):
        over = threading.Event()
        forgets = threading.Thread(target=self.forget, args=(over,))
        forgets.start()
        self.addCleanup(forgets.join)
        self.addCleanup(over.set)
        for kind, chance in (("drop", 0.2), ("refuse", 0.1), ("page", 0.1), ("cut", 0.1)):
            self.server.fault(kind, path="/send/", user=self.bot_id, probability=chance, count=0,
                              status=502, seed=len(kind))
        number = self.group.start("coding")
        self.bot.kill()
        self.bot.start()
        self.group.answer(number)
        self.bot.kill()
        self.bot.start()
        self.group.vote(number)
        self.group.result(number)
        self.assertEqual(self.bot.end(), 0)
        self.assert_once()

    def countdowns(self, number, phase):
        """The messages of a phase, and what they were edited to say."""
        said = list(self.said())
        stem = "-round-%d-%s" % (number, phase)
        first = [e for e in said if e["content"][ID].endswith(stem)]
        edits = [e["content"]["m.new_content"]["body"] for e in said for f in first
                 if e["content"].get("m.relates_to", {}).get("event_id") == f["event_id"]
                 and "m.new_content" in e["content"]]
        return first, edits

    def see_end(self, number):
        """Until the countdown says so, wherever the group looks."""
        words = "Round %d: answering is over." % number
        ann = self.people[0]
        ann.until(lambda: words in ann.texts(self.room, self.bot_id, edits=True), words)

    def test_the_countdown_is_one_message(self):
        number = self.group.start("coding")
        shown = self.group.hear(self.people[0], r"Round %d, answering: .* left" % number)
        self.bot.kill()
        self.bot.start()
        self.group.answer(number)
        self.see_end(number)
        first, edits = self.countdowns(number, "answer")
        self.assertEqual([f["event_id"] for f in first], [shown.event["event_id"]])
        self.assertEqual(edits[-1], "Round %d: answering is over." % number)
        self.group.vote(number)
        self.group.result(number)
        self.assertLessEqual(len(self.countdowns(number, "vote")[0]), 1)
        self.assert_once()


tap.main()
