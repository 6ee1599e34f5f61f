#!/usr/bin/env python3
"""Links in place of words on Matrix: read once, edited, and not lost when the bot is killed."""
import unittest

import bot
import fakehs
import matrix_crowd
import matrix_rounds
import paste_server
import tap


class Links(unittest.TestCase):
    def setUp(self):
        self.server = fakehs.Server()
        self.addCleanup(self.server.stop)
        self.pastes = paste_server.Server()
        self.addCleanup(self.pastes.stop)
        login = self.server.user("hotseat")
        self.bot_id = login["user_id"]
        self.people = [matrix_crowd.Raw(self.server, name) for name in ("ann", "bob")]
        for person in self.people:
            self.addCleanup(person.close)
        self.ann, self.bob = self.people
        self.room = self.ann.create("prep", preset="public_chat", invite=[])
        self.bob.join(self.room)
        section = 'settle = "0s"\npaste {\n hosts = {"%s"}\n private = true\n ca_file = "%s"\n}\n' % (
            self.pastes.host, self.pastes.ca)
        self.bot = bot.Bot([bot.matrix("home", self.server, login, [self.room])], extra=section)
        self.addCleanup(self.bot.stop)
        self.group = matrix_rounds.Group(self.people, self.room, self.bot_id)
        self.ann.wait_member(self.room, self.bot_id)
        self.group.start("coding")

    def test_link_then_words(self):
        room = self.ann.direct(self.bot_id)
        link = self.ann.say(room, self.pastes.url("/code"))
        self.group.privately(self.ann, "Stored from localhost: 2 lines, 18 bytes")
        self.ann.edit(room, link, "words instead")
        self.group.receipt(self.ann, link, "Changed: 1 line, 13 bytes")
        self.ann.edit(room, link, self.pastes.url("/bom"))
        self.group.privately(self.ann, "Changed: 1 line, 4 bytes")
        self.ann.edit(room, link, self.pastes.url("/html"))
        self.group.privately(self.ann, "it is a web page.*All stays as it was")

    def test_others_are_not_held_up_and_nothing_is_lost(self):
        self.pastes.put("/held", "read after all", held=True)
        self.ann.say(self.ann.direct(self.bot_id), self.pastes.url("/held"))
        self.pastes.wait_asked("/held")
        self.bob.say(self.bob.direct(self.bot_id), "at once")
        self.group.privately(self.bob, "Stored: 1 line, 7 bytes")
        self.bot.kill()
        self.pastes.release("/held")
        self.bot.start()
        self.group.privately(self.ann, "Stored from localhost: 1 line, 14 bytes")
        self.assertEqual(self.bot.end(), 0)


if __name__ == "__main__":
    tap.main()
