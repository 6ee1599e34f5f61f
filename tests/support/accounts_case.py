"""What tests of accounts share: a server with services, people who log in, and rounds they play."""
import unittest

import bot
import crowd
import ircd
import services

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
