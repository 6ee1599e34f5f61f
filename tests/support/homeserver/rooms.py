"""Making rooms, coming and going, sending, state."""
import json
import time

from homeserver.room import Event
from homeserver.routes import MatrixError, route

V3 = "/_matrix/client/v3"
ROOM = V3 + "/rooms/{room_id}"
EVENT_MAX = 65536


def resolve(server, name):
    if name.startswith("#"):
        if name not in server.aliases:
            raise MatrixError(404, "M_NOT_FOUND", "Room alias %s not found" % name)
        return server.room(server.aliases[name])
    return server.room(name)


def first_levels(room, body, preset):
    """The power levels of a new room, as servers choose them."""
    users = {} if room.version >= 12 else {room.creator: 100}
    if preset == "trusted_private_chat" and room.version < 12:
        users.update({invited: 100 for invited in body.get("invite", [])})
    levels = {"users": users, "users_default": 0, "events_default": 0, "state_default": 50,
              "ban": 50, "kick": 50, "redact": 50,
              "invite": 50 if preset == "public_chat" else 0,
              "events": {"m.room.name": 50, "m.room.power_levels": 100, "m.room.avatar": 50,
                         "m.room.history_visibility": 100, "m.room.canonical_alias": 50,
                         "m.room.encryption": 100, "m.room.server_acl": 100,
                         "m.room.tombstone": 150 if room.version >= 12 else 100}}
    levels.update(body.get("power_level_content_override", {}))
    return levels


