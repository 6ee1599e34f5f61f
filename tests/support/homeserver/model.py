"""Users, devices and tokens, and the stream of all that happened."""
import asyncio
import base64
import hashlib
import secrets
import time

from homeserver.faults import Faults
from homeserver.room import Room
from homeserver.routes import MatrixError

REQUESTS_KEPT = 20000


class Device:
    def __init__(self, user, device_id):
        self.user, self.id = user, device_id
        self.refresh = None
        self.name = ""


class Token:
    def __init__(self, device, expires):
        self.device, self.expires = device, expires  # monotonic seconds or None


class User:
    def __init__(self, user_id, password):
        self.id, self.password = user_id, password
        self.displayname = user_id[1:].partition(":")[0]
        self.avatar_url = None
        self.devices = {}
        self.filters = []
        self.account_data = {}  # (room id or "", type) -> (pos, content)
        self.forgotten = set()
        self.news = asyncio.Event()


class Server:
    def __init__(self, name="fake.test"):
        self.name = name
        self.url = ""
        self.users, self.rooms, self.aliases = {}, {}, {}
        self.tokens, self.dead = {}, {}  # token -> Token; token -> soft_logout
        self.refresh = {}  # refresh token -> Device
        self.stream = []  # place p - 1: the room id or user id that the change p belongs to
        self.transactions, self.first_answers = {}, {}
        self.media = {}
        self.raw = []
        self.settings = {"room_version": 11, "token_lifetime_ms": None, "oauth": False,
                         "encryption_by_default": False, "base_url": None, "media_max": 50 << 20,
                         "well_known": True, "legacy_media": True}
        self.oauth = {}
        self.requests, self.asked = [], 0
        self.faults = Faults(self.who)
        self.salt = secrets.token_hex(8)
        self.serial = 0

    # Users and tokens.

    def full_id(self, name):
        return name if name.startswith("@") else "@%s:%s" % (name.lower(), self.name)

    def make_user(self, name, password=None):
        user_id = self.full_id(name)
        if user_id in self.users:
            raise MatrixError(400, "M_USER_IN_USE", "User ID already taken.")
        self.users[user_id] = User(user_id, password)
        return self.users[user_id]

    def user(self, user_id):
        if user_id not in self.users:
            raise MatrixError(404, "M_NOT_FOUND", "no such user")
        return self.users[user_id]

    def issue(self, user, device_id=None, refresh=False, lifetime_ms=None):
        """A login of a device: what /login answers. Older tokens of the device end."""
        device_id = device_id or "D" + secrets.token_hex(5).upper()
        device = user.devices.setdefault(device_id, Device(user, device_id))
        self.end_tokens(device)
        return self._fresh(device, refresh, lifetime_ms)

    def _fresh(self, device, refresh, lifetime_ms=None):
        token = "syt_" + secrets.token_urlsafe(18)
        answer = {"user_id": device.user.id, "access_token": token, "device_id": device.id,
                  "home_server": self.name}
        lifetime = lifetime_ms or self.settings["token_lifetime_ms"]
        expires = time.monotonic() + lifetime / 1000 if refresh and lifetime else None
        if refresh:
            device.refresh = answer["refresh_token"] = "syr_" + secrets.token_urlsafe(18)
            self.refresh[device.refresh] = device
            if lifetime:
                answer["expires_in_ms"] = lifetime
        self.tokens[token] = Token(device, expires)
        return answer

    def renew(self, refresh_token):
        """A refresh token is good once; the tokens before it end."""
        device = self.refresh.pop(refresh_token, None)
        if device is None:
            raise MatrixError(401, "M_UNKNOWN_TOKEN", "unknown refresh token")
        self.end_tokens(device, soft=True)
        return self._fresh(device, True)

    def end_tokens(self, device, soft=False, refresh=False):
        """The access tokens of a device end; if asked its refresh token, too."""
        for token in [t for t, kept in self.tokens.items() if kept.device is device]:
            del self.tokens[token]
            self.dead[token] = soft
        if refresh:
            self.refresh.pop(device.refresh, None)
        device.user.news.set()

    def who(self, token):
        found = self.tokens.get(token)
        return found.device.user.id if found else None

    def authenticate(self, request, must):
        token = request.token()
        if token is None:
            raise MatrixError(401, "M_MISSING_TOKEN", "Missing access token")
        found = self.tokens.get(token)
        if found and found.expires and found.expires < time.monotonic():
            del self.tokens[token]
            self.dead[token], found = True, None
        if found:
            request.user, request.device = found.device.user, found.device
        elif must:
            raise MatrixError(401, "M_UNKNOWN_TOKEN", "Unrecognised access token",
                              soft_logout=self.dead.get(token, False))

    # Rooms and the stream.

    def new_id(self, sigil):
        self.serial += 1
        digest = hashlib.sha256(("%s %d" % (self.salt, self.serial)).encode()).digest()
        return sigil + base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def make_room(self, creator, version):
        room_id = self.new_id("!") if version >= 12 else \
            "%s:%s" % (self.new_id("!")[:19], self.name)
        self.rooms[room_id] = Room(self, room_id, version, creator)
        return self.rooms[room_id]

    def room(self, room_id):
        if room_id not in self.rooms:
            raise MatrixError(404, "M_NOT_FOUND", "Unknown room " + room_id)
        return self.rooms[room_id]

    def stamp(self, event):
        event.id = event.id or self.new_id("$")
        event.pos = self.advance(event.room.id)

    def advance(self, what):
        """The next place in the stream, which is about a room or a user."""
        self.stream.append(what)
        return len(self.stream)

    def wake(self, room):
        for user_id in room.members("join", "invite", "knock"):
            self.wake_user(user_id)

    def wake_user(self, user_id):
        if user_id in self.users:
            self.users[user_id].news.set()

    # For the test.

    def keep_raw(self, text):
        """A mark that becomes this text, which need not be JSON, in what goes out."""
        self.raw.append(text)
        return "@@raw:%d@@" % (len(self.raw) - 1)

    def raw_events(self, text):
        for number, raw in enumerate(self.raw) if "@@raw:" in text else ():
            text = text.replace('"@@raw:%d@@"' % number, raw)
        return text

    def note(self, request, reply):
        if request.path.startswith("/_fake/"):
            return
        self.asked += 1
        if len(self.requests) < REQUESTS_KEPT:
            self.requests.append({"method": request.method, "path": request.path,
                                  "query": request.query, "status": reply.status, "at": time.time(),
                                  "user": self.who(request.token())})
