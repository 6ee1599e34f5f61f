"""Rounds on a real ngircd, played by raw clients against `hotseat run`."""
import re
import unittest

import bot
import crowd
import ircd
import tap

QUICK = 'settle = "0s"\nlast_call = "0s"\n'


class Rounds(unittest.TestCase):
    def setUp(self):
        self.server = ircd.Server()
        self.addCleanup(self.server.stop)

    def run_bot(self, *networks, **options):
        options.setdefault("extra", QUICK)
        program = bot.Bot(list(networks), **options)
        self.addCleanup(program.stop)
        return program

    def one_room(self, channel="#prep", names=crowd.NAMES, **options):
        clients = crowd.gather(self.server, channel, names)
        program = self.run_bot(bot.network("one", self.server, [channel], **options))
        program.wait_joined(channel)
        return program, clients

    def assert_blind(self, clients, channel, number, given):
        """No name in any ballot, and no answer in the channel before the reveal."""
        for client in clients:
            self.assertEqual(len(given[client.nick]), len(clients) - 1)
            shown = "\n".join(given[client.nick].values())
            self.assertNotIn(crowd.secret(number, client), shown)
            for other in clients:
                self.assertIsNone(re.search(r"\b%s\b" % other.nick, shown))
                if other is not client:
                    self.assertIn(crowd.secret(number, other), shown)
        room = clients[0].texts(target=channel)
        over = next(i for i, text in enumerate(room)
                    if re.search("Round %d.* is over" % number, text) and "answering" not in text)
        for text in room[:over]:
            self.assertNotIn("sealed-%d-" % number, text)

    def test_three_rounds_one_of_each_kind(self):
        program, clients = self.one_room()
        for expected, kind in enumerate(("coding", "ml_theory", "behavioral"), 1):
            number, given = crowd.play(clients, "#prep", kind)
            self.assertEqual(number, expected)
            self.assert_blind(clients, "#prep", number, given)
        ann = clients[0]
        ann.say("#prep", "!top")
        ann.wait("bob", target="#prep", source="hotseat")
        ann.say("#prep", "!me")
        ann.wait("all time", target="ann", source="hotseat")
        ann.say("hotseat", "!votes")
        ann.wait(".", target="ann", source="hotseat")
        ann.sync()
        board = program.board("--period", "all")
        self.assertEqual(sorted(row["name"] for row in board["members"]), sorted(crowd.NAMES))
        self.assertEqual({row["rounds"] for row in board["members"]}, {3})
        self.assertTrue(program.stop())

    def test_two_channels_on_two_networks_at_once(self):
        other = ircd.Server("two.test")
        self.addCleanup(other.stop)
        left = crowd.gather(self.server, "#left", crowd.NAMES[:3])
        middle = crowd.gather(self.server, "#middle", ["ivy", "jon", "kim"])
        right = crowd.gather(other, "#left", crowd.NAMES[:3])
        program = self.run_bot(bot.network("one", self.server, ["#left", "#middle"]),
                               bot.network("two", other, ["#left"]))
        program.wait_log("joined ", 3)
        rooms = [(left, "#left", "coding"), (middle, "#middle", "ml_theory"),
                 (right, "#left", "behavioral")]
        numbers = [crowd.start(*room) for room in rooms]
        self.assertEqual(len(set(numbers)), 3)
        for number, (clients, _, _) in zip(numbers, rooms):
            crowd.answer(clients, number)
        for number, (clients, channel, _) in zip(numbers, rooms):
            given = crowd.vote(clients, channel, number)
            crowd.result(clients, channel, number)
            self.assert_blind(clients, channel, number, given)
        for number, (clients, channel, _) in zip(numbers, rooms):
            for line in clients[0].texts(source="hotseat"):
                for foreign in set(numbers) - {number}:
                    self.assertNotIn("ound %d" % foreign, line)

    def test_nick_in_use(self):
        squatter = ircd.Client(self.server, "hotseat")
        clients = crowd.gather(self.server, "#prep", crowd.NAMES[:2])
        program = self.run_bot(bot.network("one", self.server, ["#prep"]))
        program.wait_log("registered as hotseat1")
        program.wait_joined("#prep")
        clients[0].say("#prep", "hotseat1: help")
        clients[0].wait("start", source="hotseat1")
        squatter.join("#prep")
        clients[0].sync()
        squatter.quit()
        clients[0].wait_line(lambda l: l.command == "NICK" and l.text == "hotseat")
        clients[0].say("#prep", "hotseat: help")
        clients[0].wait("start", source="hotseat")

    def test_nick_too_long_for_the_server(self):
        short = ircd.Server("short.test", nick_length=9)
        self.addCleanup(short.stop)
        program = self.run_bot(bot.network("one", short, ["#prep"], nick="hotseatpractice"))
        program.wait_log("registered as hotseatp1")

    def test_nick_changes_in_the_middle(self):
        _, clients = self.one_room(names=crowd.NAMES[:3])
        ann = clients[0]
        number = crowd.start(clients, "#prep", "coding")
        crowd.answer(clients[:2], number)
        ann.raw("NICK anna")
        ann.wait_line(lambda l: l.command == "NICK")
        # Whoever takes the free nick is not ann.
        thief = ircd.Client(self.server, "ann")
        thief.join("#prep")
        thief.say("hotseat", "!votes")
        thief.wait(".", target="ann", source="hotseat")
        crowd.answer(clients[2:], number)
        ann.wait("answers to grade", target="anna", source="hotseat")
        ann.wait("Answer B", target="anna", source="hotseat")
        self.assertFalse([t for t in thief.texts(target="ann") if "sealed-" in t])
        ann.say("hotseat", "!votes")
        ann.wait("[AB]", target="anna", source="hotseat")

    def test_long_text_is_whole_and_cut_between_characters(self):
        _, clients = self.one_room(names=crowd.NAMES[:3])
        number = crowd.start(clients, "#prep", "coding")
        words = " ".join("wörd%d🙂é" % i for i in range(300))
        code = ["        if (x%d) { return \"é\"; } // %s" % (i, "ü" * 40) for i in range(20)]
        ann = clients[0]
        lines = [words[at:at + 180] for at in range(0, len(words), 180)] + code
        for line in ["!begin"] + lines + ["!end"]:
            ann.say("hotseat", line)
        ann.wait("Stored: %d lines" % len(lines), target="ann")
        crowd.answer(clients[1:], number)
        bob = clients[1]
        for words_of_one in ("Answer A", "Answer B", "x19", crowd.secret(number, clients[2])):
            bob.at = 0  # the order of the answers is chance
            bob.wait(words_of_one, target="bob")
        shown = "".join(crowd.ballots(bob, number).values())
        self.assertIn(re.sub(r"\s+", "", words), re.sub(r"\s+", "", shown))
        for line in code:
            self.assertIn(re.sub(r"\s+", "", line), re.sub(r"\s+", "", shown))
        for line in bob.seen:
            self.assertLessEqual(len(line.raw) + 2, 512)
            line.raw.decode("utf-8")  # raises if a character was cut

    def test_thirty_replies_at_once_arrive_paced(self):
        server = ircd.Server("slow.test", penalty=True)
        self.addCleanup(server.stop)
        names = ["p%d" % i for i in range(30)]
        clients = crowd.gather(server, "#prep", names)
        program = self.run_bot(bot.network("one", server, ["#prep"], flood_ms=100, flood_burst=4))
        program.wait_joined("#prep")
        for client in clients:
            client.mark()
            client.say("hotseat", "!me")
        for client in clients:
            client.wait("no scores yet", target=client.nick, source="hotseat", patience=90)
        self.assertEqual([len(c.texts(target=c.nick, source="hotseat")) for c in clients],
                         [1] * 30)

    def test_hostile_lines(self):
        _, clients = self.one_room(names=crowd.NAMES[:2])
        ann, bob = clients
        number = crowd.start(clients, "#prep", "coding")
        ann.raw(b"PRIVMSG hotseat :\xff\xfe\xc3( broken \x03" b"04,02bytes\x02")
        ann.wait("Stored", target="ann")
        ann.raw(b"PRIVMSG hotseat :" + b"A" * (1 << 20))
        ann.close()  # ngircd ends whoever sends that much in one line
        evil = ircd.Client(self.server, "ev`[x]")
        evil.join("#prep")
        for text in ("!start coding,#prep", "!vote A,B 3", "!join ,bob", "!me\x01\x02\x1f",
                     "!top " + "x" * 300, "hotseat: %n%s%s", "!start \u202ecoding", "!"):
            evil.say("#prep", text)
            evil.say("hotseat", text)
        bob.say("hotseat", "my answer \x7f\x1b[31m\u202e sealed")
        bob.wait("Stored", target="bob")
        evil.sync()
        bob.say("#prep", "!status")
        status = bob.wait("ound %d" % number, source="hotseat")
        self.assertNotIn("\x1b", status.text)
        for line in bob.seen + evil.seen:
            self.assertNotIn(b"\x1b", line.raw if line.nick == "hotseat" else b"")

    def test_what_is_answered(self):
        _, clients = self.one_room(names=crowd.NAMES[:2])
        ann = clients[0]
        for text in ("hello all", "hotseats: help", "\x01VERSION\x01", "\x01PING 1\x01"):
            ann.say("#prep", text)
        ann.say("hotseat", "\x01VERSION\x01")
        ann.say("hotseat", "\x01DCC SEND x 1 2 3\x01")
        ann.raw("NOTICE hotseat :!help")
        ann.raw("NOTICE #prep :!help")
        # Lines are handled in order: the answer to the last one is the only one.
        for text in ("hotseat: status", "hotseat, status", "@hotseat status", "!status"):
            ann.mark()
            ann.say("#prep", text)
            ann.wait(".", target="#prep", source="hotseat")
        ann.sync()
        # Of CTCP, only a question to the bot itself is answered, and only that by a NOTICE.
        self.assertEqual(len(ann.texts(source="hotseat")), 5)
        ann.say("hotseat", "\x01ACTION !help\x01")
        notices = [l.text for l in ann.seen if l.nick == "hotseat" and l.command == "NOTICE"]
        self.assertEqual(len(notices), 1)
        self.assertTrue(notices[0].startswith("\x01VERSION hotseat "))


tap.main()
