"""hotseat doctor --irc: what it says of real servers, and that what it advises mends it."""
import json
import socket
import subprocess
import threading
import unittest

import bot
import inspircd
import ircd
import services
import socks
import tap

WORD = "pw-of-the-bot-78"


class Rude:
    """A server that registers whoever comes, and calls itself by what no terminal should see."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                for line in lines:
                    self.answer(connection, line.decode().split())

    def answer(self, connection, words):
        if words[:2] == ["CAP", "LS"]:
            connection.sendall(b":s CAP * LS :\r\n")
        elif words[0] == "USER":
            connection.sendall(b":s 001 hotseat :hi\r\n"
                               b":s 004 hotseat \x1b[31mred\xff rude-1 i n\r\n"
                               b":s 422 hotseat :no MOTD\r\n")
        elif words[0] == "PING":
            connection.sendall(b":s PONG s %s\r\n" % words[-1].encode())


class Doctor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.authority = ircd.Authority()
        cls.shown = cls.authority.certificate("hotseat")
        cls.hub = inspircd.Server(certificate=cls.authority.certificate(), ca=cls.authority.ca)
        cls.services = services.Services(cls.hub, {"hotseat": WORD}, {"hotseat": [cls.shown[0]]})

    @classmethod
    def tearDownClass(cls):
        cls.services.stop()
        cls.hub.stop()
        cls.authority.close()

    def doctor(self, server, code, *args, channels=("#prep",), tls=True, **options):
        """What it prints of a network; `code` is what it must end with."""
        options.setdefault("trust_nicks", False)
        config = bot.Bot([bot.network("one", server, channels,
                                      tls_ca=self.authority.ca if tls else None, **options)],
                         start=False)
        self.addCleanup(config.stop)
        done = subprocess.run([tap.HOTSEAT, "doctor", "--irc", "one", "--config", config.config,
                               *args], capture_output=True, text=True)
        self.assertNotIn(WORD, done.stdout + done.stderr)
        self.assertEqual((done.returncode, done.stderr), (code, ""), done.stdout)
        return done.stdout

    def account(self):
        return {"account": "hotseat", "account_password": WORD}

    def says(self, text, *patterns):
        for pattern in patterns:
            self.assertRegex(text, pattern)

    # ---- servers ----

    def test_inspircd_with_services(self):
        text = self.doctor(self.hub, 0, **self.account())
        self.says(text, r"irc\.test \(InspIRCd-3\), network TestNet, at localhost:%d" %
                  self.hub.tls_port,
                  r"TLSv1\.[23] / \S+; certificate of .*localhost.* by .*Test CA.*, good until ",
                  r"offers .*account-tag.*sasl=EXTERNAL,PLAIN",
                  r"lines of 512 bytes, 4\d\d of them text; nicks up to 30, compared as rfc1459; "
                  r"20 targets a message; WHOX; marks bots",
                  r"logs in as the account hotseat \(SASL PLAIN\)",
                  r"who people are: by their accounts.*account-tag.*extended-join.*"
                  r"account-notify.*WHOX",
                  r"#prep: nobody is there")
        self.assertNotIn("FAULT", text)

    def test_as_json(self):
        found = json.loads(self.doctor(self.hub, 0, "--json", **self.account()))
        self.assertTrue(found["ok"])
        self.assertEqual({check["check"] for check in found["checks"]}, {"config", "irc one"})
        found = json.loads(self.doctor(self.hub, 1, "--json", trust_nicks=True))
        self.assertFalse(found["ok"])
        self.assertEqual([check["advice"] for check in found["checks"] if not check["ok"]],
                         ["take trust_nicks out, or set it to false"])

    def test_ngircd_alone(self):
        server = ircd.Server()
        self.addCleanup(server.stop)
        text = self.doctor(server, 1, tls=False)
        self.says(text, r"one\.test \(ngircd-", "no TLS", "offers multi-prefix",
                  "compared as ascii; 1 target a message; no WHOX; does not mark bots",
                  r"FAULT .*everybody is a guest and nobody is on the board\n +"
                  "set trust_nicks = true")
        text = self.doctor(server, 0, tls=False, trust_nicks=True)
        self.says(text, "by their nicks alone, as trust_nicks says")

    def test_ngircd_with_services(self):
        server = ircd.Server(services="services.test")
        self.addCleanup(server.stop)
        atheme = services.Services(server, {"ann": "pw"})
        self.addCleanup(atheme.stop)
        advice = 'set services = "NickServ!NickServ@services.test"'
        self.says(self.doctor(server, 1, tls=False), r"FAULT .*\n +" + advice)
        self.says(self.doctor(server, 1, tls=False, services="NickServ!*@elsewhere.test"),
                  "does not fit", advice)
        for mask in ("NickServ!NickServ@services.test", "NickServ!*@services.test"):
            text = self.doctor(server, 0, tls=False, services=mask)
            self.says(text, r"by WHOIS.*NickServ is asked \(ACC\)")
        self.says(self.doctor(server, 1, tls=False, services="NickServ!*@services.test",
                              trust_nicks=True), "take trust_nicks out")

    def test_services_that_do_not_answer(self):
        server = ircd.Server(services="services.test")
        self.addCleanup(server.stop)
        atheme = services.Services(server, {"ann": "pw"})
        self.addCleanup(atheme.stop)
        atheme.freeze()
        self.says(self.doctor(server, 1, tls=False, services="NickServ!*@services.test"),
                  "FAULT .*NickServ.*does not answer")

    def test_sts(self):
        server = inspircd.Server(certificate=self.authority.certificate(), sts=True)
        self.addCleanup(server.stop)
        text = self.doctor(server, 1, tls=False, host="localhost",
                           ca_file=self.authority.ca)
        self.says(text, "STS", r"set tls = true and port = %d" % server.tls_port)

    # ---- the bot's own account ----

    def test_wrong_password(self):
        text = self.doctor(self.hub, 1, account="hotseat", account_password="not-the-word")
        self.says(text, "FAULT .*account.*account_password")
        self.assertNotIn("not-the-word", text)
        text = self.doctor(self.hub, 1, account="hotseat", account_password="not-the-word",
                           sasl="optional")
        self.says(text, "FAULT .*does not log in: .*account_password", r"#prep: nobody is there")

    def test_certificate(self):
        cert, key = self.shown
        self.says(self.doctor(self.hub, 0, cert_file=cert, key_file=key),
                  r"logs in as the account hotseat \(SASL EXTERNAL\)")

    def test_no_account(self):
        self.says(self.doctor(self.hub, 0), "the bot has no account: account and account_password")
        self.says(self.doctor(self.hub, 0, sasl="off", **self.account()),
                  'no account, as sasl = "off" says')

    def test_server_without_sasl(self):
        server = ircd.Server(certificate=self.authority.certificate())
        self.addCleanup(server.stop)
        self.says(self.doctor(server, 1, **self.account()), 'FAULT .*no SASL.*sasl = "off"')

    def test_by_nickserv(self):
        server = ircd.Server(services="services.test")
        self.addCleanup(server.stop)
        atheme = services.Services(server, {"hotseat": WORD})
        self.addCleanup(atheme.stop)
        options = {"tls": False, "sasl": "off", "services": "NickServ!*@services.test"}
        self.says(self.doctor(server, 0, **options, **self.account()),
                  r"logs in as the account hotseat \(by NickServ\)")
        text = self.doctor(server, 1, account="hotseat", account_password="not-the-word", **options)
        self.says(text, r"FAULT .*NickServ does not let the bot in.*\n +check account, account_pass")
        self.assertNotIn("not-the-word", text)

    # ---- it does not come to registering ----

    def test_dead_host(self):
        server = ircd.Server()
        server.stop()
        self.says(self.doctor(server, 1, tls=False), r"FAULT .*127\.0\.0\.1:%d: " % server.port)

    def test_dead_host_then_another(self):
        dead = ircd.Server()
        dead.stop()
        text = self.doctor(dead, 1, tls=False, trust_nicks=False,
                           more_hosts=["127.0.0.1:%d" % self.hub.port])
        self.says(text, r"FAULT .*127\.0\.0\.1:%d: " % dead.port, r"irc\.test \(InspIRCd-3\)")

    def test_port_without_tls(self):
        server = ircd.Server()
        self.addCleanup(server.stop)
        server.tls_port = server.port
        self.says(self.doctor(server, 1), "FAULT .*localhost:%d: .*(TLS|SSL)" % server.port)

    def test_port_for_tls(self):
        wrong = ircd.Server(certificate=self.authority.certificate())
        self.addCleanup(wrong.stop)
        wrong.port = wrong.tls_port
        self.says(self.doctor(wrong, 1, tls=False), "FAULT .*set tls = true")

    def test_certificate_of_another(self):
        proxy = socks.Proxy()
        self.addCleanup(proxy.stop)
        self.says(self.doctor(self.hub, 1, host="irc.example.org",
                              proxy="socks5h://127.0.0.1:%d" % proxy.port), "FAULT .*name")
        self.assertEqual(proxy.asked, [("name", "irc.example.org", self.hub.tls_port)])

    def test_thrown_out(self):
        strict = ircd.Server()
        self.addCleanup(strict.stop)
        text = self.doctor(self.hub, 1, nick="1hotseat")
        self.says(text, "FAULT .*nick")

    def test_bytes_that_are_no_words(self):
        server = Rude()
        self.addCleanup(server.stop)
        text = self.doctor(server, 1, tls=False)
        self.says(text, r"\[31mred.* \(rude-1\)")
        self.assertNotIn("\x1b", text)
        checks = json.loads(self.doctor(server, 1, "--json", tls=False))
        self.assertIn("rude-1", json.dumps(checks))

    # ---- channels and nicks ----

    def test_channels(self):
        ann = ircd.Client(self.hub, "ann")
        self.addCleanup(ann.close)
        for channel, modes in (("#key", "+k sesame"), ("#closed", "+i"), ("#members", "+R"),
                               ("#quiet", "+m")):
            ann.join(channel)
            ann.raw("MODE %s %s" % (channel, modes))
        ann.sync()
        text = self.doctor(self.hub, 1, channels=["#key", "#closed", "#members", "#quiet", "#new"])
        self.says(text, r'FAULT .*#key: .*\n +set channels = \{"#key KEY"\}',
                  r"FAULT .*#closed: .*\n +/mode #closed \+I hotseat!\*@\*",
                  r"FAULT .*#members: .*\n +set account and account_password",
                  r"ok .*#quiet is moderated", r"ok .*#new: nobody is there")
        text = self.doctor(self.hub, 0, channels=["#key sesame", "#members"], **self.account())
        self.says(text, r"#key is there", "#members is there")
        self.assertFalse([line for line in ann.seen if line.command == "JOIN"
                          and line.nick != "ann"])

    def test_the_bot_that_runs_is_not_disturbed(self):
        ann = ircd.Client(self.hub, "ann")
        self.addCleanup(ann.close)
        ann.join("#prep")
        program = bot.Bot([bot.network("one", self.hub, ["#prep"], tls_ca=self.authority.ca,
                                       **self.account())])
        self.addCleanup(program.stop)
        program.wait_joined("#prep")
        ann.sync()
        ann.mark()
        text = self.doctor(self.hub, 0, **self.account())
        self.says(text, "the nick hotseat is taken now, by the bot itself if it runs")
        ann.say("#prep", "!help")
        ann.wait("start", source="hotseat")
        ann.sync()
        self.assertFalse([line for line in ann.seen if line.command in ("NICK", "QUIT", "KILL")])
        self.assertEqual(len([line for line in ann.seen if line.command == "JOIN"
                              and line.nick != "ann"]), 1)

    def test_nick_too_long(self):
        short = ircd.Server(nick_length=9)
        self.addCleanup(short.stop)
        text = self.doctor(short, 1, tls=False, nick="hotseatpractice", trust_nicks=True)
        self.says(text, r'FAULT .*hotseatpractice is too long.*\n +set nick = "hotseatpr"')

    # ---- the command line ----

    def test_command_line(self):
        config = bot.Bot([bot.network("one", self.hub, ["#prep"])], start=False)
        self.addCleanup(config.stop)
        run = [tap.HOTSEAT, "doctor", "--config", config.config]
        done = subprocess.run(run + ["--irc", "two"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.says(done.stdout, 'FAULT .*no section network "two"')
        done = subprocess.run(run + ["--irc"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.says(done.stderr, "usage: hotseat doctor")


tap.main()
