#!/usr/bin/env python3
"""The running bot and its login: kept over restarts, renewed in time, mended, and given up for good."""
import os
import signal
import unittest

import bot
import fakehs
import matrix_account
import matrix_crowd
import tap


class TokenTest(unittest.TestCase):
    def setUp(self):
        self.server = fakehs.Server()
        self.addCleanup(self.server.stop)
        self.server.user("bot", password="sesame")
        self.ann = matrix_crowd.Raw(self.server, "ann")
        self.addCleanup(self.ann.close)
        self.room = self.ann.create("prep", preset="public_chat")

    def begin(self, password=False, browser=False):
        """A bot that is logged in by hotseat matrix login, or will log in by itself."""
        self.program = bot.Bot([], start=False)
        self.addCleanup(self.program.stop)
        more = {"password": "sesame"} if password else {}
        self.program.configure([bot.matrix("study", self.server, {"access_token": ""}, [self.room],
                                           token=None, user="@bot:fake.test", **more)])
        self.account = matrix_account.Account(home=self.program.home)
        if not password:
            self.login(browser)
        self.program.start()
        self.ann.wait_member(self.room, "@bot:fake.test")

    def login(self, browser=False):
        if not browser:
            done = self.account.login(typed="sesame\n")
            self.assertEqual(done.returncode, 0, done.stderr)
            return
        screen = matrix_account.Terminal(self.account, "login", "--with", "browser")
        code = screen.wait(r"asks for one: (\S+)").group(1)
        self.server.control("approve", user_code=code, user="bot")
        self.assertEqual(screen.finish(), 0, screen.shown)

    def heard(self):
        """The bot hears and is heard."""
        self.ann.say(self.room, "!help")
        self.ann.wait(r"!start", room=self.room, sender="@bot:fake.test")

    def asked(self, path, method="POST"):
        return [r for r in self.server.control("requests", path=path)["requests"]
                if r["method"] == method]

    def test_a_login_by_command_is_used_and_kept(self):
        self.begin()
        self.heard()
        for _ in range(2):
            self.program.kill()
            self.program.start()
            self.heard()
        self.assertEqual(len(self.asked("/login$")), 1)

    def test_a_password_logs_in_once(self):
        self.begin(password=True)
        self.heard()
        self.program.kill()
        self.program.start()
        self.heard()
        self.assertEqual(len(self.asked("/login$")), 1)
        self.assertEqual(self.account.token()["device_id"], "HOTSEAT-BOT")
        self.assertEqual(os.stat(self.account.token_file).st_mode & 0o777, 0o600)

    def test_renewed_before_it_ends(self):
        self.server.control("settings", token_lifetime_ms=4000)
        self.begin()
        self.heard()
        first = self.account.token()["refresh_token"]
        self.program.wait_log("the token is renewed", 3)
        self.heard()
        self.assertNotEqual(self.account.token()["refresh_token"], first)
        self.assertEqual(len(self.asked("/login$")), 1)
        self.assertFalse([line for line in self.program.log if "M_UNKNOWN_TOKEN" in line])

    def test_renewed_by_the_login_service(self):
        self.server.control("settings", oauth=True, token_lifetime_ms=4000)
        self.begin(browser=True)
        self.heard()
        before = len(self.asked("/oauth2/token$"))
        self.program.wait_log("the token is renewed", 2)
        self.assertGreaterEqual(len(self.asked("/oauth2/token$")), before + 1)
        self.heard()
        self.assertEqual(self.asked("/v3/refresh$") + self.asked("/v3/login$"), [])

    def test_soft_logout(self):
        self.begin()
        self.heard()
        self.server.fault("page", path="/refresh$", status=502, count=2)
        self.server.control("tokens", user="bot", soft_logout=True)
        self.heard()
        self.assertEqual([r["status"] for r in self.asked("/refresh$")], [502, 502, 200])
        self.assertEqual(len(self.asked("/login$")), 1)

    def test_soft_logout_without_a_refresh_token(self):
        self.begin(password=True)
        self.heard()
        self.program.kill()
        self.account.change_token(refresh_token=None)
        self.program.start()
        self.heard()
        self.server.control("tokens", user="bot", soft_logout=True)
        self.heard()
        self.assertEqual(len(self.asked("/login$")), 2)

    def test_logged_out_for_good(self):
        self.begin()
        self.heard()
        self.server.control("tokens", user="bot", refresh=True)
        self.program.wait_log("hotseat matrix login study")
        self.assertEqual(len(self.asked("/refresh$")), 1)
        self.ann.say(self.room, "!start coding")
        self.assertIsNone(self.program.child.poll(), "the bot goes on for its other networks")
        self.assertEqual(self.program.end(), 0)
        requests = len(self.server.control("requests")["requests"])
        said = [line for line in self.program.log if "hotseat matrix login study" in line]
        self.assertEqual(len(said), 1, "told once:\n" + "".join(said))
        for line in self.program.log:
            self.assertNotIn("syt_", line)
            self.assertNotIn("syr_", line)
        self.login()
        self.program.start()
        self.ann.wait(r"Round 1", room=self.room, sender="@bot:fake.test")
        self.assertGreater(len(self.server.control("requests")["requests"]), requests)

    def test_a_new_login_while_it_runs(self):
        self.begin()
        self.heard()
        self.login()
        self.heard()
        self.assertEqual(self.asked("/refresh$"), [])

    def test_locked(self):
        self.begin()
        self.heard()
        self.server.fault("json", path="/sync$", status=401, count=0,
                          body={"errcode": "M_USER_LOCKED", "error": "no", "soft_logout": True})
        line = self.program.wait_log("locked or suspended")
        self.assertNotIn("hotseat matrix login", line)
        before = len(self.asked("", "GET"))
        self.program.child.send_signal(signal.SIGHUP)
        self.program.wait_log("reload: done")
        self.assertLessEqual(len(self.asked("", "GET")) - before, 1)


if __name__ == "__main__":
    tap.main()
