#!/usr/bin/env python3
"""`hotseat matrix login` and `logout`: every way in, what is kept, and that no secret shows."""
import json
import os
import stat
import subprocess
import unittest
import urllib.request

import fakehs
import ircd
import matrix_account
import tap


class LoginTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = fakehs.Server()
        cls.bot = cls.server.user("bot", password="sesame", device_id="OTHER")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.server.control("clear")
        self.server.control("settings", oauth=False)

    def account(self, *lines, server=True):
        account = matrix_account.Account(self.server if server else None, *lines)
        self.addCleanup(account.close)
        return account

    def good(self, done, account, device="HOTSEAT-BOT"):
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn("Logged in as @bot:fake.test, device %s." % device, done.stdout)
        self.assertIn("hotseat run will use it", done.stdout)
        self.assertEqual(stat.S_IMODE(os.stat(account.token_file).st_mode), 0o600)
        token = account.token()
        self.assertEqual((token["user_id"], token["device_id"]), ("@bot:fake.test", device))
        for secret in (token["access_token"], token.get("refresh_token", "?"), "sesame"):
            self.assertNotIn(secret, done.stdout)
        return token

    def bad(self, done, words, account):
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(words, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertFalse(os.path.exists(account.token_file))

    def test_password_of_standard_input(self):
        account = self.account('user = "@bot:fake.test"')
        token = self.good(account.login(typed="sesame\n"), account)
        self.assertTrue(token["refresh_token"])
        self.assertEqual(token["homeserver"], self.server.url)

    def test_wrong_password(self):
        account = self.account('user = "@bot:fake.test"')
        self.bad(account.login(typed="nonsense\n"), "refuses user and password", account)
        self.bad(account.login(typed=""), "standard input is at its end", account)
        self.bad(account.login(typed="x" * 9000), "longer than 4096 bytes", account)

    def test_too_many_logins(self):
        self.server.fault("limit", path="/login$", method="POST", retry_after_ms=90000)
        account = self.account('user = "bot"')
        self.bad(account.login(typed="sesame\n"), "no more logins for 1:3", account)

    def test_token(self):
        account = self.account()
        given = self.server.user("bot", device_id="PASTED")["access_token"]
        token = self.good(account.login("--with", "token", typed=given + "\n"), account, "PASTED")
        self.assertEqual(token["access_token"], given)

    def test_wrong_tokens(self):
        account = self.account()
        self.bad(account.login("--with", "token", typed="syt_wrong\n"),
                 "does not take the token: 401 M_UNKNOWN_TOKEN", account)
        self.bad(account.login("--with", "token", typed="two words\n"), "no token has", account)
        ann = self.server.user("ann")["access_token"]
        other = self.account('user = "@bot:fake.test"')
        self.bad(other.login("--with", "token", typed=ann), "this is @ann:fake.test", other)
        other = self.account('server = "elsewhere.test"')
        self.bad(other.login("--with", "token", typed=ann), 'server = "elsewhere.test"', other)

    def test_browser(self):
        self.server.control("settings", oauth=True)
        account = self.account()
        with subprocess.Popen(
                [tap.HOTSEAT, "matrix", "login", "--config", account.config, "--with", "browser"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as child:
            shown = ""
            while "Waiting" not in shown:
                line = child.stdout.readline()
                self.assertTrue(line, shown)
                shown += line
            self.assertIn(self.server.url + "/link?code=", shown)
            code = shown.split("asks for one: ")[1].split()[0]
            self.server.fault("json", path="/oauth2/token", status=400, body={"error": "slow_down"})
            self.server.control("approve", user_code=code, user="bot")
            rest = child.communicate(timeout=60)[0]
            self.assertEqual(child.returncode, 0, rest)
        token = account.token()
        self.assertEqual((token["user_id"], token["device_id"]), ("@bot:fake.test", "HOTSEAT-BOT"))
        self.assertEqual(token["token_endpoint"], self.server.url + "/oauth2/token")
        self.assertTrue(token["client_id"] and token["refresh_token"])
        done = account.run("logout")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        paths = [r["path"] for r in self.server.control("requests")["requests"]]
        self.assertIn("/oauth2/revoke", paths)

    def test_browser_refused(self):
        self.server.control("settings", oauth=True)
        account = self.account()
        with subprocess.Popen(
                [tap.HOTSEAT, "matrix", "login", "--config", account.config, "--with", "browser"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True) as child:
            shown = ""
            while "Waiting" not in shown:
                shown += child.stdout.readline()
            code = shown.split("asks for one: ")[1].split()[0]
            self.server.control("approve", user_code=code, user=False)
            self.assertIn("refused on the page", child.communicate(timeout=60)[1])
            self.assertEqual(child.returncode, 1)
        self.assertFalse(os.path.exists(account.token_file))

    def test_a_way_that_is_not_offered(self):
        account = self.account()
        self.bad(account.login("--with", "browser"), 'does not offer the way "browser"', account)

    def test_at_a_terminal(self):
        account = self.account()
        screen = matrix_account.Terminal(account, "login")
        self.assertIn("password", screen.wait(r"Ways to log in:[^?]*Which one\? ").group())
        screen.type("password\n")
        screen.wait("User, such as")
        screen.type("bot\n")
        screen.wait("Password .*: ")
        self.assertTrue(screen.hides())
        screen.type("sesame\n")
        self.assertEqual(screen.finish(), 0, screen.shown)
        self.assertIn("Logged in as @bot:fake.test", screen.shown)
        self.assertNotIn("sesame", screen.shown)
        self.assertTrue(account.token()["refresh_token"])

    def test_giving_up_at_the_terminal(self):
        account = self.account('user = "bot"')
        screen = matrix_account.Terminal(account, "login", "--with", "password")
        screen.wait("Password .*: ")
        screen.type("\x03")
        self.assertEqual(screen.finish(), 1)
        self.assertIn("given up", screen.shown)

    def test_a_password_is_in_no_argument(self):
        done = self.account('user = "bot"').login("--password", "sesame")
        self.assertEqual(done.returncode, 2)

    def test_logout(self):
        account = self.account('user = "bot"')
        self.good(account.login(typed="sesame\n"), account)
        old = account.token()["access_token"]
        done = account.run("logout", "study")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertFalse(os.path.exists(account.token_file))
        self.bad(account.login("--with", "token", typed=old), "M_UNKNOWN_TOKEN", account)
        self.bad(account.run("logout"), "no login to end", account)

    def test_logout_with_an_expired_token(self):
        account = self.account('user = "bot"')
        self.good(account.login(typed="sesame\n"), account)
        self.server.control("tokens", user="bot", soft_logout=True)
        self.assertEqual(account.run("logout").returncode, 0)
        last = self.server.control("requests", path="/logout$")["requests"][-1]
        self.assertEqual(last["status"], 200)

    def test_logout_without_a_server(self):
        account = self.account('user = "bot"')
        self.good(account.login(typed="sesame\n"), account)
        account.change_token(homeserver="http://127.0.0.1:1")
        done = account.run("logout")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is kept, try again", done.stderr)
        self.assertTrue(os.path.exists(account.token_file))

    def test_a_file_that_others_may_read(self):
        account = self.account('user = "bot"')
        self.good(account.login(typed="sesame\n"), account)
        os.chmod(account.token_file, 0o644)
        done = account.run("logout")
        self.assertEqual(done.returncode, 1)
        self.assertIn("chmod 600", done.stderr)

    def test_which_section(self):
        account = self.account()
        self.bad(account.login("other"), "no such matrix section", account)
        with open(account.config, "a") as out:
            out.write('matrix "two" {\n server = "x.test"\n}\n')
        self.bad(account.login(), "several matrix sections", account)
        with open(account.config, "w") as out:
            out.write("")
        self.bad(account.login(), "no matrix section", account)

    def test_where_the_token_cannot_be_kept(self):
        account = self.account('token_file = "/nonexistent/token"')
        before = len(self.server.control("requests")["requests"])
        self.bad(account.login(typed="sesame\n"), "/nonexistent/", account)
        self.assertEqual(len(self.server.control("requests")["requests"]), before)

    def test_a_token_of_the_configuration_comes_first(self):
        account = self.account('token = "sesame"')
        self.bad(account.login(typed="x\n"), "has a token already", account)

    def test_no_home_server(self):
        self.server.fault("page", path="/versions$", status=200, body="<html>It works!</html>")
        account = self.account()
        self.bad(account.login(typed="x\n"), "not JSON", account)
        self.server.fault("json", path="/versions$", status=200, body={"hello": "you"})
        self.bad(account.login(typed="x\n"), "is no Matrix home server", account)
        account.configure('homeserver = "http://127.0.0.1:1"')
        self.bad(account.login(typed="x\n"), "does not answer", account)


class DoctorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = fakehs.Server()
        cls.ann = cls.server.user("ann")
        cls.bot = cls.server.user("bot", password="sesame")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def account(self, *lines):
        account = matrix_account.Account(self.server, *lines)
        self.addCleanup(account.close)
        return account

    def ask(self, who, method, path, body=None):
        request = urllib.request.Request(
            self.server.url + "/_matrix/client/v3" + path, json.dumps(body or {}).encode(),
            {"Authorization": "Bearer " + who["access_token"]}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def found(self, account):
        said = account.doctor("--db", os.path.join(account.home, "x.db"))
        return [(c["ok"], c["found"], c["advice"]) for c in said if c["check"] == "matrix study"]

    def test_not_logged_in(self):
        (up, login) = self.found(self.account())
        self.assertEqual(up, (True, self.server.url + " answers, Matrix up to v1.12", ""))
        self.assertEqual(login, (False, "not logged in", "hotseat matrix login study"))
        (_, login) = self.found(self.account('user = "bot"', 'password = "sesame"'))
        self.assertTrue(login[0])

    def test_no_server(self):
        account = self.account()
        account.configure('homeserver = "http://127.0.0.1:1"')
        ((good, found, advice),) = self.found(account)
        self.assertFalse(good)
        self.assertIn("homeserver", advice)

    def test_a_token_that_ended(self):
        account = self.account('user = "bot"')
        account.login(typed="sesame\n")
        self.server.control("tokens", user="bot", soft_logout=True)
        before = account.token()
        self.assertEqual(self.found(account)[1],
                         (True, "the token has expired; hotseat run will renew it", ""))
        self.assertEqual(account.token(), before, "looking must not change the login")
        account.change_token(refresh_token=None)
        (good, found, advice) = self.found(account)[1]
        self.assertFalse(good)
        self.assertIn("M_UNKNOWN_TOKEN", found)

    def test_rooms(self):
        self.bot = self.server.user("bot")
        plain = self.ask(self.ann, "POST", "/createRoom", {
            "preset": "public_chat", "room_alias_name": "plain"})["room_id"]
        secret = self.ask(self.ann, "POST", "/createRoom", {
            "preset": "public_chat", "initial_state": [
                {"type": "m.room.encryption", "state_key": "",
                 "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]})["room_id"]
        own = self.ask(self.bot, "POST", "/createRoom", {"preset": "public_chat"})["room_id"]
        made = self.ask(self.bot, "POST", "/createRoom", {"room_version": "12"})["room_id"]
        for room in (plain, secret):
            self.ask(self.bot, "POST", "/join/" + room)
        account = self.account('token = "%s"' % self.bot["access_token"],
                               'rooms = {"#plain:fake.test", "#none:fake.test", "!far:fake.test"}')
        found = self.found(account)
        text = "\n".join(f[1] for f in found)
        self.assertNotIn(self.bot["access_token"], text)
        self.assertIn("logged in as @bot:fake.test, device " + self.bot["device_id"], text)
        self.assertIn("#none:fake.test is not found: 404", text)
        self.assertIn("not in !far:fake.test yet", text)
        self.assertNotIn("not in #plain:fake.test", text)
        line = {room: next(f for f in found if f[1].startswith("in " + room))
                for room in (plain, secret, own, made)}
        self.assertTrue(line[plain][0])
        self.assertIn("it may not redact there", line[plain][1])
        self.assertFalse(line[secret][0])
        self.assertIn("is encrypted", line[secret][1])
        self.assertNotIn("redact", line[own][1])
        self.assertNotIn("redact", line[made][1])  # its creator stands above all levels

    def test_a_wrong_configuration(self):
        account = self.account("colour = true")
        said = account.doctor()
        wrong = [c["found"] for c in said if c["check"] == "config"]
        self.assertEqual(len(wrong), 1)
        self.assertIn("no such option 'colour'", wrong[0])


class DiscoveryTest(unittest.TestCase):
    """Over TLS, as .well-known wants it."""

    @classmethod
    def setUpClass(cls):
        cls.authority = ircd.Authority()
        cls.port = ircd.free_port()
        cls.name = "localhost:%d" % cls.port
        certificate = cls.authority.certificate()
        cls.server = fakehs.Server("--port", str(cls.port), "--name", cls.name, "--tls", *certificate,
                                   ca=cls.authority.ca)
        cls.server.control("settings", base_url="https://%s/" % cls.name)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.authority.close()

    def setUp(self):
        self.account = matrix_account.Account(None, *self.lines())
        self.addCleanup(self.account.close)

    def lines(self, name=None):
        self.server.control("clear")
        self.server.user("bot", password="sesame")
        return ['server = "%s"' % (name or self.name), 'ca_file = "%s"' % self.authority.ca,
                'user = "bot"']

    def login(self, name=None):
        self.account.configure(*self.lines(name))
        return self.account.login(typed="sesame\n")

    def refused(self, words, name=None):
        done = self.account.login(typed="sesame\n") if name is None else self.login(name)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(words, done.stderr)
        self.assertFalse(os.path.exists(self.account.token_file))

    def good(self):
        done = self.account.login(typed="sesame\n")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.account.token()["homeserver"], "https://" + self.name)

    def test_by_well_known(self):
        self.good()

    def test_without_well_known(self):
        self.server.fault("page", path="well-known", status=404)
        self.good()

    def test_through_redirects(self):
        self.server.fault("redirect", path="well-known", location="/.well-known/matrix/client",
                          count=3)
        self.good()

    def test_redirects_without_end(self):
        self.server.fault("redirect", path="well-known", location="/.well-known/matrix/client",
                          count=0)
        self.refused("cannot be read")

    def test_a_redirect_into_the_clear(self):
        self.server.fault("redirect", path="well-known",
                          location="http://localhost:%d/.well-known/matrix/client" % self.port)
        self.refused("cannot be read")

    def test_bad_well_known(self):
        for body in ({}, {"m.homeserver": "x"}, {"m.homeserver": {"base_url": 7}},
                     {"m.homeserver": {"base_url": "http://elsewhere.test"}},
                     {"m.homeserver": {"base_url": "https://a b"}}):
            self.server.fault("json", path="well-known", status=200, body=body)
            self.refused("set homeserver to the URL that clients use")
        self.server.fault("page", path="well-known", status=200, body="<html>Hello</html>")
        self.refused("not JSON")
        self.server.fault("page", path="well-known", status=503)
        self.refused("503")
        self.server.fault("bomb", path="well-known", mb=50)
        self.refused("too large")

    def test_certificate_of_another_name(self):
        self.refused("cannot be read", "127.0.0.1:%d" % self.port)

    def test_unknown_authority(self):
        stranger = ircd.Authority("Another CA")
        self.addCleanup(stranger.close)
        before = len(self.server.control("requests")["requests"])
        self.account.configure('server = "%s"' % self.name, 'ca_file = "%s"' % stranger.ca,
                               'user = "bot"')
        self.refused("cannot be read")
        self.assertEqual(len(self.server.control("requests")["requests"]), before)


if __name__ == "__main__":
    tap.main()
