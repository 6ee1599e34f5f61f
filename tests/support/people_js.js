// People through matrix-js-sdk, driven by JSON lines as people_nio.py says.
// usage: node people_js.js FILE_OF_THE_SDK
"use strict";
const readline = require("readline");

for (const name of ["log", "info", "debug", "warn", "trace"])  // standard output is the test's
    console[name] = (...words) => process.stderr.write(words.map(String).join(" ") + "\n");
const sdk = require(process.argv[2]);

const clients = {};
const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");

// What a server that says "too fast" asks for: the same once more, later.
async function patiently(act) {
    for (;;) {
        try {
            return await act();
        } catch (error) {
            if (error.errcode !== "M_LIMIT_EXCEEDED")
                throw error;
            const wait = (error.data && error.data.retry_after_ms) || 1000;
            await new Promise((done) => setTimeout(done, wait));
        }
    }
}

function follow(who, client) {
    client.on("event", (event) => {
        if (event.getId() && event.getRoomId())
            tell({who, room: event.getRoomId(), event: event.event});
    });
    client.on("Room.myMembership", (room, membership) => {
        if (membership === "invite")
            tell({who, invited: room.roomId, by: room.getDMInviter() || null});
    });
    client.on("sync", (state, _, data) => {
        if (state === "ERROR")
            tell({who, trouble: String(data && data.error)});
    });
}

const deeds = {
    async login(_, ask) {
        const start = {baseUrl: ask.url, userId: ask.user_id, deviceId: ask.device_id};
        let token = ask.token;
        if (ask.password !== undefined) {
            const found = await sdk.createClient({baseUrl: ask.url})
                .loginWithPassword(ask.user_id, ask.password);
            token = found.access_token;
            start.deviceId = found.device_id;
        }
        const client = sdk.createClient({...start, accessToken: token});
        clients[ask.who] = client;
        follow(ask.who, client);
        await client.startClient({initialSyncLimit: 100});
        return {device_id: start.deviceId};
    },
    async create(client, ask) {
        const found = await patiently(() => client.createRoom({
            name: ask.name, invite: ask.invite || [], is_direct: ask.direct || false,
            preset: ask.preset || "private_chat"}));
        return {room_id: found.room_id};
    },
    async join(client, ask) {
        return {room_id: (await patiently(() => client.joinRoom(ask.room))).roomId};
    },
    async invite(client, ask) {
        await patiently(() => client.invite(ask.room, ask.user));
        return {};
    },
    async leave(client, ask) {
        await patiently(() => client.leave(ask.room));
        return {};
    },
    async send(client, ask) {
        const txn = client.makeTxnId();
        const found = await patiently(
            () => client.sendEvent(ask.room, ask.type, ask.content, txn));
        return {event_id: found.event_id};
    },
    async redact(client, ask) {
        const found = await patiently(() => client.redactEvent(ask.room, ask.event_id));
        return {event_id: found.event_id};
    },
    async upload(client, ask) {
        const found = await client.uploadContent(Buffer.from(ask.text),
            {name: ask.name, type: ask.mime});
        return {uri: found.content_uri};
    },
    async messages(client, ask) {
        const found = await client.createMessagesRequest(ask.room, ask.from || null,
            ask.limit || 10, "b");
        return {events: found.chunk, end: found.end || null};
    },
    async relations(client, ask) {
        const events = [];
        let from = null;
        do {
            const found = await client.fetchRelations(ask.room, ask.event_id, null, null,
                from ? {from} : {});
            events.push(...found.chunk);
            from = found.next_batch;
        } while (from);
        return {events};
    },
    async displayname(client, ask) {
        await client.setDisplayName(ask.name);
        return {};
    },
};

async function obey(line) {
    const ask = JSON.parse(line);
    try {
        tell({id: ask.id, ok: await deeds[ask.do](clients[ask.who], ask)});
    } catch (error) {
        tell({id: ask.id, error: String(error)});
    }
}

readline.createInterface({input: process.stdin}).on("line", obey).on("close", () => {
    for (const client of Object.values(clients))
        client.stopClient();
    process.exit(0);
});
