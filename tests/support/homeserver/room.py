"""One room: its events, its state, and who may do what in it."""
import time

from homeserver.routes import MatrixError

KEPT = {  # what a redaction leaves of the content
    "m.room.member": ["membership"], "m.room.create": None, "m.room.join_rules": ["join_rule"],
    "m.room.history_visibility": ["history_visibility"],
    "m.room.power_levels": ["ban", "events", "events_default", "invite", "kick", "redact",
                            "state_default", "users", "users_default"]}


class Event:
    """`pos` is its place in the stream of the server, `depth` that in the room."""

    def __init__(self, room, kind, sender, content, state_key=None, redacts=None):
        self.room, self.type, self.sender, self.content = room, kind, sender, content
        self.state_key, self.redacts = state_key, redacts
        self.id, self.pos, self.depth = "", 0, 0
        self.ts = int(time.time() * 1000)
        self.device = self.txn = self.raw = self.redacted_by = self.before = None

    def key(self):
        return self.depth, self.pos

    def form(self, device=None, room_id=False, whole=False):
        """As a client gets it; `whole` also if it was redacted."""
        if self.raw is not None:
            return self.raw
        found = {"event_id": self.id, "type": self.type, "sender": self.sender,
                 "origin_server_ts": self.ts, "content": self.content}
        if self.state_key is not None:
            found["state_key"] = self.state_key
        if self.redacts is not None:
            found["redacts"] = self.redacts
        if room_id:
            found["room_id"] = self.room.id
        unsigned = {"age": max(0, int(time.time() * 1000) - self.ts)}
        if self.txn and device is self.device:
            unsigned["transaction_id"] = self.txn
        if self.before is not None:
            unsigned["prev_content"] = self.before
        if self.redacted_by:
            unsigned["redacted_because"] = self.redacted_by.form()
            if not whole:
                keep = KEPT.get(self.type, [])
                found["content"] = {k: v for k, v in self.content.items()
                                    if keep is None or k in keep}
        found["unsigned"] = unsigned
        return found

    def stripped(self):
        return {"type": self.type, "sender": self.sender, "content": self.content,
                "state_key": self.state_key}

    def relation(self):
        """(rel_type, event id, key) or None; a redacted event relates to nothing."""
        if self.raw is not None or self.redacted_by or not isinstance(self.content, dict):
            return None
        to = self.content.get("m.relates_to")
        if not isinstance(to, dict) or "rel_type" not in to:
            return None
        return to.get("rel_type"), to.get("event_id"), to.get("key")


class Room:
    def __init__(self, server, room_id, version, creator):
        self.server, self.id, self.version, self.creator = server, room_id, version, creator
        self.events = []  # in the order of the stream
        self.by_id = {}
        self.state = {}  # (type, key) -> event
        self.joined_at = {}  # user id -> pos
        self.depth = 0
        self.ephemeral = []  # (pos, event without id)
        self.typing = set()
        self.empty_pages = 0  # so many pages of /messages come empty, with more behind them

    # What is.

    def content(self, kind, key=""):
        event = self.state.get((kind, key))
        return event.content if event else {}

    def membership(self, user_id):
        return self.content("m.room.member", user_id).get("membership", "leave")

    def members(self, *kinds):
        return [key for (kind, key), event in self.state.items()
                if kind == "m.room.member" and event.content.get("membership") in kinds]

    def creators(self):
        """Who has power without end: from room version 12 on those who made the room."""
        if self.version < 12:
            return set()
        more = self.content("m.room.create").get("additional_creators", [])
        return {self.creator} | set(more)

    def power(self, user_id):
        if user_id in self.creators():
            return float("inf")
        levels = self.content("m.room.power_levels")
        if not levels:
            return 100 if user_id == self.creator else 0
        return levels.get("users", {}).get(user_id, levels.get("users_default", 0))

    def needed(self, action, default):
        return self.content("m.room.power_levels").get(action, default)

    def needed_for(self, kind, is_state):
        levels = self.content("m.room.power_levels")
        default = levels.get("state_default", 50) if is_state else levels.get("events_default", 0)
        return levels.get("events", {}).get(kind, default)

    # What may be done.

    def require_member(self, user_id):
        if self.membership(user_id) != "join":
            raise MatrixError(403, "M_FORBIDDEN", "User %s not in room %s" % (user_id, self.id))

    def require_reader(self, user_id):
        if user_id not in self.joined_at:
            raise MatrixError(403, "M_FORBIDDEN", "You are not in this room and never were")

    def require_power(self, user_id, level, what):
        if self.power(user_id) < level:
            raise MatrixError(403, "M_FORBIDDEN", "You don't have permission to " + what)

    # What happens.

    def add(self, event, depth=None):
        """Appends to stream and state. `depth`: where in the room, for events that come late."""
        if depth is None:
            self.depth += 1
        event.depth = self.depth if depth is None else depth
        self.server.stamp(event)
        self.events.append(event)
        self.by_id[event.id] = event
        if event.raw is None and event.state_key is not None:
            self._set_state(event)
        self.server.wake(self)
        return event

    def _set_state(self, event):
        key = (event.type, event.state_key)
        if key in self.state:
            event.before = self.state[key].content
        if event.type == "m.room.member" and event.content.get("membership") == "join" \
                and self.membership(event.state_key) != "join":
            self.joined_at[event.state_key] = event.pos
        self.state[key] = event
        if event.type == "m.room.member":
            self.server.wake_user(event.state_key)

    def post(self, sender, kind, content, state_key=None):
        """An event by a member, if it may."""
        self.require_member(sender)
        level = self.needed_for(kind, state_key is not None)
        self.require_power(sender, level, "send " + kind)
        if state_key is not None and state_key.startswith("@") and state_key != sender:
            raise MatrixError(403, "M_FORBIDDEN", "that state belongs to somebody else")
        event = Event(self, kind, sender, content, state_key)
        self._refuse_second_reaction(event)
        return self.add(event)

    def _refuse_second_reaction(self, event):
        relation = event.relation()
        if event.type == "m.reaction" and relation and any(
                e.type == "m.reaction" and e.sender == event.sender and e.relation() == relation
                for e in self.events):
            raise MatrixError(400, "M_DUPLICATE_ANNOTATION", "Can't send same reaction twice")

    def set_member(self, sender, target, membership, **content):
        """A change of membership that was found to be allowed."""
        content["membership"] = membership
        if membership in ("join", "invite", "knock"):
            user = self.server.users.get(target)
            if user and user.displayname:
                content.setdefault("displayname", user.displayname)
        return self.add(Event(self, "m.room.member", sender, content, target))

    def redact(self, sender, event_id, reason=None):
        self.require_member(sender)
        target = self.by_id.get(event_id)
        if target and target.sender != sender:
            self.require_power(sender, self.needed("redact", 50), "redact this event")
        content = {"reason": reason} if reason else {}
        if self.version >= 11:
            content["redacts"] = event_id
        event = Event(self, "m.room.redaction", sender, content, redacts=event_id)
        if target is None:  # as Synapse: taken, and shown to nobody
            event.id = self.server.new_id("$")
            return event
        if target.redacted_by is None:
            target.redacted_by = event
        return self.add(event)
