"""Members are accounts: rounds on InspIRCd with services, whose people change nick, come and go, log in
and out, and whose guests play for nothing."""
import unittest

import bot
import crowd
import inspircd
import ircd
import services
import tap

QUICK = 'settle = "0s"\nlast_call = "0s"\n'
WORDS = {name: "pw-" + name for name in crowd.NAMES}
MASK = "NickServ!*@services.test"


class Case(unittest.TestCase):
    """A server with services, and people on it."""

    def start_server(self):
        raise NotImplementedError

    @classmethod
    def setUpClass(cls):
        cls.authority = ircd.Authority()
        cls.hub = cls.start_server()
        cls.services = services.Services(cls.hub, WORDS)

    @classmethod
    def tearDownClass(cls):
        cls.services.stop()
        cls.hub.stop()
        cls.authority.close()

    def login(self, client, account):
        client.say("NickServ", "IDENTIFY %s %s" % (account, WORDS[account]))
        client.wait("now identified", source="NickServ")

    def come(self, nick, account=None, channel="#prep"):
        client = ircd.Client(self.hub, nick)
        self.addCleanup(client.close)
        if account:
            self.login(client, account)
        client.join(channel)
        client.secret = account or nick
        return client

    def run_bot(self, server=None, **options):
        self.program = bot.Bot([bot.network("one", server or self.hub, ["#prep"],
                                            trust_nicks=False, **options)], extra=QUICK)
        self.addCleanup(self.program.stop)
        self.program.wait_joined("#prep")

    def renamed(self, client, nick):
        client.raw("NICK " + nick)
        client.wait_line(lambda line: line.command == "NICK" and line.text == nick)
        client.nick = nick

    def start(self, clients):
        return crowd.start(clients, "#prep", "coding")

    def answer(self, client, number):
        client.say("hotseat", "sealed-%d-%s is what I would do" % (number, client.secret))
        client.wait(r"Stored( for round \d+)?: 1 line", target=client.nick, source="hotseat")

    def vote(self, client, number, ballots):
        """Waits for so many ballots, and fills them in; what they hold."""
        for _ in range(ballots):
            client.wait("Answer [A-Z]+, round %d" % number, target=client.nick, source="hotseat")
        client.wait("> ", target=client.nick, source="hotseat")
        client.sync()
        given = crowd.ballots(client, number)
        for label in given:
            client.say("hotseat", "!vote %s 4 4 3 4 fine, says %s" % (label, client.secret))
        return "".join(given.values())

    def finish(self, clients, number):
        """Everybody grades; each is given all but their own answer."""
        for client in clients:
            client.at = 0
        for client in clients:
            shown = self.vote(client, number, len(clients) - 1)
            for other in clients:
                self.assertEqual(shown.count("sealed-%d-%s " % (number, other.secret)),
                                 other is not client)
        crowd.result(clients, "#prep", number)

    def assert_ranked(self, *names):
        board = self.program.board()["members"]
        self.assertEqual(sorted(row["name"].lower() for row in board), sorted(names))
        self.assertEqual({row["rounds"] for row in board}, {1})


class Rounds(Case):
    @classmethod
    def start_server(cls):
        return inspircd.Server()

    def test_nicks_come_and_go(self):
        ann, bob, cyd = clients = [self.come(name + "_", name) for name in ("ann", "bob", "cyd")]
        self.run_bot()
        number = self.start(clients)
        self.answer(ann, number)
        self.answer(bob, number)
        self.renamed(ann, "somebody")
        bob.quit()
        bob = self.come("elsewhere", "bob")
        # Whoever takes the nicks that were left is nobody.
        thieves = [self.come(nick) for nick in ("ann_", "bob_")]
        for thief in thieves:
            thief.say("hotseat", "!votes")
            thief.wait(".", target=thief.nick, source="hotseat")
        self.answer(cyd, number)
        self.finish([ann, bob, cyd], number)
        for thief in thieves:
            thief.sync()
            self.assertFalse([text for text in thief.texts() if "sealed-" in text])
        self.assertEqual(len(self.program.board()["members"]), 3)
        self.assertEqual({row["rounds"] for row in self.program.board()["members"]}, {1})

    def test_guests_play_and_are_not_ranked(self):
        clients = [self.come("ann", "ann"), self.come("bob", "bob"), self.come("gus")]
        self.run_bot()
        number = self.start(clients)
        for client in clients:
            self.answer(client, number)
        self.finish(clients, number)
        clients[0].at = 0
        clients[0].wait(r"gus \(guest\)", target="#prep", source="hotseat")
        self.assert_ranked("ann", "bob")

    def test_a_guest_logs_in_in_mid_round(self):
        clients = [self.come("ann", "ann"), self.come("bob", "bob"), self.come("gus")]
        gus = clients[2]
        self.run_bot()
        number = self.start(clients)
        self.answer(gus, number)
        self.login(gus, "gus")
        gus.wait("logged in, so you are ranked in round %d" % number, target="gus",
                 source="hotseat")
        for client in clients[:2]:
            self.answer(client, number)
        self.finish(clients, number)
        self.assert_ranked("ann", "bob", "gus")

    def test_a_member_logs_out_and_in_again(self):
        clients = [self.come("ann", "ann"), self.come("bob", "bob"), self.come("cyd", "cyd")]
        ann = clients[0]
        self.run_bot()
        number = self.start(clients)
        self.answer(ann, number)
        ann.say("NickServ", "LOGOUT")
        ann.wait("logged out", source="NickServ")
        ann.say("#prep", "!me")
        ann.wait("guest", source="hotseat")
        self.login(ann, "ann")
        self.answer(clients[1], number)
        self.answer(clients[2], number)
        self.finish(clients, number)
        self.assert_ranked("ann", "bob", "cyd")

    def test_two_clients_of_one_account(self):
        clients = [self.come("ann", "ann"), self.come("bob", "bob"), self.come("cyd", "cyd")]
        phone = self.come("ann_phone", "ann")
        self.run_bot()
        number = self.start(clients)
        phone.say("hotseat", "sealed-%d-ann is what I would do" % number)
        phone.wait("Stored", target="ann_phone", source="hotseat")
        self.answer(clients[1], number)
        self.answer(clients[2], number)
        # What she is sent goes where she spoke last.
        for client in clients + [phone]:
            client.at = 0
        for client in (phone, clients[1], clients[2]):
            self.vote(client, number, 2)
        crowd.result(clients, "#prep", number)
        board = self.program.board()["members"]
        self.assertEqual(len(board), 3)

    def test_a_stranger_says_what_services_say(self):
        self.services.kill()
        try:
            impostor = ircd.Client(self.hub, "NickServ")
            self.addCleanup(impostor.close)
            impostor.join("#prep")
            gus = self.come("gus")
            self.run_bot(services=MASK)
            gus.mark()
            gus.say("#prep", "!me")
            for word in ("gus -> ann ACC 3", "gus ACC 3", "gus ACC 3 ann"):
                impostor.raw("NOTICE hotseat :" + word)
            gus.wait("guest", source="hotseat")
            gus.say("#prep", "!me")
            gus.wait("guest", source="hotseat")
        finally:
            impostor.quit()
            self.services.start()


del Case  # only what is made of it is to be run

tap.main()
