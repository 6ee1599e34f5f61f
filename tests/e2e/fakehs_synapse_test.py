"""The home server of the tests answers as Synapse does: both are asked the same, in order."""
import unittest
from urllib.parse import quote

import fakehs
import matrix_crowd
import synapse
import tap

V3 = "/_matrix/client/v3"
# What Synapse says beyond what anybody needs, or says in another way with the same meaning.
MORE = {"age", "user_id", "account_data", "device_lists", "state", "device_one_time_keys_count",
        "redacted_because", "historical"}


class Asker(matrix_crowd.Raw):
    """Asks, and reads no sync by itself."""

    def _follow(self):
        pass


class Probe:
    """The same questions to one server; what was answered, in a form that can be compared."""

    def __init__(self, server):
        self.server = server
        self.found = []
        self.ann, self.bob, self.cyd = (Asker(server, n) for n in ("ann", "bob", "cyd"))
        self.txn = 0

    def ask(self, who, method, path, body=None):
        try:
            answer = who.call(method, V3 + path, body)
        except matrix_crowd.Refused as refused:
            self.found.append((path.partition("?")[0].split("/")[1], method, refused.status))
            return {}
        self.found.append((method, sorted(set(answer) - MORE) if isinstance(answer, dict) else ""))
        return answer

    def room(self, who, method, room, rest, body=None):
        return self.ask(who, method, "/rooms/%s/%s" % (quote(room, safe=""), rest), body)

    def send(self, who, room, kind, content):
        self.txn += 1
        return self.room(who, "PUT", room, "send/%s/t%d" % (kind, self.txn), content).get("event_id")

    def note(self, what):
        self.found.append(what)

    def sync(self, who, since=None, more=""):
        answer = self.ask(who, "GET", "/sync?timeout=0%s%s" % (
            "&since=" + since if since else "", more))
        for section, rooms in sorted(answer.get("rooms", {}).items()):
            for found in rooms.values():
                timeline = found.get("timeline", {"events": found.get("invite_state", {}).get(
                    "events", [])})
                self.note((section, timeline.get("limited"), self.types(timeline["events"])
                           if section != "invite" else sorted(self.types(timeline["events"]))))
        return answer["next_batch"]

    @staticmethod
    def types(events):
        return [e["type"] for e in events]

    def pages(self, who, room, start, stop, limit):
        """Pages until there is no `end`, as a bot that fills a gap reads them."""
        token = start
        while token:
            page = self.room(who, "GET", room, "messages?dir=b&limit=%d&from=%s%s" % (
                limit, token, "&to=" + stop if stop else ""))
            self.note([e["content"].get("body", "") for e in page["chunk"]
                       if e["type"] == "m.room.message"])
            token = page.get("end")

    def coming_and_going(self):
        ann, bob = self.ann, self.bob
        room = self.ask(ann, "POST", "/createRoom", {"preset": "private_chat",
                                                     "room_version": "11"})["room_id"]
        self.ask(bob, "POST", "/join/" + quote(room), {})
        invited = self.sync(bob)
        self.room(ann, "POST", room, "invite", {"user_id": bob.user_id})
        invited = self.sync(bob, invited)
        self.ask(bob, "POST", "/join/" + quote(room), {})
        self.sync(bob, invited, "&filter=" + quote('{"room":{"timeline":{"limit":3}}}'))
        self.room(bob, "POST", room, "invite", {"user_id": ann.user_id})
        self.room(bob, "POST", room, "kick", {"user_id": ann.user_id})
        self.room(bob, "PUT", room, "state/m.room.name", {"name": "y"})
        self.room(self.cyd, "GET", room, "messages?dir=b")
        self.room(self.cyd, "POST", room, "leave", {})
        self.ask(bob, "POST", "/join/" + quote("#nope:" + self.server.name), {})
        return room

    def talking(self, room):
        ann, bob = self.ann, self.bob
        since = self.sync(bob, None, "&filter={}")  # else what it said the first time
        first = self.send(ann, room, "m.room.message", {"msgtype": "m.text", "body": "one"})
        likes = {"m.relates_to": {"rel_type": "m.annotation", "event_id": first, "key": "x"}}
        liked = self.send(bob, room, "m.reaction", likes)
        self.send(bob, room, "m.reaction", likes)
        relations = "%s/rooms/%s/relations/%s/m.annotation/m.reaction" % (
            V3.replace("v3", "v1"), quote(room), quote(first))
        self.note(len(bob.call("GET", relations)["chunk"]))
        self.sync(ann, since)
        self.room(bob, "PUT", room, "redact/%s/r1" % quote(liked), {})
        self.room(bob, "PUT", room, "redact/%s/r2" % quote(first), {})
        self.note(len(bob.call("GET", relations)["chunk"]))
        self.note(self.room(ann, "GET", room, "event/" + quote(liked))["content"])
        for number in range(6):
            self.send(ann, room, "m.room.message", {"msgtype": "m.text", "body": str(number)})
        self.send(ann, room, "m.room.message", {"msgtype": "m.text", "body": "x" * 70000})
        now = self.sync(bob, since, "&filter=" + quote(
            '{"room":{"timeline":{"limit":2,"types":["m.room.message"]}}}'))
        for limit in (2, 50):
            self.pages(ann, room, now, since, limit)
        self.room(ann, "PUT", room, "redact/$nope/r3", {})
        return now

    def leaving(self, room, since):
        self.room(self.ann, "POST", room, "kick", {"user_id": self.bob.user_id})
        self.sync(self.bob, since, "&filter=" + quote('{"room":{"timeline":{"limit":9}}}'))
        self.send(self.bob, room, "m.room.message", {"msgtype": "m.text", "body": "me?"})

    def newer_rooms(self, room):
        new = self.ask(self.ann, "POST", "/createRoom", {"preset": "public_chat",
                                                         "room_version": "12"})["room_id"]
        self.note(":" in new)
        self.note(sorted(self.room(self.ann, "GET", new, "state/m.room.power_levels/")["users"]))
        self.room(self.ann, "POST", room, "upgrade", {"new_version": "12"})
        self.note(sorted(self.room(self.ann, "GET", room, "state/m.room.tombstone/")))
        self.room(self.ann, "POST", new, "leave", {})
        self.room(self.ann, "POST", new, "forget", {})

    def run(self):
        room = self.coming_and_going()
        self.leaving(room, self.talking(room))
        self.newer_rooms(room)
        self.ask(self.bob, "GET", "/user/%s/account_data/m.direct" % quote(self.bob.user_id))
        self.ask(self.bob, "GET", "/nothing")
        self.ask(self.bob, "POST", "/refresh", {"refresh_token": "none"})
        return self.found


class Alike(unittest.TestCase):
    def test_the_same_answers(self):
        self.maxDiff = None
        answers = []
        for kind in (fakehs, synapse):
            server = kind.Server()
            self.addCleanup(server.stop)
            answers.append(Probe(server).run())
        self.assertEqual(*answers)


tap.main()
