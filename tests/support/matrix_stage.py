"""Many people at once on a failing home server (homeserver/) that runs in the test's own loop.

    async with matrix_stage.Stage() as stage:
        ann = stage.puppet("ann", bot_id)
        room = ann.create(public=True)
        ann.say(room, "hello")
        event = await ann.see(lambda e: "hello back" in words(e), "the greeting")

Puppets act on the server's own tables, past HTTP and past the faults: what they did, it has. Who is
tested, the bot, comes by HTTP.
"""
import asyncio
import itertools

from homeserver import (account, control, history, media, model, oauth,  # noqa: F401
                        rooms, sync, wire)

PATIENCE = 60


def words(event):
    """What a message says; of an edit, what it says now."""
    if event.raw is not None or event.type != "m.room.message" or event.redacted_by:
        return ""
    body = event.content.get("m.new_content", event.content).get("body")
    return body if isinstance(body, str) else ""


class Stage:
    def __init__(self, name="fake.test"):
        self.server = model.Server(name)
        self.name = name
        self.listener = None
        self.url = ""

    async def __aenter__(self):
        self.listener = await wire.listen(self.server, 0)
        self.url = "http://127.0.0.1:%d" % self.listener.sockets[0].getsockname()[1]
        self.server.url = self.url
        return self

    async def __aexit__(self, *_):
        self.listener.close()

    def user(self, name, password=None, **options):
        """A user and a device with tokens, for somebody who comes by HTTP."""
        return self.server.issue(self.server.make_user(name, password), **options)

    def fault(self, kind, **rule):
        return self.server.faults.add(dict(rule, kind=kind))

    def puppet(self, name, bot_id):
        return Puppet(self, name, bot_id)


class Puppet:
    """A person. One see() at a time; invitations by the bot are accepted as they come."""

    def __init__(self, stage, name, bot_id):
        self.stage, self.server, self.name, self.bot_id = stage, stage.server, name, bot_id
        self.user = stage.server.make_user(name)
        self.id = self.user.id
        self.seen = []
        self.at = 0
        self.since = len(self.server.stream)
        self.private = set()  # ids of rooms with the bot alone

    # Doing.

    def create(self, public=False, invite=(), **more):
        body = dict(more, preset="public_chat" if public else "trusted_private_chat",
                    invite=list(invite))
        room = rooms.build(self.server, self.id, body, self.server.settings["room_version"])
        for invited in invite:
            room.set_member(self.id, invited, "invite", **(
                {} if public else {"is_direct": True}))
        return room.id

    def join(self, room_id):
        room = self.server.rooms[room_id]
        if room.membership(self.id) != "join":
            room.set_member(self.id, self.id, "join")

    def leave(self, room_id):
        self.server.rooms[room_id].set_member(self.id, self.id, "leave")

    def post(self, room_id, kind, content):
        return self.server.rooms[room_id].post(self.id, kind, content).id

    def say(self, room_id, text, **more):
        return self.post(room_id, "m.room.message", dict({"msgtype": "m.text", "body": text}, **more))

    def edit(self, room_id, event_id, text):
        return self.say(room_id, "* " + text, **{
            "m.new_content": {"msgtype": "m.text", "body": text},
            "m.relates_to": {"rel_type": "m.replace", "event_id": event_id}})

    def react(self, room_id, event_id, key):
        return self.post(room_id, "m.reaction", {"m.relates_to": {
            "rel_type": "m.annotation", "event_id": event_id, "key": key}})

    def redact(self, room_id, event_id):
        return self.server.rooms[room_id].redact(self.id, event_id).id

    def attach(self, room_id, name, text, mime="text/plain"):
        media_id = self.server.new_id("")[:24]
        self.server.media[media_id] = (mime, text.encode(), name)
        return self.post(room_id, "m.room.message", {
            "msgtype": "m.file", "body": name, "filename": name,
            "url": "mxc://%s/%s" % (self.server.name, media_id),
            "info": {"mimetype": mime, "size": len(text.encode())}})

    # Seeing.

    def _look(self):
        """Takes in what came since it looked last."""
        self.user.news.clear()
        until = len(self.server.stream)
        fresh = []
        for room_id in set(self.server.stream[self.since:until]):
            room = self.server.rooms.get(room_id)
            if room is None:
                continue
            membership = room.membership(self.id)
            if membership == "invite" and room.state[("m.room.member", self.id)].sender == self.bot_id:
                self.private.add(room_id)
                self.join(room_id)
            if membership in ("join", "invite"):
                fresh += itertools.takewhile(lambda e: e.pos > self.since, reversed(room.events))
        self.since = until
        self.seen += sorted(fresh, key=lambda e: e.pos)

    async def see(self, fits, what, start=None, patience=PATIENCE):
        """The first event from `start` on that fits (else: behind the last one that was seen)."""
        deadline = asyncio.get_running_loop().time() + patience
        at = self.at if start is None else start
        while True:
            self._look()
            for at in range(at, len(self.seen)):
                if fits(self.seen[at]):
                    self.at = max(self.at, at + 1)
                    return self.seen[at]
            at = len(self.seen)
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise AssertionError("%s does not see %s; it saw:\n%s" % (
                    self.name, what, "\n".join("  %s %s %s: %s" % (
                        e.room.id[:8], e.type, e.sender, words(e) or str(e.content)[:100])
                        for e in self.seen[-30:])))
            try:
                await asyncio.wait_for(self.user.news.wait(), left)
            except asyncio.TimeoutError:
                pass

    def by_bot(self, event, room_id=None):
        """Said by the bot: in this room, or privately."""
        return event.sender == self.bot_id and (
            event.room.id == room_id if room_id else event.room.id in self.private)
