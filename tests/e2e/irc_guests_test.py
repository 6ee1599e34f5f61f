"""Guests on a real server: they play unranked, and who logs in to services in mid round is ranked."""
import unittest

import bot
import crowd
import inspircd
import ircd
import services
import tap

CAPS = ["account-tag", "account-notify", "extended-join"]
QUICK = 'settle = "0s"\nlast_call = "0s"\n'
UNRANKED = "You play as a guest: your score counts on no board"


class Guests(unittest.TestCase):
    def setUp(self):
        self.server = inspircd.Server()
        self.addCleanup(self.server.stop)
        self.services = services.Services(self.server, {"ann": "pw-ann", "bob": "pw-bob"})
        self.addCleanup(self.services.stop)
        self.clients = [self.client("ann", sasl=("ann", "pw-ann")), self.client("bob"),
                        self.client("cyd")]
        self.program = bot.Bot([bot.network("one", self.server, ["#prep"])], extra=QUICK)
        self.addCleanup(self.program.stop)
        self.program.wait_joined("#prep")

    def client(self, nick, **options):
        client = ircd.Client(self.server, nick, caps=CAPS, **options)
        self.addCleanup(client.close)
        client.join("#prep")
        return client

    def test_who_logs_in_is_ranked_and_who_does_not_is_not(self):
        ann, bob, cyd = self.clients
        number = crowd.start(self.clients, "#prep", "coding")
        for client, told in ((ann, 0), (bob, 1), (cyd, 1)):
            client.sync()
            self.assertEqual(sum(UNRANKED in text for text in client.texts(source="hotseat")), told)
        crowd.answer(self.clients, number)
        at = bob.at
        bob.say("NickServ", "IDENTIFY bob pw-bob")
        bob.wait("You are logged in, so you are ranked in round %d" % number, source="hotseat")
        bob.at = at  # what the room was told is still to be read
        crowd.vote(self.clients, "#prep", number)
        crowd.result(self.clients, "#prep", number)
        cyd.wait("No points: you play as a guest", source="hotseat")
        table = "\n".join(ann.texts(target="#prep", source="hotseat"))
        self.assertIn("cyd (guest)", table)
        self.assertNotIn("bob (guest)", table)
        members = self.program.board()["members"]
        self.assertEqual({m["name"] for m in members}, {"ann", "bob"})
        self.assertEqual({m["rounds"] for m in members}, {1})


tap.main()
