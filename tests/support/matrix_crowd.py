"""People on a Matrix home server, each with a client of its own sort.

    ann = matrix_crowd.Raw(server, "ann")               # plain HTTP
    with matrix_crowd.Nio() as nio:                     # matrix-nio, all in one process
        bob = nio.person(server, "bob")
    ann.join("#prep:localhost")
    ann.say(room_id, "hello")
    ann.wait(r"hello back", room=room_id, sender="@bob:localhost")
    ann.tell(bot_id, "!vote A 3")                       # in the private room with the bot

A server is what fakehs.Server and synapse.Server are: `url`, `name`, `user(NAME)`. What a person has
seen is in `seen`, events as the server sent them; wait() gives the next one that fits, and gives up,
with what was seen instead, after PATIENCE seconds.
"""
import http.client
import itertools
import json
import os
import re
import subprocess
import sys
import threading
import time
from urllib.parse import quote, urlsplit

import matrix_env

PATIENCE = 40
HERE = os.path.dirname(os.path.abspath(__file__))


class Refused(Exception):
    """The server said no: `errcode`, `status`."""

    def __init__(self, status, body):
        super().__init__("%d %s" % (status, body))
        self.status = status
        self.errcode = body.get("errcode") if isinstance(body, dict) else None


class Seen:
    """One event in a room."""

    def __init__(self, room, event):
        self.room, self.event = room, event
        self.id, self.sender, self.type = (event.get(k) for k in ("event_id", "sender", "type"))
        content = event.get("content")
        self.content = content if isinstance(content, dict) else {}

    @property
    def text(self):
        """What it says; of an edit, what it says now."""
        new = self.content.get("m.new_content")
        body = (new if isinstance(new, dict) else self.content).get("body")
        return body if isinstance(body, str) else ""

    @property
    def relation(self):
        to = self.content.get("m.relates_to")
        return to if isinstance(to, dict) else {}

    def __repr__(self):
        return "%s %s %s: %s" % (self.room[:8], self.type, self.sender,
                                 self.text or json.dumps(self.content)[:200])