def build(server, creator, body, version, more=None):
    """A room with the state that every room begins with."""
    preset = body.get("preset") or (
        "public_chat" if body.get("visibility") == "public" else "private_chat")
    room = server.make_room(creator, version)

    def put(kind, content, key=""):
        room.add(Event(room, kind, creator, content, key))
    content = dict(body.get("creation_content", {}), room_version=str(version), **(more or {}))
    if version < 11:
        content["creator"] = creator
    if version >= 12 and preset == "trusted_private_chat":
        content["additional_creators"] = body.get("invite", [])
    put("m.room.create", content)
    room.set_member(creator, creator, "join")
    put("m.room.power_levels", first_levels(room, body, preset))
    put("m.room.join_rules", {"join_rule": "public" if preset == "public_chat" else "invite"})
    put("m.room.history_visibility", {"history_visibility": "shared"})
    if preset != "public_chat":
        put("m.room.guest_access", {"guest_access": "can_join"})
    if server.settings["encryption_by_default"]:
        put("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    for state in body.get("initial_state", []):
        put(state["type"], state.get("content", {}), state.get("state_key", ""))
    for name, kind in (("name", "m.room.name"), ("topic", "m.room.topic")):
        if body.get(name):
            put(kind, {name: body[name]})
    return room


@route("POST", V3 + "/createRoom")
async def create(server, request):
    body = request.json()
    version = int(body.get("room_version", server.settings["room_version"]))
    alias = body.get("room_alias_name")
    full = "#%s:%s" % (alias, server.name)
    if alias and full in server.aliases:
        raise MatrixError(400, "M_ROOM_IN_USE", "Room alias already taken")
    room = build(server, request.user.id, body, version)
    if alias:
        server.aliases[full] = room.id
        room.post(request.user.id, "m.room.canonical_alias", {"alias": full}, "")
    for invited in body.get("invite", []):
        direct = {"is_direct": True} if body.get("is_direct") else {}
        room.set_member(request.user.id, invited, "invite", **direct)
    return {"room_id": room.id}


@route("POST", V3 + "/join/{name}")
@route("POST", V3 + "/rooms/{name}/join")
async def join(server, request, name):
    room, me = resolve(server, name), request.user.id
    now = room.membership(me)
    if now == "ban":
        raise MatrixError(403, "M_FORBIDDEN", "You are banned from this room")
    if now not in ("join", "invite") and \
            room.content("m.room.join_rules").get("join_rule") != "public":
        raise MatrixError(403, "M_FORBIDDEN", "You are not invited to this room.")
    if now != "join":
        request.user.forgotten.discard(room.id)
        room.set_member(me, me, "join")
    return {"room_id": room.id}


@route("POST", V3 + "/knock/{name}")
async def knock(server, request, name):
    room, me = resolve(server, name), request.user.id
    if room.content("m.room.join_rules").get("join_rule") not in ("knock", "knock_restricted") \
            or room.membership(me) in ("join", "invite", "ban"):
        raise MatrixError(403, "M_FORBIDDEN", "You cannot knock on this room")
    reason = request.json().get("reason")
    room.set_member(me, me, "knock", **({"reason": reason} if reason else {}))
    return {"room_id": room.id}


@route("POST", ROOM + "/invite")
async def invite(server, request, room_id):
    room, target = server.room(room_id), request.json().get("user_id")
    room.require_member(request.user.id)
    room.require_power(request.user.id, room.needed("invite", 0), "invite")
    if room.membership(target) in ("join", "ban"):
        raise MatrixError(403, "M_FORBIDDEN", "%s is already in the room or banned" % target)
    room.set_member(request.user.id, target, "invite")
    return {}


@route("POST", ROOM + "/leave")
async def leave(server, request, room_id):
    room, me = server.room(room_id), request.user.id
    if room.membership(me) not in ("join", "invite", "knock"):
        raise MatrixError(403, "M_FORBIDDEN", "User %s not in room %s" % (me, room_id))
    room.set_member(me, me, "leave")
    return {}


@route("POST", ROOM + "/forget")
async def forget(server, request, room_id):
    if server.room(room_id).membership(request.user.id) == "join":
        raise MatrixError(400, "M_UNKNOWN", "User is in room " + room_id)
    request.user.forgotten.add(room_id)
    return {}


async def remove(server, request, room_id, action, result):
    room, target = server.room(room_id), request.json().get("user_id")
    room.require_member(request.user.id)
    room.require_power(request.user.id, room.needed(action, 50), action)
    if room.power(target) >= room.power(request.user.id):
        raise MatrixError(403, "M_FORBIDDEN", "%s has as much power as you" % target)
    room.set_member(request.user.id, target, result)
    return {}


@route("POST", ROOM + "/kick")
async def kick(server, request, room_id):
    return await remove(server, request, room_id, "kick", "leave")


@route("POST", ROOM + "/ban")
async def ban(server, request, room_id):
    return await remove(server, request, room_id, "ban", "ban")


@route("POST", ROOM + "/unban")
async def unban(server, request, room_id):
    return await remove(server, request, room_id, "ban", "leave")


@route("GET", V3 + "/joined_rooms")
async def joined_rooms(server, request):
    return {"joined_rooms": [r.id for r in server.rooms.values()
                             if r.membership(request.user.id) == "join"]}


@route("GET", ROOM + "/joined_members")
async def joined_members(server, request, room_id):
    room = server.room(room_id)
    room.require_member(request.user.id)
    return {"joined": {m: {"display_name": room.content("m.room.member", m).get("displayname")}
                       for m in room.members("join")}}


@route("GET", ROOM + "/members")
async def members(server, request, room_id):
    room = server.room(room_id)
    room.require_reader(request.user.id)
    only, never = request.query.get("membership"), request.query.get("not_membership")
    return {"chunk": [e.form(room_id=True) for (kind, _), e in room.state.items()
                      if kind == "m.room.member" and only in (None, e.content["membership"])
                      and e.content["membership"] != never]}


@route("GET", ROOM + "/state")
async def whole_state(server, request, room_id):
    room = server.room(room_id)
    room.require_reader(request.user.id)
    return [e.form(request.device, room_id=True) for e in room.state.values()]


@route("GET", ROOM + "/state/{kind}")
@route("GET", ROOM + "/state/{kind}/")
@route("GET", ROOM + "/state/{kind}/{key}")
async def state(server, request, room_id, kind, key=""):
    room = server.room(room_id)
    room.require_reader(request.user.id)
    if (kind, key) not in room.state:
        raise MatrixError(404, "M_NOT_FOUND", "Event not found.")
    event = room.state[(kind, key)]
    return event.form() if request.query.get("format") == "event" else event.content


def bounded(body):
    if len(json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")) > EVENT_MAX - 500:
        raise MatrixError(413, "M_TOO_LARGE", "event too large")
    return body


@route("PUT", ROOM + "/state/{kind}")
@route("PUT", ROOM + "/state/{kind}/")
@route("PUT", ROOM + "/state/{kind}/{key}")
async def put_state(server, request, room_id, kind, key=""):
    room = server.room(room_id)
    event = room.post(request.user.id, kind, bounded(request.json()), key)
    return {"event_id": event.id}


def once(server, request, act):
    """Does it, unless this device has done it under this path before; what it then gave."""
    key = (request.device, request.path)
    if key not in server.transactions:
        event = act()
        event.device, event.txn = request.device, request.path.rpartition("/")[2]
        server.transactions[key] = event.id
    return {"event_id": server.transactions[key]}


@route("PUT", ROOM + "/send/{kind}/{txn}")
async def send(server, request, room_id, kind, txn):
    room = server.room(room_id)
    return once(server, request,
                lambda: room.post(request.user.id, kind, bounded(request.json())))


@route("PUT", ROOM + "/redact/{event_id}/{txn}")
async def redact(server, request, room_id, event_id, txn):
    room = server.room(room_id)
    return once(server, request,
                lambda: room.redact(request.user.id, event_id, request.json().get("reason")))


def tell(server, room, kind, content):
    room.ephemeral.append((server.advance(room.id), {"type": kind, "content": content}))
    server.wake(room)
    return {}


@route("PUT", ROOM + "/typing/{user_id}")
async def typing(server, request, room_id, user_id):
    room = server.room(room_id)
    room.require_member(request.user.id)
    before = set(room.typing)
    (room.typing.add if request.json().get("typing") else room.typing.discard)(request.user.id)
    if room.typing == before:
        return {}
    return tell(server, room, "m.typing", {"user_ids": sorted(room.typing)})


@route("POST", ROOM + "/receipt/{kind}/{event_id}")
async def receipt(server, request, room_id, kind, event_id):
    room = server.room(room_id)
    room.require_member(request.user.id)
    seen = {request.user.id: {"ts": int(time.time() * 1000)}}
    return tell(server, room, "m.receipt", {event_id: {kind: seen}})


@route("POST", ROOM + "/read_markers")
async def read_markers(server, request, room_id):
    room, body = server.room(room_id), request.json()
    room.require_member(request.user.id)
    if body.get("m.read"):
        seen = {request.user.id: {"ts": int(time.time() * 1000)}}
        tell(server, room, "m.receipt", {body["m.read"]: {"m.read": seen}})
    return {}


@route("POST", ROOM + "/upgrade")
async def upgrade(server, request, room_id):
    room, me = server.room(room_id), request.user.id
    room.require_power(me, room.needed_for("m.room.tombstone", True), "upgrade the room")
    version = int(request.json().get("new_version", server.settings["room_version"]))
    keep = [{"type": kind, "content": event.content} for (kind, key), event in room.state.items()
            if kind in ("m.room.name", "m.room.topic", "m.room.join_rules") and key == ""]
    new = build(server, me, {"initial_state": keep}, version,
                {"predecessor": {"room_id": room.id, "event_id": room.events[-1].id}})
    for alias, target in server.aliases.items():
        if target == room.id:
            server.aliases[alias] = new.id
    room.post(me, "m.room.tombstone", {"body": "This room has been replaced",
                                       "replacement_room": new.id}, "")
    return {"replacement_room": new.id}


@route("GET", V3 + "/directory/room/{alias}", auth=False)
async def directory(server, request, alias):
    return {"room_id": resolve(server, alias).id, "servers": [server.name]}


@route("PUT", V3 + "/directory/room/{alias}")
async def put_directory(server, request, alias):
    if alias in server.aliases:
        raise MatrixError(409, "M_UNKNOWN", "Room alias %s already exists." % alias)
    server.aliases[alias] = server.room(request.json().get("room_id")).id
    return {}
