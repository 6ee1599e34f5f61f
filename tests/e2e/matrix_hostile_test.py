"""Bad input from a home server and from people on it, against `hotseat run`: the bot goes on, loses
nothing, says nothing twice, and its log tells what was wrong."""
import json
import re
import unittest

import bot
import fakehs
import ircd
import matrix_crowd
import matrix_rounds
import tap

QUICK = 'settle = "0s"\nlast_call = "0s"\n'
DEEP = '{"event_id":"EVENT_ID","type":"m.room.message","sender":"@ann:fake.test",' \
       '"origin_server_ts":1,"content":{"msgtype":"m.text","body":"!top","x":%s1%s}}' % (
           "[" * 400, "]" * 400)
WRONG = [5, None, True, [], {}, "", "x" * 300, [["!top"]], {"body": 7}]


class Hostile(unittest.TestCase):
    def setUp(self):
        self.server = fakehs.Server()
        self.addCleanup(self.server.stop)
        self.server.user("hotseat", password="secret", displayname="hotseat")
        self.bot_id = "@hotseat:fake.test"
        self.people = [matrix_crowd.Raw(self.server, name) for name in ("ann", "bob")]
        for person in self.people:
            self.addCleanup(person.close)
        self.ann, self.bob = self.people
        self.room = self.ann.create("prep", preset="public_chat")
        self.bob.join(self.room)

    def run_bot(self, **options):
        section = bot.matrix("one", self.server, {"access_token": ""}, [self.room], token=None,
                             user=self.bot_id, password="secret", **options)
        program = bot.Bot([section], extra=QUICK)
        self.addCleanup(program.stop)
        return program

    def start(self, **options):
        program = self.run_bot(**options)
        self.ann.wait_member(self.room, self.bot_id)
        self.group = matrix_rounds.Group(self.people, self.room, self.bot_id)
        return program

    def inject(self, event):
        """An event as it is, text or object; EVENT_ID in it becomes a good id."""
        text = event if isinstance(event, str) else json.dumps(event)
        return self.server.control("inject", room_id=self.room, raw=text)["event_id"]

    def assert_answers(self):
        """The bot hears and speaks."""
        self.ann.mark()
        self.ann.say(self.room, "!help")
        self.group.hear(self.ann, "!start")

    def test_events_that_are_none(self):
        program = self.start()
        for text in (DEEP, '"a string"', "[]", "{}", "null"):
            self.inject(text)
        good = {"type": "m.room.message", "sender": "@ann:fake.test", "origin_server_ts": 1,
                "event_id": "EVENT_ID", "content": {"msgtype": "m.text", "body": "hello"}}
        for field in good:
            for value in WRONG:
                self.inject({**good, field: value})
            self.inject({k: v for k, v in good.items() if k != field})
        for field in ("msgtype", "body", "format", "formatted_body", "m.relates_to", "url", "info",
                      "m.new_content", "m.mentions"):
            for value in WRONG:
                self.inject({**good, "content": {**good["content"], field: value}})
        for kind in ("m.room.member", "m.room.power_levels", "m.room.create", "m.room.encryption",
                     "m.room.tombstone", "m.reaction", "m.room.redaction", "m.what.ever"):
            for value in WRONG:
                self.inject({"type": kind, "sender": "@ann:fake.test", "state_key": value,
                             "content": {"users": value, "body": value, "algorithm": value,
                                         "membership": value, "m.relates_to": value},
                             "event_id": "EVENT_ID", "origin_server_ts": -5})
        self.assert_answers()
        self.assertTrue(program.stop())

    def test_large_and_odd_words(self):
        program = self.start()
        number = self.group.start("coding")
        for text in ("y" * 60000, "\x00\x01\x1b[31m\x7f\u202e!top", "!top " + "\u200b" * 3000,
                     "!start coding," + self.room, "\ufeff!\u2066me\u2069"):
            self.ann.say(self.room, text)
            self.bob.tell(self.bot_id, text)
        self.ann.say(self.room, "x", format="org.matrix.custom.html",
                     formatted_body="<script>alert(1)</script>" + "<b>" * 5000)
        self.ann.do("displayname", name="\u202ebob\u200b\u2066" + "n" * 200)
        status = self.ann.say(self.room, "!status")
        self.group.receipt(self.ann, status, "ound %d" % number)
        for said in self.ann.seen:
            if said.sender == self.bot_id:
                for sign in "\x1b\u202e\u200b\u2066\x00":
                    self.assertNotIn(sign, said.text)
                self.assertNotIn("<script", said.content.get("formatted_body", ""))
        self.assertTrue(program.stop())

    def test_answers_that_are_none(self):
        """Error pages with 200, cut bodies, bombs and redirects in the middle of a round."""
        program = self.start()
        number = self.group.start("coding")
        for kind, more in (("page", {"status": 200}), ("page", {}), ("cut", {}), ("bomb", {"mb": 80}),
                           ("redirect", {"location": self.server.url + "/elsewhere"}),
                           ("json", {"status": 200, "body": {"next_batch": 5}}),
                           ("json", {"status": 200, "body": []})):
            self.server.fault(kind, path="/sync", user=self.bot_id, **more)
        for kind, more in (("page", {"status": 200}), ("cut", {}), ("drop", {}), ("bomb", {"mb": 80}),
                           ("redirect", {"location": "/elsewhere"})):
            self.server.fault(kind, path="/send/", user=self.bot_id, **more)
        self.group.answer(number)
        self.group.vote(number)
        self.group.result(number)
        said = [t for t in self.ann.texts(room=self.room, sender=self.bot_id)
                if t.startswith("Round ")]
        self.assertEqual(len(said), len(set(said)), said)
        self.assertFalse([r for r in self.server.control("requests", path="elsewhere")["requests"]])
        self.assertTrue(program.stop())

    def test_a_login_that_ends_for_good(self):
        """The bot stops asking and its log says what to do; it does not loop."""
        program = self.start()
        self.group.start("coding")
        self.server.control("tokens", user="hotseat", refresh=True)
        line = program.wait_log("hotseat matrix login", patience=60)
        self.assertRegex(line, "logged out|log in")
        before = len(self.server.control("requests")["requests"])
        self.assertLess(before, 300)
        self.assertNotIn("secret", "".join(program.log))
        self.assertIsNone(program.child.poll())

    def test_forgotten_transactions(self):
        """An answer that did not come, and a server that knows no transaction any more."""
        program = self.start()
        number = self.group.start("coding")
        self.server.fault("drop", path="/send/m.room.message", user=self.bot_id, count=2)
        self.server.control("forget")
        self.group.answer(number)
        self.group.vote(number)
        self.group.result(number)
        for person in self.people:
            said = [t for t in person.texts(sender=self.bot_id) if re.match("Round|Answer", t)]
            self.assertEqual(len(said), len(set(said)), said)
        self.assertTrue(program.stop())


class Certificates(unittest.TestCase):
    def test_a_wrong_certificate(self):
        authority = ircd.Authority()
        self.addCleanup(authority.close)
        certificate = authority.certificate("elsewhere.test")
        server = fakehs.Server("--tls", *certificate)
        self.addCleanup(server.stop)
        server.url = "https://localhost:%d" % server.port
        program = bot.Bot([bot.matrix("one", server, {"access_token": "secret-token"},
                                      ca_file=authority.ca)], extra=QUICK)
        self.addCleanup(program.stop)
        line = program.wait_log("certificate")
        self.assertNotIn("secret-token", "".join(program.log))
        self.assertIn("one", line)


tap.main()