class Person:
    """What every sort of person can do; a sort brings `do(deed, **what)` and fills `seen`."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.login = server.user(name)
        self.user_id = self.login["user_id"]
        self.seen, self.ids = [], set()
        self.at = 0  # wait() looks from here on
        self.invites = {}  # room id -> by whom
        self.dms = {}  # user id -> room id
        self.friends = set()  # users whose invitations are accepted at once
        self.trouble = []
        self.news = threading.Condition()

    # Seeing.

    def hear(self, room, event):
        number = event.get("event_id") if isinstance(event, dict) else None
        with self.news:
            if not isinstance(number, str) or number in self.ids:
                return  # known, or nothing that a person would see
            self.ids.add(number)
            self.seen.append(Seen(room, event))
            self.news.notify_all()

    def invited(self, room, by):
        with self.news:
            fresh = room not in self.invites
            self.invites[room] = by
            if fresh and by in self.friends:
                self.dms.setdefault(by, room)
                threading.Thread(target=self.join, args=(room,), daemon=True).start()
            self.news.notify_all()

    def until(self, condition, what, patience=PATIENCE):
        """Waits until the condition gives something, and gives that."""
        deadline = time.monotonic() + patience
        with self.news:
            while True:
                found = condition()
                if found:
                    return found
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError("%s does not see %s; it saw:\n%s" % (
                        self.name, what, "\n".join("  %r" % s for s in self.seen[-40:])
                        + "".join("\n  trouble: " + t for t in self.trouble[-5:])))
                self.news.wait(left)

    def wait_event(self, fits, what="an event", patience=PATIENCE):
        """The next event that fits; the following wait looks behind it."""
        def look():
            for at in range(self.at, len(self.seen)):
                if fits(self.seen[at]):
                    self.at = at + 1
                    return self.seen[at]
            return None
        return self.until(look, what, patience)

    def wait(self, pattern, room=None, sender=None, patience=PATIENCE):
        """The next message, or edit of one, whose text has the pattern."""
        return self.wait_event(
            lambda s: s.type == "m.room.message" and re.search(pattern, s.text)
            and room in (None, s.room) and sender in (None, s.sender), "/%s/" % pattern, patience)

    def wait_private(self, pattern, bot_id, patience=PATIENCE):
        """The next message from the bot in a room with it alone."""
        return self.wait_event(
            lambda s: s.type == "m.room.message" and s.sender == bot_id
            and s.room in self.private_rooms(bot_id) and re.search(pattern, s.text),
            "/%s/ privately" % pattern, patience)

    def private_rooms(self, bot_id):
        """The rooms with the bot that were made to be private ones."""
        return {room for user, room in self.dms.items() if user == bot_id} | \
            {room for room, by in self.invites.items() if by == bot_id}

    def mark(self):
        """wait() looks only at what comes from now on."""
        with self.news:
            self.at = len(self.seen)

    def rewind(self):
        self.at = 0

    def texts(self, room=None, sender=None, edits=False):
        """All texts seen so far, in order; of edits only if asked for."""
        with self.news:
            return [s.text for s in self.seen if s.type == "m.room.message"
                    and room in (None, s.room) and sender in (None, s.sender)
                    and (edits or s.relation.get("rel_type") != "m.replace")]

    # Doing.

    def post(self, room, kind, content):
        return self.do("send", room=room, type=kind, content=content)["event_id"]

    def say(self, room, text, **more):
        return self.post(room, "m.room.message", dict({"msgtype": "m.text", "body": text}, **more))

    def edit(self, room, event_id, text):
        new = {"msgtype": "m.text", "body": text}
        return self.say(room, "* " + text, **{
            "m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": event_id}})

    def react(self, room, event_id, key):
        return self.post(room, "m.reaction", {"m.relates_to": {
            "rel_type": "m.annotation", "event_id": event_id, "key": key}})

    def redact(self, room, event_id):
        return self.do("redact", room=room, event_id=event_id)["event_id"]

    def join(self, room):
        return self.do("join", room=room)["room_id"]

    def leave(self, room):
        self.do("leave", room=room)

    def create(self, name=None, **options):
        return self.do("create", name=name, **options)["room_id"]

    def invite(self, room, user_id):
        self.do("invite", room=room, user=user_id)

    def attach(self, room, name, text, mime="text/plain"):
        """A text file."""
        uri = self.do("upload", name=name, text=text, mime=mime)["uri"]
        return self.post(room, "m.room.message", {
            "msgtype": "m.file", "body": name, "filename": name, "url": uri,
            "info": {"mimetype": mime, "size": len(text.encode())}})

    def accept(self, bot_id):
        """Goes into each room that the bot has asked into."""
        for room, by in list(self.invites.items()):
            if by == bot_id and room not in self.dms.values():
                self.join(room)
                self.dms[bot_id] = room

    def direct(self, bot_id):
        """The private room with the bot: the one it asked into, else a new one."""
        if bot_id not in self.friends:
            self.accept(bot_id)
        if bot_id not in self.dms:
            room = self.create(direct=True, invite=[bot_id], preset="trusted_private_chat")
            self.dms[bot_id] = room
            self.wait_member(room, bot_id)
        return self.dms[bot_id]

    def wait_member(self, room, user_id, membership="join"):
        """Until somebody is in the room (or has left it)."""
        def there():
            last = [s for s in self.seen if s.type == "m.room.member" and s.room == room
                    and s.event.get("state_key") == user_id]
            return bool(last) and last[-1].content.get("membership") == membership
        self.until(there, "%s of %s" % (membership, user_id))

    def tell(self, bot_id, text):
        return self.say(self.direct(bot_id), text)


class Raw(Person):
    """A person of plain HTTP; a thread reads the sync. 429 is waited out, as the server asks."""

    def __init__(self, server, name):
        super().__init__(server, name)
        self.txn = itertools.count(int(time.time() * 1000))
        self.closed = False
        self.lock = threading.Lock()
        self.since = None
        self.line = None
        self.reader = threading.Thread(target=self._follow, daemon=True)
        self.reader.start()

    def _ask(self, line, method, path, body=None, kind="application/json"):
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        headers = {"Authorization": "Bearer " + self.login["access_token"]}
        if data is not None:
            headers["Content-Type"] = kind
        line.request(method, path, data, headers)
        answer = line.getresponse()
        raw = answer.read()
        try:
            found = json.loads(raw)
        except ValueError:
            found = {"error": raw[:200].decode("latin-1")}
        if answer.status != 200:
            raise Refused(answer.status, found)
        return found

    def _connect(self):
        parts = urlsplit(self.server.url)
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE + 30)

    def call(self, method, path, body=None, kind="application/json"):
        """A request to the server, tried again while it says "too fast" or is away."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self.lock:
                    self.line = self.line or self._connect()
                    return self._ask(self.line, method, path, body, kind)
            except Refused as refused:
                if refused.status != 429 and refused.status < 500 or time.monotonic() > deadline:
                    raise
                wait = re.search(r"retry_after_ms': (\d+)", str(refused))
                time.sleep(min(10, int(wait.group(1)) / 1000 if wait else 0.3))
            except (OSError, http.client.HTTPException):
                self.line = None
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _follow(self):
        line = None
        rules = quote('{"presence":{"not_types":["*"]},"room":{"timeline":{"limit":100}}}')
        while not self.closed:
            path = "/_matrix/client/v3/sync?timeout=20000&filter=" + rules
            try:
                line = line or self._connect()
                found = self._ask(line, "GET", path + ("&since=" + self.since if self.since else ""))
            except (Refused, OSError, http.client.HTTPException) as error:
                if self.closed:
                    break
                self.trouble.append(str(error))
                line = None
                time.sleep(0.1)
                continue
            self._read(found)
            self.since = found["next_batch"]

    def _read(self, found):
        rooms = found.get("rooms", {})
        for room, section in rooms.get("invite", {}).items():
            by = [e["sender"] for e in section["invite_state"]["events"]
                  if e["type"] == "m.room.member" and e["content"].get("membership") == "invite"
                  and e["state_key"] == self.user_id]
            self.invited(room, by[-1] if by else None)
        for name in ("join", "leave"):
            for room, section in rooms.get(name, {}).items():
                for part in ("state", "timeline"):
                    for event in section.get(part, {}).get("events", []):
                        self.hear(room, event)

    def do(self, deed, **what):
        return getattr(self, "_" + deed)(**what)

    @staticmethod
    def _room(room, rest):
        return "/_matrix/client/v3/rooms/%s/%s" % (quote(room, safe=""), rest)

    def _send(self, room, type, content):
        rest = "send/%s/%d" % (quote(type, safe=""), next(self.txn))
        return self.call("PUT", self._room(room, rest), content)

    def _redact(self, room, event_id):
        rest = "redact/%s/%d" % (quote(event_id, safe=""), next(self.txn))
        return self.call("PUT", self._room(room, rest), {})

    def _join(self, room):
        return self.call("POST", "/_matrix/client/v3/join/" + quote(room, safe=""), {})

    def _leave(self, room):
        return self.call("POST", self._room(room, "leave"), {})

    def _invite(self, room, user):
        return self.call("POST", self._room(room, "invite"), {"user_id": user})

    def _create(self, name=None, direct=False, **options):
        body = dict(options, **({"name": name} if name else {}), is_direct=direct)
        return self.call("POST", "/_matrix/client/v3/createRoom", body)

    def _upload(self, name, text, mime):
        data = text if isinstance(text, bytes) else text.encode()
        found = self.call("POST", "/_matrix/media/v3/upload?filename=" + quote(name), data, mime)
        return {"uri": found["content_uri"]}

    def fetch(self, uri):
        """The bytes of an uploaded file."""
        line = self._connect()
        line.request("GET", uri.replace("mxc://", "/_matrix/client/v1/media/download/"),
                     headers={"Authorization": "Bearer " + self.login["access_token"]})
        answer = line.getresponse()
        if answer.status != 200:
            raise Refused(answer.status, answer.read())
        return answer.read()

    def _displayname(self, name):
        path = "/_matrix/client/v3/profile/%s/displayname" % quote(self.user_id, safe="")
        return self.call("PUT", path, {"displayname": name})

    def close(self):
        """Ends with the process: the reader may wait for the server a while yet."""
        self.closed = True


