#!/usr/bin/env python3
"""Logging in to a real Synapse: password, token, doctor, logout, and its own limits on logins."""
import json
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import bot
import matrix_account
import matrix_crowd
import synapse
import tap


def ask(server, token, method, path, body=None):
    request = urllib.request.Request(server.url + "/_matrix/client/v3" + path,
                                     json.dumps(body or {}).encode() if method != "GET" else None,
                                     {"Authorization": "Bearer " + token}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return dict(json.load(error), status=error.code)


class LoginTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = synapse.Server()
        cls.bot = cls.server.user("bot", password="sesame")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def account(self, *lines):
        account = matrix_account.Account(self.server, *lines)
        self.addCleanup(account.close)
        return account

    def good(self, done):
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertIn("Logged in as @bot:localhost, device ", done.stdout)

    def devices(self, token):
        return [d["device_id"] for d in ask(self.server, token, "GET", "/devices")["devices"]]

    def test_password_and_logout(self):
        account = self.account('server = "localhost"', 'user = "@bot:localhost"')
        self.good(account.login(typed="sesame\n"))
        first = account.token()
        self.assertEqual(first["device_id"], "HOTSEAT-BOT")
        self.assertTrue(first["refresh_token"] and first["expires_at"])
        self.good(account.login(typed="sesame\n"))
        token = account.token()["access_token"]
        self.assertEqual(self.devices(token).count("HOTSEAT-BOT"), 1)
        self.assertEqual(account.run("logout").returncode, 0)
        for ended in (token, first["access_token"]):
            self.assertEqual(ask(self.server, ended, "GET", "/devices")["errcode"],
                             "M_UNKNOWN_TOKEN")

    def test_the_bot_renews_its_login(self):
        """With refresh tokens as Synapse gives them: the next login is in the file."""
        ann = matrix_crowd.Raw(self.server, "ann-renew")
        self.addCleanup(ann.close)
        room = ann.create("prep", preset="public_chat")
        program = bot.Bot([], start=False)
        self.addCleanup(program.stop)
        program.configure([bot.matrix("study", self.server, {"access_token": ""}, [room], token=None,
                                      user="@bot:localhost")])
        account = matrix_account.Account(home=program.home)
        self.good(account.login(typed="sesame\n"))
        first = account.token()
        account.change_token(expires_at=1)
        program.start()
        ann.wait_member(room, "@bot:localhost")
        ann.say(room, "!help")
        ann.wait(r"!start", room=room, sender="@bot:localhost")
        second = account.token()
        for name in ("access_token", "refresh_token"):
            self.assertNotEqual(second[name], first[name])
        self.assertGreater(second["expires_at"], time.time() * 1000 + 60000)

    def test_wrong_password(self):
        done = self.account('user = "bot"').login(typed="wrong\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("refuses user and password", done.stderr)

    def test_token(self):
        account = self.account()
        self.good(account.login("--with", "token", typed=self.bot["access_token"]))
        self.assertEqual(account.token()["device_id"], self.bot["device_id"])

    def test_what_is_offered(self):
        done = self.account('user = "bot"').login("--with", "browser")
        self.assertEqual(done.returncode, 1)
        self.assertIn("  password  ", done.stdout)
        self.assertIn("does not offer", done.stderr)

    def test_doctor(self):
        token = self.bot["access_token"]
        room = {}
        ann = self.server.user("ann")["access_token"]
        room["weak"] = ask(self.server, ann, "POST", "/createRoom",
                           {"preset": "public_chat"})["room_id"]
        ask(self.server, token, "POST", "/join/" + urllib.parse.quote(room["weak"]))
        for name, more in (("old", {"room_version": "11"}), ("new", {"room_version": "12"}),
                           ("secret", {"initial_state": [
                               {"type": "m.room.encryption", "state_key": "",
                                "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]})):
            room[name] = ask(self.server, token, "POST", "/createRoom", more)["room_id"]
        account = self.account('token = "%s"' % token)
        said = [c for c in account.doctor() if c["check"] == "matrix study"]
        line = {name: next(c for c in said if c["found"].startswith("in " + i))
                for name, i in room.items()}
        self.assertIn("logged in as @bot:localhost", said[1]["found"])
        for name in ("old", "new"):
            self.assertEqual(line[name]["found"], "in " + room[name])
        self.assertFalse(line["secret"]["ok"])
        self.assertIn("may not redact", line["weak"]["found"])

    def test_doctor_as_an_administrator(self):
        chief = self.server.user("chief", admin=True)
        account = self.account('token = "%s"' % chief["access_token"])
        limit = "/_synapse/admin/v1/users/@chief:localhost/override_ratelimit"
        request = urllib.request.Request(
            self.server.url + limit, b'{"messages_per_second": 0, "burst_count": 0}',
            {"Authorization": "Bearer " + chief["access_token"]}, method="POST")
        urllib.request.urlopen(request, timeout=60).close()
        self.assertIn("no limit on messages", [c["found"] for c in account.doctor()])


class LimitsTest(unittest.TestCase):
    def test_synapse_takes_few_logins(self):
        server = synapse.Server(limits=True)
        self.addCleanup(server.stop)
        server.user("bot", password="sesame")
        account = matrix_account.Account(server, 'user = "bot"')
        self.addCleanup(account.close)
        for _ in range(20):
            done = account.login(typed="sesame\n")
            if done.returncode:
                break
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"^hotseat: the server wants no more logins for .*; try again then\n$")
        self.assertTrue(account.token()["access_token"], "the login before is kept")


if __name__ == "__main__":
    tap.main()
