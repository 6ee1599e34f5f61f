"""Who is who, in each of the ways that a server tells it: the same round on InspIRCd whose words are
hidden bit by bit, and on ngircd, where only WHOIS and NickServ know."""
import accounts_case
import inspircd
import ircd
import relay
import tap


class Faces(accounts_case.Case):
    """The same server, as if it could do less: through a relay that hides what it says."""

    @classmethod
    def start_server(cls):
        return inspircd.Server()

    HIDDEN = (b"account-tag", b"extended-join", b"account-notify")

    def hide(self, *more):
        def change(line):
            if b" CAP " in line and b" LS " in line:
                for name in self.HIDDEN:
                    line = line.replace(name, b"hidden-cap")
            elif b" 005 " in line and "whox" in more:
                line = line.replace(b" WHOX", b"")
            elif b" 330 " in line and "whois" in more:
                return None
            return line
        self.relay = relay.Relay(self.authority.certificate(), self.hub)
        self.addCleanup(self.relay.stop)
        self.relay.change = change

    def round(self, **options):
        """Somebody is there before the bot, somebody comes later, somebody is a guest."""
        ann, gus = self.come("ann_", "ann"), self.come("gus")
        self.run_bot(self.relay, **options)
        bob = self.come("bob_", "bob")
        clients = [ann, bob, gus]
        number = self.start(clients)
        for client in clients:
            self.answer(client, number)
        self.finish(clients, number)
        self.assertEqual(sorted(row["name"] for row in self.program.board()["members"]),
                         ["ann_", "bob_"])

    def test_whox(self):
        self.hide()
        self.round()

    def test_whois(self):
        self.hide("whox")
        self.round()

    def test_services_are_asked(self):
        self.hide("whox", "whois")
        self.round(services=accounts_case.MASK)

    def test_nothing(self):
        """Nobody is anybody: all are guests."""
        self.hide("whox", "whois")
        clients = [self.come(name, name) for name in ("ann", "bob")]
        self.run_bot(self.relay)
        number = self.start(clients)
        for client in clients:
            self.answer(client, number)
        self.finish(clients, number)
        self.assertEqual(self.program.board()["members"], [])


class Ngircd(accounts_case.Case):
    @classmethod
    def start_server(cls):
        return ircd.Server(services="services.test")

    def test_a_round(self):
        ann, gus = self.come("ann_", "ann"), self.come("gus")
        self.run_bot(services=accounts_case.MASK)
        bob = self.come("bob_", "bob")
        clients = [ann, bob, gus]
        number = self.start(clients)
        self.answer(ann, number)
        self.renamed(ann, "anna")
        self.answer(bob, number)
        self.answer(gus, number)
        self.finish(clients, number)
        self.assertEqual(sorted(row["name"] for row in self.program.board()["members"]),
                         ["anna", "bob_"])

    def test_the_bot_itself(self):
        """There is no SASL: it identifies to NickServ."""
        ann = self.come("ann", "ann")
        self.run_bot(services=accounts_case.MASK, nick="hal", account="hal",
                     account_password="pw-hal", sasl="off")
        self.program.wait_log("logged in as the account hal")
        ann.raw("WHOIS hal")
        ann.wait_line(lambda line: line.command == "330" and line.params[2] == "hal")
        self.assertNotIn("pw-hal", "".join(self.program.log))

    @staticmethod
    def speak_until(client, words):
        for _ in range(12):
            client.say("hotseat", "!votes")
            try:
                return client.wait(words, source="hotseat", patience=10)
            except AssertionError as error:
                last = error
        raise last

    def test_login_in_mid_round(self):
        """The server tells nobody of it: a guest who speaks is looked up again after a minute."""
        clients = [self.come("ann", "ann"), self.come("bob", "bob"), self.come("gus")]
        gus = clients[2]
        self.run_bot(services=accounts_case.MASK)
        number = self.start(clients)
        self.answer(gus, number)
        self.login(gus, "gus")
        self.speak_until(gus, "logged in, so you are ranked in round %d" % number)
        for client in clients[:2]:
            self.answer(client, number)
        self.finish(clients, number)
        self.assert_ranked("ann", "bob", "gus")


tap.main()