class _Driver:
    """A process that plays people, told by lines."""

    def __init__(self, command):
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True, bufsize=1)
        self.people, self.answers, self.ids = {}, {}, itertools.count(1)
        self.news = threading.Condition()
        self.errors = []
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._complain, daemon=True).start()

    def _complain(self):
        for line in self.child.stderr:
            self.errors.append(line)
            del self.errors[:-50]

    def _read(self):
        for raw in self.child.stdout:
            line = json.loads(raw)
            if "id" in line:
                with self.news:
                    self.answers[line["id"]] = line
                    self.news.notify_all()
            elif "event" in line:
                self.people[line["who"]].hear(line["room"], line["event"])
            elif "invited" in line:
                self.people[line["who"]].invited(line["invited"], line["by"])
            else:
                self.people[line["who"]].trouble.append(line["trouble"])

    def ask(self, **what):
        number = next(self.ids)
        self.child.stdin.write(json.dumps(dict(what, id=number)) + "\n")
        deadline = time.monotonic() + PATIENCE * 2
        with self.news:
            while number not in self.answers:
                left = deadline - time.monotonic()
                if left <= 0 or self.child.poll() is not None:
                    raise AssertionError("no answer to %r:\n%s" % (what, "".join(self.errors)))
                self.news.wait(min(left, 1))
            line = self.answers.pop(number)
        if "error" in line:
            raise AssertionError("%r: %s" % (what, line["error"]))
        return line["ok"]

    def person(self, server, name):
        return Driven(self, server, name)

    def close(self):
        self.child.stdin.close()
        try:
            self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Nio(_Driver):
    def __init__(self):
        super().__init__([matrix_env.python(), os.path.join(HERE, "people_nio.py")])


class Js(_Driver):
    def __init__(self):
        super().__init__(["node", os.path.join(HERE, "people_js.js"), matrix_env.js_sdk()])


class Driven(Person):
    def __init__(self, driver, server, name):
        super().__init__(server, name)
        self.driver = driver
        driver.people[name] = self
        self.do("login", url=server.url, user_id=self.user_id, token=self.login["access_token"],
                device_id=self.login["device_id"])

    def do(self, deed, **what):
        return self.driver.ask(who=self.name, do=deed, **what)

    def close(self):
        """The driver ends all its people."""
