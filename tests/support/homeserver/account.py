"""Finding the server, logging in, and what a user keeps there."""
import asyncio

from homeserver.routes import MatrixError, route

V3 = "/_matrix/client/v3"


@route("GET", "/_matrix/client/versions", auth=False)
async def versions(server, request):
    return {"versions": ["v1.%d" % minor for minor in range(1, 13)], "unstable_features": {}}


@route("GET", "/.well-known/matrix/client", auth=False)
async def well_known(server, request):
    if not server.settings["well_known"]:
        raise MatrixError(404, "M_NOT_FOUND", "not here")
    return {"m.homeserver": {"base_url": server.settings["base_url"] or server.url + "/"}}


@route("GET", V3 + "/login", auth=False)
async def flows(server, request):
    return {"flows": [{"type": "m.login.password"}]}


@route("POST", V3 + "/login", auth=False)
async def login(server, request):
    body = request.json()
    if body.get("type") != "m.login.password":
        raise MatrixError(400, "M_UNKNOWN", "Unknown login type")
    name = (body.get("identifier") or {}).get("user") or body.get("user") or ""
    user = server.users.get(server.full_id(name))
    if user is None or user.password is None or user.password != body.get("password"):
        raise MatrixError(403, "M_FORBIDDEN", "Invalid username or password")
    answer = server.issue(user, body.get("device_id"), body.get("refresh_token") is True)
    user.devices[answer["device_id"]].name = body.get("initial_device_display_name", "")
    return dict(answer, well_known={"m.homeserver": {"base_url": server.url + "/"}})


@route("POST", V3 + "/register", auth=False)
async def register(server, request):
    body = request.json()
    if (body.get("auth") or {}).get("type") != "m.login.dummy":
        raise MatrixError(401, "M_FORBIDDEN", "say m.login.dummy", session="dummy",
                          flows=[{"stages": ["m.login.dummy"]}], params={}, completed=[])
    user = server.make_user(body.get("username", ""), body.get("password"))
    return server.issue(user, body.get("device_id"), body.get("refresh_token") is True)


@route("POST", V3 + "/refresh", auth=False)
async def refresh(server, request):
    answer = server.renew(request.json().get("refresh_token"))
    return {k: v for k, v in answer.items() if "token" in k or k == "expires_in_ms"}


@route("GET", V3 + "/account/whoami")
async def whoami(server, request):
    return {"user_id": request.user.id, "device_id": request.device.id, "is_guest": False}


@route("POST", V3 + "/logout")
async def logout(server, request):
    server.end_tokens(request.device, refresh=True)
    del request.user.devices[request.device.id]
    return {}


@route("POST", V3 + "/logout/all")
async def logout_all(server, request):
    for device in list(request.user.devices.values()):
        server.end_tokens(device, refresh=True)
    request.user.devices.clear()
    return {}


def own(request, user_id):
    if request.user.id != user_id:
        raise MatrixError(403, "M_FORBIDDEN", "that is somebody else's")
    return request.user


@route("POST", V3 + "/user/{user_id}/filter")
async def put_filter(server, request, user_id):
    filters = own(request, user_id).filters
    filters.append(request.json())
    return {"filter_id": str(len(filters) - 1)}


@route("GET", V3 + "/user/{user_id}/filter/{number}")
async def get_filter(server, request, user_id, number):
    filters = own(request, user_id).filters
    if not number.isdigit() or int(number) >= len(filters):
        raise MatrixError(404, "M_NOT_FOUND", "No such filter")
    return filters[int(number)]


def keep_account_data(server, user, room_id, kind, content):
    user.account_data[(room_id, kind)] = (server.advance(room_id or user.id), content)
    user.news.set()
    return {}


def account_data(user, room_id, kind):
    if (room_id, kind) not in user.account_data:
        raise MatrixError(404, "M_NOT_FOUND", "Account data not found")
    return user.account_data[(room_id, kind)][1]


@route("PUT", V3 + "/user/{user_id}/account_data/{kind}")
async def put_account_data(server, request, user_id, kind):
    return keep_account_data(server, own(request, user_id), "", kind, request.json())


@route("GET", V3 + "/user/{user_id}/account_data/{kind}")
async def get_account_data(server, request, user_id, kind):
    return account_data(own(request, user_id), "", kind)


@route("PUT", V3 + "/user/{user_id}/rooms/{room_id}/account_data/{kind}")
async def put_room_data(server, request, user_id, room_id, kind):
    return keep_account_data(server, own(request, user_id), room_id, kind, request.json())


@route("GET", V3 + "/user/{user_id}/rooms/{room_id}/account_data/{kind}")
async def get_room_data(server, request, user_id, room_id, kind):
    return account_data(own(request, user_id), room_id, kind)


@route("GET", V3 + "/profile/{user_id}", auth=False)
async def profile(server, request, user_id):
    user = server.user(user_id)
    shown = {"displayname": user.displayname, "avatar_url": user.avatar_url}
    return {k: v for k, v in shown.items() if v}


@route("GET", V3 + "/profile/{user_id}/displayname", auth=False)
async def displayname(server, request, user_id):
    name = server.user(user_id).displayname
    return {"displayname": name} if name else {}


@route("PUT", V3 + "/profile/{user_id}/displayname")
async def put_displayname(server, request, user_id):
    user = own(request, user_id)
    user.displayname = request.json().get("displayname")
    for room in server.rooms.values():
        if room.membership(user_id) == "join":
            room.set_member(user_id, user_id, "join")
    return {}


@route("GET", V3 + "/devices")
async def devices(server, request):
    return {"devices": [{"device_id": d.id, "display_name": d.name}
                        for d in request.user.devices.values()]}


@route("GET", V3 + "/devices/{device_id}")
async def device(server, request, device_id):
    if device_id not in request.user.devices:
        raise MatrixError(404, "M_NOT_FOUND", "no such device")
    return {"device_id": device_id, "display_name": request.user.devices[device_id].name}


@route("PUT", V3 + "/devices/{device_id}")
async def put_device(server, request, device_id):
    if device_id not in request.user.devices:
        raise MatrixError(404, "M_NOT_FOUND", "no such device")
    request.user.devices[device_id].name = request.json().get("display_name", "")
    return {}


@route("GET", V3 + "/capabilities")
async def capabilities(server, request):
    versions_known = {str(v): "stable" for v in range(1, 13)}
    return {"capabilities": {"m.room_versions": {
        "default": str(server.settings["room_version"]), "available": versions_known}}}


# What clients ask for on their way and can do without.

@route("GET", V3 + "/pushrules/")
async def pushrules(server, request):
    return {"global": {k: [] for k in ("override", "content", "room", "sender", "underride")}}


@route("PUT", V3 + "/presence/{user_id}/status")
async def presence(server, request, user_id):
    return {}


@route("POST", V3 + "/keys/upload")
async def keys_upload(server, request):
    return {"one_time_key_counts": {}}


@route("POST", V3 + "/keys/query")
async def keys_query(server, request):
    return {"device_keys": {}, "failures": {}}


@route("PUT", V3 + "/sendToDevice/{kind}/{txn}")
async def send_to_device(server, request, kind, txn):
    await asyncio.sleep(0)
    return {}
