"""The home server of the tests: what real clients can do on it, and each of its faults."""
import gzip
import json
import unittest
import urllib.error
import urllib.parse
import urllib.request

import fakehs
import matrix_crowd
import tap

V3 = "/_matrix/client/v3"


class Clients(unittest.TestCase):
    """The same for each sort of client."""

    def setUp(self):
        self.server = fakehs.Server()
        self.addCleanup(self.server.stop)
        self.ann = matrix_crowd.Raw(self.server, "ann")
        self.addCleanup(self.ann.close)
        self.room = self.ann.create("prep", preset="public_chat")

    def everything(self, driver):
        bob = driver.person(self.server, "bob")
        self.assertEqual(bob.join(self.room), self.room)
        self.ann.wait_member(self.room, bob.user_id)
        first = self.ann.say(self.room, "hello bob")
        self.assertEqual(bob.wait("hello bob", self.room, self.ann.user_id).id, first)
        said = self.talk(bob)
        self.reactions(bob, said)
        self.private(bob)
        self.pages(bob)
        self.trouble(bob)
        bob.leave(self.room)
        self.ann.wait_member(self.room, bob.user_id, "leave")

    def talk(self, bob):
        said = bob.say(self.room, "frist")
        self.assertEqual(self.ann.wait("frist", self.room).id, said)
        bob.edit(self.room, said, "first")
        self.assertEqual(self.ann.wait("^first", self.room).relation["event_id"], said)
        bob.attach(self.room, "answer.txt", "a hash table")
        file = self.ann.wait("answer.txt", self.room)
        self.assertEqual(self.ann.fetch(file.content["url"]), b"a hash table")
        gone = bob.say(self.room, "not this")
        bob.redact(self.room, gone)
        self.ann.wait_event(lambda s: s.type == "m.room.redaction")
        self.assertEqual([e["content"]["body"] for e in self.server.events(self.room)
                          if e["event_id"] == gone], ["not this"])
        return said

    def reactions(self, bob, said):
        liked = bob.react(self.room, said, "5\ufe0f\u20e3")
        self.ann.wait_event(lambda s: s.type == "m.reaction" and s.id == liked)
        self.ann.react(self.room, said, "1")
        bob.wait_event(lambda s: s.type == "m.reaction" and s.relation.get("key") == "1")
        before = self.related(bob, said)
        self.assertEqual(len(before), 3)  # with the edit
        bob.redact(self.room, liked)
        self.ann.wait_event(lambda s: s.type == "m.room.redaction")
        self.assertEqual(before - self.related(bob, said), {liked})

    def related(self, person, event_id):
        return {e["event_id"] for e in person.do("relations", room=self.room,
                                                 event_id=event_id)["events"]}

    def private(self, bob):
        room = self.ann.create(direct=True, invite=[bob.user_id], preset="trusted_private_chat")
        self.assertEqual(bob.until(lambda: bob.invites.get(room), "the invitation"),
                         self.ann.user_id)
        bob.tell(self.ann.user_id, "just us")
        self.ann.wait("just us", room)
        cyd = matrix_crowd.Raw(self.server, "cyd")
        self.addCleanup(cyd.close)
        with self.assertRaises(matrix_crowd.Refused):
            cyd.join(room)

    def pages(self, bob):
        for number in range(25):
            self.ann.say(self.room, "line %d" % number)
        bob.wait("line 24", self.room)
        found, token = [], None
        while token or not found:
            page = bob.do("messages", room=self.room, limit=7, **({"from": token} if token else {}))
            found += page["events"]
            token = page["end"]
        self.assertEqual([e["event_id"] for e in reversed(found)],
                         [e["event_id"] for e in self.server.events(self.room)])

    def trouble(self, bob):
        """What a client takes care of by itself."""
        self.server.fault("limit", path="/send/", retry_after_ms=50, count=2)
        self.server.fault("page", path="/sync", count=2)
        self.server.fault("cut", path="/sync", count=1, skip=2)
        bob.say(self.room, "after all")
        self.ann.wait("after all", self.room)
        self.ann.say(self.room, "you too")
        bob.wait("you too", self.room)

    def test_nio(self):
        with matrix_crowd.Nio() as nio:
            self.everything(nio)

    def test_js(self):
        with matrix_crowd.Js() as js:
            self.everything(js)


