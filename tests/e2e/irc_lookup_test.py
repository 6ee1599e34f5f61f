"""Who is who where the server does not tell it: ngircd with services, and ngircd alone."""
import unittest

import bot
import crowd
import ircd
import services
import tap

QUICK = 'settle = "0s"\nlast_call = "0s"\n'
MASK = "NickServ!*@services.test"
WORDS = {name: "pw-" + name for name in ("ann", "bob", "cyd")}


class Case(unittest.TestCase):
    def client(self, nick, account=None):
        client = ircd.Client(self.server, nick)
        self.addCleanup(client.close)
        if account:
            client.say("NickServ", "IDENTIFY %s %s" % (account, WORDS[account]))
            client.wait("now identified", source="NickServ")
        client.join("#prep")
        return client

    def run_bot(self, **options):
        self.program = bot.Bot([bot.network("one", self.server, ["#prep"], trust_nicks=False,
                                            **options)], extra=QUICK)
        self.addCleanup(self.program.stop)
        self.program.wait_joined("#prep")

    def ranked(self):
        return sorted(row["name"] for row in self.program.board()["members"])


class WithServices(Case):
    def setUp(self):
        self.server = ircd.Server(services="services.test")
        self.addCleanup(self.server.stop)
        self.services = services.Services(self.server, WORDS)
        self.addCleanup(self.services.stop)

    def test_accounts_play_for_points_and_guests_for_nothing(self):
        clients = [self.client("ann", "ann"), self.client("robert", "bob"), self.client("cyd")]
        self.run_bot(services=MASK)
        number = crowd.start(clients, "#prep", "coding")
        crowd.answer(clients, number)
        crowd.vote(clients, "#prep", number)
        crowd.result(clients, "#prep", number)
        clients[0].at = 0
        clients[0].wait(r"cyd \(guest\)", target="#prep", source="hotseat")
        self.assertEqual(self.ranked(), ["ann", "robert"])

    def test_after_a_restart_the_silent_ones_are_found(self):
        clients = [self.client("ann", "ann"), self.client("bob", "bob")]
        self.run_bot(services=MASK)
        number = crowd.start(clients, "#prep", "coding")
        crowd.answer(clients, number)
        self.program.kill()
        self.program.log.clear()
        self.program.start()
        self.program.wait_joined("#prep")
        # Nobody says a word, and both get what is theirs.
        for client in clients:
            client.at = 0
            client.wait("Answer [A-Z]+, round %d" % number, target=client.nick, source="hotseat")

    def test_services_die_in_mid_round(self):
        clients = [self.client("ann", "ann"), self.client("bob", "bob")]
        self.run_bot(services=MASK)
        number = crowd.start(clients, "#prep", "coding")
        self.services.kill()
        crowd.answer(clients, number)
        crowd.vote(clients, "#prep", number)
        crowd.result(clients, "#prep", number)
        self.assertEqual(self.ranked(), ["ann", "bob"])


class Alone(Case):
    def setUp(self):
        self.server = ircd.Server()
        self.addCleanup(self.server.stop)

    def test_no_accounts_no_privilege_but_by_mode(self):
        """Everybody is a guest; whoever the channel made its operator may still direct a round."""
        clients = [self.client("ann"), self.client("bob"), self.client("cyd")]
        self.run_bot()
        ann, bob, cyd = clients
        number = crowd.start([bob, ann, cyd], "#prep", "coding")
        cyd.say("#prep", "!pause")
        cyd.wait(r"host|moderator|agree|need", source="hotseat")
        ann.mark()
        ann.say("#prep", "!pause")  # she made the channel
        ann.wait("aused", target="#prep", source="hotseat")
        ann.say("#prep", "!resume")
        crowd.answer(clients, number)
        crowd.vote(clients, "#prep", number)
        crowd.result(clients, "#prep", number)
        self.assertEqual(self.ranked(), [])

    def test_who_takes_the_nick_of_a_guest_is_somebody_else(self):
        clients = [self.client("ann"), self.client("bob")]
        self.run_bot()
        number = crowd.start(clients, "#prep", "coding")
        crowd.answer(clients, number)
        bob = clients[1]
        # What is on its way to a nick when it changes hands arrives there: nobody can prevent that.
        bob.wait("> sealed", target="bob", source="hotseat")
        bob.sync()
        bob.quit()
        thief = ircd.Client(self.server, "bob", register=False)
        self.addCleanup(thief.close)
        thief.raw("NICK bob")
        thief.raw("USER thief 0 * :thief")
        thief.wait_line(lambda line: line.command in ("376", "422"))
        thief.join("#prep")
        thief.say("hotseat", "!votes")
        thief.wait(".", target="bob", source="hotseat")
        thief.sync()
        self.assertFalse([text for text in thief.texts(target="bob") if "sealed-" in text])


del Case  # only what is made of it is to be run

tap.main()
