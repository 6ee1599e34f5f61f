"""The bot logs in by SASL before it registers, or does not register: InspIRCd with services."""
import base64
import unittest

import bot
import inspircd
import ircd
import relay
import services
import tap

WORD = "pw-of-the-bot-77"
ACCOUNTS = {"hotseat": WORD, "ann": "pw-ann"}


class Sasl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = ircd.Authority()
        cls.hub = inspircd.Server(certificate=cls.authority.certificate())
        cls.services = services.Services(cls.hub, ACCOUNTS)

    @classmethod
    def tearDownClass(cls):
        cls.services.stop()
        cls.hub.stop()
        cls.authority.close()

    def setUp(self):
        self.relay = relay.Relay(self.authority.certificate(), self.hub)
        self.addCleanup(self.relay.stop)

    def run_bot(self, server, **options):
        program = bot.Bot([bot.network("one", server, ["#prep"], tls_ca=self.authority.ca,
                                       **options)])
        self.addCleanup(program.stop)
        return program

    def by_password(self, server=None, **options):
        options.setdefault("account", "hotseat")
        options.setdefault("account_password", WORD)
        return self.run_bot(server or self.relay, **options)

    def assert_account(self, account, nick="hotseat"):
        """Who the bot is to others; None = nobody."""
        ann = ircd.Client(self.hub, "asker")
        self.addCleanup(ann.close)
        ann.raw("WHOIS " + nick)
        ann.wait_line(lambda line: line.command == "318")
        self.assertEqual([line.params[2] for line in ann.seen if line.command == "330"],
                         [account] if account else [])
        self.assertTrue([line for line in ann.seen if line.command == "311"])

    def assert_no_secret(self, program, *words):
        log = "".join(program.log)
        for word in (WORD, *words):
            for shape in (word.encode(), b"hotseat\0hotseat\0" + word.encode(),
                          b"\0hotseat\0" + word.encode()):
                self.assertNotIn(base64.b64encode(shape).decode().rstrip("="), log)
            self.assertNotIn(word, log)

    def assert_not_registered(self):
        """Not one of the lines that register was sent, however often it tried."""
        self.assertFalse({"NICK", "USER", "JOIN"} & set(self.relay.commands()),
                         self.relay.sent)

    # ---- it works ----

    def test_plain(self):
        program = self.by_password()
        program.wait_joined("#prep")
        self.assert_account("hotseat")
        commands = self.relay.commands()
        self.assertLess(commands.index("AUTHENTICATE"), commands.index("NICK"))
        self.assert_no_secret(program)

    def test_password_of_more_than_one_line(self):
        account, word = "hotseat-practice-bot-with-a-name-of-48-bytes-yes", "x" * 255
        hub = inspircd.Server(certificate=self.authority.certificate())
        self.addCleanup(hub.stop)
        atheme = services.Services(hub, {account: word})
        self.addCleanup(atheme.stop)
        self.by_password(hub, account=account, account_password=word).wait_joined("#prep")

    def test_only_what_is_offered_is_asked_for(self):
        program = self.by_password()
        program.wait_joined("#prep")
        asked = [word for line in self.relay.sent if line.startswith("CAP REQ")
                 for word in line.partition(":")[2].split()]
        offered = ircd.Client(self.hub, "lister", register=False)
        self.addCleanup(offered.close)
        self.assertIn("sasl", asked)
        self.assertLessEqual(set(asked), set(offered.offered()))

    # ---- it does not: nobody is registered, and it is clear why ----

    def refused(self, program, pattern, again=True):
        """Not `again`: services have refused, and are not asked twice in a minute."""
        line = program.wait_log(" warn  irc: one: ", patience=60)
        self.assertRegex(line, pattern)
        program.wait_log("next attempt in")
        if again:
            program.wait_log(" warn  irc: one: ", 2, patience=60)
        self.assert_not_registered()
        self.assert_no_secret(program)

    def test_wrong_password(self):
        program = self.by_password(account_password="not-the-password")
        self.refused(program, "account_password in network \"one\"", again=False)
        self.assert_no_secret(program, "not-the-password")

    def test_unknown_account(self):
        self.refused(self.by_password(account="nobody"), "the account \"nobody\"", again=False)

    def test_not_offered(self):
        self.relay.change = lambda line: line.replace(b"sasl=EXTERNAL,PLAIN", b"other-cap")
        self.refused(self.by_password(), "(?i)sasl")

    def test_no_way_that_we_have(self):
        self.relay.change = lambda line: line.replace(b"sasl=EXTERNAL,PLAIN", b"sasl=EXTERNAL")
        self.refused(self.by_password(), "SASL PLAIN, only EXTERNAL", again=False)
        self.assertNotIn("AUTHENTICATE", self.relay.commands())

    def test_refused_capabilities(self):
        self.relay.change = lambda line: line.replace(b" ACK ", b" NAK ")
        self.refused(self.by_password(), "(?i)sasl|refuse")
        self.assertNotIn("AUTHENTICATE", self.relay.commands())

    def test_confirmed_without_sasl(self):
        def without(line):
            if b" ACK " in line:
                line = line.replace(b":sasl ", b":").replace(b" sasl", b"")
            return line
        self.relay.change = without
        self.refused(self.by_password(), "(?i)sasl")
        self.assertNotIn("AUTHENTICATE", self.relay.commands())

    def test_welcomed_too_early(self):
        self.relay.change = lambda line: (
            b":irc.test 001 hotseat :Welcome" if b"AUTHENTICATE" in line else line)
        program = self.by_password()
        program.wait_log("next attempt in", patience=60)
        self.assertFalse([line for line in program.log if "registered as" in line])
        self.assert_not_registered()

    def test_services_are_frozen(self):
        self.services.freeze()
        self.addCleanup(self.services.thaw)
        program = self.by_password()
        line = program.wait_log(" warn  irc: one: ", patience=60)
        self.assertRegex(line, "(?i)sasl|services|account")
        self.assert_not_registered()
        self.services.thaw()
        program.wait_log("joined #prep", patience=90)
        self.assert_account("hotseat")
        self.assert_no_secret(program)

    def test_services_are_dead(self):
        self.services.kill()
        program = self.by_password()
        try:
            self.refused(program, "(?i)sasl")
        finally:
            self.services.start()
        program.wait_log("joined #prep", patience=90)
        self.assert_account("hotseat")

    def test_a_server_without_accounts(self):
        plain = ircd.Server(certificate=self.authority.certificate())
        self.addCleanup(plain.stop)
        self.relay.server = plain
        self.refused(self.by_password(), "(?i)sasl")

    # ---- only if the configuration says so: without ----

    def test_optional(self):
        self.services.kill()
        self.addCleanup(self.services.start)
        program = self.by_password(sasl="optional")
        program.wait_joined("#prep")
        self.assert_account(None)
        self.assertRegex("".join(line for line in program.log if " warn " in line), "(?i)sasl")

    def test_optional_with_a_wrong_password(self):
        program = self.by_password(sasl="optional", account_password="not-the-password")
        program.wait_joined("#prep")
        self.assert_account(None)
        self.assert_no_secret(program, "not-the-password")

    def test_optional_with_services_that_hang(self):
        self.services.freeze()
        self.addCleanup(self.services.thaw)
        program = self.by_password(sasl="optional")
        program.wait_log("joined #prep", patience=90)

    def test_off(self):
        self.by_password(sasl="off").wait_joined("#prep")
        self.assert_account(None)
        self.assertNotIn("AUTHENTICATE", self.relay.commands())


tap.main()
