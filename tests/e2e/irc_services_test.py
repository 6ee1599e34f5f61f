"""Where there is no SASL the bot identifies to NickServ: ngircd and InspIRCd with Atheme."""
import unittest

import bot
import inspircd
import ircd
import services
import tap

WORD = "pw-of-the-bot-77"
MASK = "NickServ!*@services.test"


class NickServ(unittest.TestCase):
    def with_services(self, server):
        self.addCleanup(server.stop)
        atheme = services.Services(server, {"hotseat": WORD})
        self.addCleanup(atheme.stop)
        return server

    def run_bot(self, server, word=WORD, mask=MASK):
        program = bot.Bot([bot.network("one", server, ["#prep"], sasl="off", services=mask,
                                       account="hotseat", account_password=word)])
        self.addCleanup(program.stop)
        return program

    def account_of_bot(self, server):
        ann = ircd.Client(server, "asker")
        self.addCleanup(ann.close)
        ann.raw("WHOIS hotseat")
        ann.wait_line(lambda line: line.command == "318")
        return [line.params[2] for line in ann.seen if line.command == "330"]

    def test_ngircd(self):
        server = self.with_services(ircd.Server(services="services.test"))
        program = self.run_bot(server)
        program.wait_log("logged in as the account hotseat")
        self.assertEqual(self.account_of_bot(server), ["hotseat"])
        self.assertFalse([line for line in program.log if WORD in line])

    def test_inspircd(self):
        server = self.with_services(inspircd.Server(sasl=False))
        program = self.run_bot(server)
        program.wait_log("logged in as the account hotseat")
        self.assertEqual(self.account_of_bot(server), ["hotseat"])

    def test_wrong_password(self):
        server = self.with_services(inspircd.Server(sasl=False))
        program = self.run_bot(server, word="wrong-word-1")
        program.wait_log("NickServ says: Invalid password")
        program.wait_joined("#prep")
        self.assertEqual(self.account_of_bot(server), [])
        self.assertFalse([line for line in program.log if "wrong-word-1" in line])

    def test_an_impostor(self):
        """Services are down, and somebody has their nick."""
        server = inspircd.Server(sasl=False)
        self.addCleanup(server.stop)
        thief = ircd.Client(server, "NickServ")
        self.addCleanup(thief.close)
        program = self.run_bot(server)
        self.assertIn("does not fit services", program.wait_log("nothing was sent"))
        program.wait_joined("#prep")
        thief.sync()
        self.assertFalse([line for line in thief.seen if "IDENTIFY" in line.text])


tap.main()
