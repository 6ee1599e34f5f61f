"""The newer OAuth service: found by auth_metadata, entered by the device grant (RFC 8628).

Off until the test says so (`settings {"oauth": true}`); /_fake/approve does what a person with a
browser would.
"""
import secrets
from urllib.parse import parse_qs

from homeserver.routes import MatrixError, Reply, route

DEVICE_SCOPE = "urn:matrix:client:device:"


def _refused(code, status=400):
    return Reply({"error": code, "error_description": "the grant is not good: " + code}, status)


def _form(request):
    return {k: v[0] for k, v in parse_qs(request.body.decode("utf-8", "replace")).items()}


def _only_if_on(server):
    if not server.settings["oauth"]:
        raise MatrixError(404, "M_UNRECOGNIZED", "no OAuth here")


@route("GET", "/_matrix/client/v1/auth_metadata", auth=False)
async def metadata(server, request):
    _only_if_on(server)
    base = server.url + "/oauth2/"
    return {"issuer": server.url + "/", "authorization_endpoint": base + "authorize",
            "token_endpoint": base + "token", "registration_endpoint": base + "registration",
            "revocation_endpoint": base + "revoke",
            "device_authorization_endpoint": base + "device",
            "response_types_supported": ["code"], "response_modes_supported": ["query"],
            "grant_types_supported": ["refresh_token",
                                      "urn:ietf:params:oauth:grant-type:device_code"],
            "code_challenge_methods_supported": ["S256"]}


@route("POST", "/oauth2/registration", auth=False)
async def registration(server, request):
    _only_if_on(server)
    body = request.json()
    if not body.get("client_uri") or not body.get("client_name"):
        return _refused("invalid_client_metadata")
    return Reply(dict(body, client_id="c" + secrets.token_hex(6)), 201)


@route("POST", "/oauth2/device", auth=False)
async def device(server, request):
    _only_if_on(server)
    form = _form(request)
    scopes = form.get("scope", "").split()
    device_ids = [s[len(DEVICE_SCOPE):] for s in scopes if s.startswith(DEVICE_SCOPE)]
    if not form.get("client_id") or len(device_ids) != 1:
        return _refused("invalid_scope")
    code, shown = secrets.token_urlsafe(16), secrets.token_hex(3).upper()
    server.oauth[code] = {"user_code": shown, "device_id": device_ids[0], "user": None,
                          "client_id": form["client_id"]}
    return {"device_code": code, "user_code": shown, "verification_uri": server.url + "/link",
            "verification_uri_complete": server.url + "/link?code=" + shown,
            "expires_in": 1200, "interval": 1}


@route("POST", "/oauth2/token", auth=False)
async def token(server, request):
    _only_if_on(server)
    form = _form(request)
    if form.get("grant_type") == "refresh_token":
        try:
            return _answer(server, server.renew(form.get("refresh_token")))
        except MatrixError:
            return _refused("invalid_grant")
    grant = server.oauth.get(form.get("device_code"))
    if grant is None or grant["client_id"] != form.get("client_id"):
        return _refused("invalid_grant")
    if grant["user"] is None:
        return _refused("authorization_pending")
    if grant["user"] is False:
        return _refused("access_denied")
    del server.oauth[form["device_code"]]
    return _answer(server, server.issue(server.user(grant["user"]), grant["device_id"], True))


def _answer(server, issued):
    found = {"access_token": issued["access_token"], "refresh_token": issued["refresh_token"],
             "token_type": "Bearer",
             "scope": "urn:matrix:client:api:* " + DEVICE_SCOPE + issued["device_id"]}
    if "expires_in_ms" in issued:
        found["expires_in"] = issued["expires_in_ms"] // 1000
    return found


@route("POST", "/oauth2/revoke", auth=False)
async def revoke(server, request):
    _only_if_on(server)
    given = _form(request).get("token")
    if given in server.tokens:
        server.end_tokens(server.tokens[given].device, refresh=True)
    return {}


@route("POST", "/_fake/approve", auth=False)
async def approve(server, request):
    """{user_code, user}: a person logs in at the link; user false: refuses."""
    body = request.json()
    for grant in server.oauth.values():
        if grant["user_code"] == body.get("user_code"):
            grant["user"] = server.full_id(body["user"]) if body.get("user") else False
            return {}
    raise MatrixError(404, "M_NOT_FOUND", "no such user code")
