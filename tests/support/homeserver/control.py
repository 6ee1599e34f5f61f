"""What a test does to the server and asks of it: POST /_fake/NAME with a JSON object.

user      {name, password, displayname, device_id, refresh, lifetime_ms}: made if new; gives a login
fault     {kind, ...}: see faults.py; gives {id}
clear     {id}: takes a fault away, all if there is no id
faults    how often each has struck
settings  {name: value}: see Server.settings in model.py; gives all
tokens    {user, soft_logout, refresh}: the access tokens end; with `refresh` the refresh tokens too
forget    the transaction ids
inject    {room_id, event, late, raw}: an event as it is, malformed or `late` by so many places in
          the room; `raw` is text that need not even be JSON
pages     {room_id, empty}: so many pages of /messages come empty
room      {room_id}: all events in order, whole and unredacted ones too, and the members
rooms     the ids, names and members of all rooms
requests  {path}: what was asked so far by paths that have the pattern, and how it was answered
user_data {user}: account data of a user
approve   see oauth.py
"""
import re

from homeserver.room import Event
from homeserver.routes import MatrixError, route


@route("POST", "/_fake/user", auth=False)
async def user(server, request):
    body = request.json()
    found = server.users.get(server.full_id(body["name"]))
    if found is None:
        found = server.make_user(body["name"], body.get("password"))
    if "displayname" in body:
        found.displayname = body["displayname"]
    return server.issue(found, body.get("device_id"), bool(body.get("refresh")),
                        body.get("lifetime_ms"))


@route("POST", "/_fake/fault", auth=False)
async def fault(server, request):
    try:
        return {"id": server.faults.add(request.json())}
    except (ValueError, re.error) as error:
        raise MatrixError(400, "M_INVALID_PARAM", str(error))


@route("POST", "/_fake/clear", auth=False)
async def clear(server, request):
    server.faults.clear(request.json().get("id"))
    return {}


@route("POST", "/_fake/faults", auth=False)
async def faults(server, request):
    return {"faults": [dict(f.rule, id=f.number, hits=f.hits, left=f.left)
                       for f in server.faults.rules]}


@route("POST", "/_fake/settings", auth=False)
async def settings(server, request):
    body = request.json()
    unknown = set(body) - set(server.settings)
    if unknown:
        raise MatrixError(400, "M_INVALID_PARAM", "no such setting: " + ", ".join(unknown))
    server.settings.update(body)
    return server.settings


@route("POST", "/_fake/tokens", auth=False)
async def tokens(server, request):
    body = request.json()
    for device in server.user(server.full_id(body["user"])).devices.values():
        server.end_tokens(device, body.get("soft_logout", False), body.get("refresh", False))
    return {}


@route("POST", "/_fake/forget", auth=False)
async def forget(server, request):
    server.transactions.clear()
    return {}


@route("POST", "/_fake/inject", auth=False)
async def inject(server, request):
    body = request.json()
    room = server.room(body["room_id"])
    given = body.get("event", {})
    event = Event(room, given.get("type"), given.get("sender"), given.get("content", {}),
                  given.get("state_key"), given.get("redacts"))
    event.id = given.get("event_id") or server.new_id("$")
    late = body.get("late")
    if "raw" in body:
        event.raw = server.keep_raw(body["raw"].replace("EVENT_ID", event.id))
    elif not {"type", "sender"} <= set(given) or not isinstance(event.type, str):
        event.raw = given
    if isinstance(given.get("origin_server_ts"), int):
        event.ts = given["origin_server_ts"]
    room.add(event, max(1, room.depth - late) if late else None)
    return {"event_id": event.id}


@route("POST", "/_fake/pages", auth=False)
async def pages(server, request):
    body = request.json()
    server.room(body["room_id"]).empty_pages = body.get("empty", 1)
    return {}


@route("POST", "/_fake/room", auth=False)
async def room(server, request):
    found = server.room(request.json()["room_id"])
    return {"events": [e.form(whole=True) for e in found.events], "typing": sorted(found.typing),
            "receipts": [e["content"] for _, e in found.ephemeral if e["type"] == "m.receipt"],
            "members": {m: found.membership(m) for m in found.members(
                "join", "invite", "knock", "leave", "ban")}}


@route("POST", "/_fake/rooms", auth=False)
async def rooms(server, request):
    return {"rooms": [{"room_id": r.id, "name": r.content("m.room.name").get("name"),
                       "joined": r.members("join"), "invited": r.members("invite")}
                      for r in server.rooms.values()]}


@route("POST", "/_fake/requests", auth=False)
async def requests(server, request):
    wanted = re.compile(request.json().get("path", ""))
    return {"requests": [r for r in server.requests if wanted.search(r["path"])]}


@route("POST", "/_fake/user_data", auth=False)
async def user_data(server, request):
    found = server.user(server.full_id(request.json()["user"]))
    return {kind: content for (where, kind), (_, content) in found.account_data.items()
            if where == ""}