class Faults(unittest.TestCase):
    """What each fault looks like on the wire."""

    def setUp(self):
        self.server = fakehs.Server()
        self.addCleanup(self.server.stop)
        self.ann, self.bob = (self.server.user(name, refresh=True) for name in ("ann", "bob"))
        self.room = self.ask("POST", V3 + "/createRoom", {"preset": "public_chat"})["room_id"]
        self.ask("POST", V3 + "/join/" + self.room, {}, self.bob)
        self.since = self.ask("GET", V3 + "/sync")["next_batch"]

    def raw(self, method, path, body=None, user=None):
        """(status, headers, body); an exception where the connection breaks."""
        request = urllib.request.Request(
            self.server.url + path, None if body is None else json.dumps(body).encode(),
            {"Authorization": "Bearer " + (user or self.ann)["access_token"]}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def ask(self, method, path, body=None, user=None):
        return json.loads(self.raw(method, path, body, user)[2])

    def say(self, text, txn, user=None):
        path = "%s/rooms/%s/send/m.room.message/%s" % (V3, self.room, txn)
        return self.raw("PUT", path, {"msgtype": "m.text", "body": text}, user)

    def said(self):
        return [e["content"]["body"] for e in self.server.events(self.room)
                if e["type"] == "m.room.message"]

    def timeline(self, more=""):
        found = self.ask("GET", V3 + "/sync?since=" + self.since + more)
        return found["rooms"]["join"][self.room]["timeline"]

    def bodies(self, events):
        return [e["content"].get("body") for e in events]

    def test_too_fast(self):
        self.server.fault("limit", path="/send/", skip=1, count=2, retry_after_ms=70)
        self.server.fault("limit", path="/send/", skip=3, retry_after=2)
        answers = [self.say("x%d" % n, n) for n in range(5)]
        self.assertEqual([a[0] for a in answers], [200, 429, 429, 429, 200])
        self.assertEqual(json.loads(answers[1][2])["retry_after_ms"], 70)
        self.assertEqual(answers[3][1]["Retry-After"], "2")
        self.assertEqual(self.said(), ["x0", "x4"])

    def test_pages_instead_of_answers(self):
        self.server.fault("page", path="/send/")
        self.server.fault("page", path="/send/", skip=1, status=200)
        self.server.fault("redirect", path="whoami", location=V3 + "/joined_rooms", status=302)
        for status in (502, 200):
            got = self.say("x", status)
            self.assertEqual((got[0], got[1]["Content-Type"]), (status, "text/html"))
        self.assertIn("joined_rooms", self.ask("GET", V3 + "/account/whoami"))

    def test_cut_after_it_was_done(self):
        for kind in ("drop", "cut", "refuse"):
            self.server.fault(kind, path="/send/")
            with self.assertRaises(Exception):
                self.say(kind, kind)
        self.assertEqual(self.said(), ["drop", "cut"])
        for kind in ("drop", "cut", "refuse"):
            self.assertEqual(self.say(kind, kind)[0], 200)
        self.assertEqual(self.said(), ["drop", "cut", "refuse"])
        self.server.control("forget")
        self.say("drop", "drop")
        self.assertEqual(self.said(), ["drop", "cut", "refuse", "drop"])

    def test_bodies_in_other_shapes(self):
        self.server.fault("bomb", path="whoami", mb=8)
        got = self.raw("GET", V3 + "/account/whoami")
        self.assertLess(len(got[2]), 1 << 17)
        self.assertEqual(len(gzip.decompress(got[2])), 8 << 20)
        self.server.fault("gzip", path="whoami")
        self.assertIn(b"@ann", gzip.decompress(self.raw("GET", V3 + "/account/whoami")[2]))
        self.server.fault("drip", path="whoami", ms=1)
        self.server.fault("slow", path="whoami", ms=1)
        self.assertIn("user_id", self.ask("GET", V3 + "/account/whoami"))

    def test_gap(self):
        for number in range(8):
            self.say("m%d" % number, number)
        self.server.fault("limited", path="/sync", limit=3)
        found = self.timeline()
        self.assertTrue(found["limited"])
        self.assertEqual(self.bodies(found["events"]), ["m5", "m6", "m7"])
        path = "%s/rooms/%s/messages?dir=b&from=%s&to=%s&limit=2" % (
            V3, self.room, found["prev_batch"], self.since)
        self.server.control("pages", room_id=self.room, empty=1)
        page = self.ask("GET", path)
        self.assertEqual(page["chunk"], [])
        seen = []
        while "end" in page:
            page = self.ask("GET", path.replace(found["prev_batch"], page["end"]))
            seen += self.bodies(page["chunk"])
        self.assertEqual(seen, ["m4", "m3", "m2", "m1", "m0"])

    def test_late_event_is_in_sync_and_not_between_the_pages(self):
        for number in range(4):
            self.say("m%d" % number, number)
        self.server.control("inject", room_id=self.room, late=6, event={
            "type": "m.room.message", "sender": "@zoe:far.test",
            "content": {"msgtype": "m.text", "body": "late"}})
        found = self.timeline("&filter=" + '{"room":{"timeline":{"limit":2}}}')
        self.assertEqual(self.bodies(found["events"]), ["m3", "late"])
        late = self.ask("GET", "%s/rooms/%s/messages?dir=b&limit=50" % (V3, self.room))["chunk"]
        self.assertGreater(self.bodies(late).index("late"), self.bodies(late).index("m0"))

    def test_doubled_and_shuffled(self):
        for number in range(12):
            self.say("m%d" % number, number)
        whole = "&filter=" + '{"room":{"timeline":{"limit":100}}}'
        self.server.fault("duplicate", path="/sync", seed=1)
        double = self.bodies(self.timeline(whole)["events"])
        self.assertGreater(len(double), len(set(double)))
        self.server.fault("reorder", path="/sync", seed=1)
        shuffled = self.bodies(self.timeline(whole)["events"])
        self.assertNotEqual(shuffled, sorted(shuffled))
        self.assertEqual(set(double), set(shuffled))

    def test_tokens(self):
        self.server.control("tokens", user="ann", soft_logout=True)
        gone = self.raw("GET", V3 + "/account/whoami")
        self.assertEqual(gone[0], 401)
        self.assertEqual(json.loads(gone[2])["soft_logout"], True)
        new = self.ask("POST", V3 + "/refresh", {"refresh_token": self.ann["refresh_token"]})
        self.assertEqual(self.ask("GET", V3 + "/account/whoami", user=new)["device_id"],
                         self.ann["device_id"])
        self.server.control("tokens", user="ann", refresh=True)
        self.assertEqual(self.raw("POST", V3 + "/refresh", new)[0], 401)
        self.assertFalse(self.ask("GET", V3 + "/account/whoami", user=new)["soft_logout"])

    def test_events_that_are_none(self):
        deep = '{"event_id": "EVENT_ID", "type": "m.x", "content": %s1%s}' % ("[" * 99, "]" * 99)
        self.server.control("inject", room_id=self.room, raw=deep)
        self.server.control("inject", room_id=self.room, event={"type": 5, "content": "x"})
        self.server.control("inject", room_id=self.room, event={"no": "sender"})
        found = self.timeline()["events"]
        self.assertEqual([type(e.get("content")) for e in found], [list, str, type(None)])
        self.assertEqual(found[1]["type"], 5)

    def test_room_version_12(self):
        self.server.control("settings", room_version=12)
        room = self.ask("POST", V3 + "/createRoom", {"preset": "public_chat"})["room_id"]
        self.assertNotIn(":", room)
        path = "%s/rooms/%s/state/m.room.power_levels" % (V3, room)
        levels = self.ask("GET", path)
        self.assertNotIn(self.ann["user_id"], levels["users"])
        self.ask("POST", V3 + "/join/" + room, {}, self.bob)
        self.assertEqual(self.raw("PUT", path, levels, self.bob)[0], 403)
        self.assertEqual(self.raw("PUT", path, levels)[0], 200)

    def test_device_grant(self):
        self.assertEqual(self.raw("GET", "/_matrix/client/v1/auth_metadata")[0], 404)
        self.server.control("settings", oauth=True)
        meta = self.ask("GET", "/_matrix/client/v1/auth_metadata")
        client = self.ask("POST", "/oauth2/registration",
                          {"client_name": "x", "client_uri": "http://localhost/"})["client_id"]

        def form(url, **fields):
            body = urllib.parse.urlencode(fields).encode()
            try:
                return json.load(urllib.request.urlopen(url, body, timeout=30))
            except urllib.error.HTTPError as error:
                return json.load(error)
        asked = form(meta["device_authorization_endpoint"], client_id=client,
                     scope="urn:matrix:client:api:* urn:matrix:client:device:HOT")
        ask = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code",
               "client_id": client, "device_code": asked["device_code"]}
        self.assertEqual(form(meta["token_endpoint"], **ask)["error"], "authorization_pending")
        self.server.control("approve", user_code=asked["user_code"], user="bob")
        got = form(meta["token_endpoint"], **ask)
        self.assertEqual(self.ask("GET", V3 + "/account/whoami", user=got)["device_id"], "HOT")
        again = form(meta["token_endpoint"], grant_type="refresh_token", client_id=client,
                     refresh_token=got["refresh_token"])
        self.assertIn("access_token", again)


tap.main()
