/**
 * Goal: nothing but the operator's own page gets through the dashboard's door, and whoever stole a cookie can stop the
 * system and nothing else (RELIABILITY 5).
 * Method: the real server over real sockets; each attack is a request as the attacker's browser or program sends it.
 */
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ControlQuestion } from "../src/app/live/control-client.ts";
import { phrases } from "../src/dashboard/contract/acts.ts";
import { DashboardWorld } from "./dashboard-world.ts";
import { liveSession } from "./live-session.ts";

const live = liveSession();
const world = new DashboardWorld(live);
let cookie = "";
let ids = 0;
const newId = (): string => `command-${++ids}`;
const verbs = (): string[] => world.asked.map(({ verb }) => verb).filter((verb) => verb !== "note");
const notes = (): string[] =>
  world.asked.flatMap((asked: ControlQuestion) =>
    asked.verb === "note" ? [`${asked.what}: ${asked.reason}`] : [],
  );

beforeAll(async () => {
  await world.start();
  cookie = await world.login();
});
afterAll(() => world.stop());
beforeEach(() => {
  world.asked.length = 0;
  world.isExecuteSilent = false;
  // Past every lock and every limit of notes.
  world.monoMs += 120_000;
});

const READS = [
  "/",
  "/assets/app-a1b2c3d4.js",
  "/api/session",
  "/api/orders",
  "/api/stream",
  "/api/nothing",
  "/reports/a/report.html",
];

describe("another page in the operator's browser", () => {
  it.each(READS)("cannot reach %s by a name of its own (DNS rebinding)", async (path) => {
    for (const host of [
      "evil.example",
      `evil.example:${world.port}`,
      "127.0.0.1",
      `127.0.0.1.evil.example:${world.port}`,
    ]) {
      const said = await world.send(path, { headers: { cookie, host } });
      expect([host, said.status]).toEqual([host, 403]);
      expect(said.body).not.toContain("dtest");
    }
    const twice = await raw(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${world.port}\r\nHost: evil.example\r\n\r\n`,
    );
    expect(twice).toMatch(/^HTTP\/1\.1 40[03]/);
    expect((await world.send("/", { headers: { host: `localhost:${world.port}` } })).status).toBe(200);
  });

  it.each(["cross-site", "same-site"])("is not read to (%s), not even the stream", async (site) => {
    for (const path of READS) {
      const said = await world.send(path, { headers: { cookie, "sec-fetch-site": site } });
      expect([path, said.status]).toEqual([path, 403]);
    }
    const foreign = await world.send("/api/stream", { headers: { cookie, origin: "http://evil.example" } });
    expect(foreign.status).toBe(403);
    expect(world.hub.size).toBe(0);
  });

  const halt = () => JSON.stringify({ verb: "halt", id: newId(), reason: "csrf" });
  it.each<[string, Record<string, string>]>([
    ["a foreign origin", { origin: "http://evil.example" }],
    ["the origin of another port", { origin: "http://127.0.0.1:1" }],
    ["an origin of nobody", { origin: "null" }],
    ["a fetch from another site", { "sec-fetch-site": "cross-site" }],
    ["a form's content type", { "content-type": "text/plain" }],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["no header that a form cannot send", { "x-plimsoll": "" }],
  ])("cannot act with %s (CSRF)", async (_, headers) => {
    const said = await world.send("/api/act", {
      method: "POST",
      headers: { cookie, ...headers },
      body: halt(),
    });
    expect([403, 415]).toContain(said.status);
    expect(verbs()).toEqual([]);
  });

  it("cannot act by an address: no GET changes anything, other methods are not known", async () => {
    const body = halt();
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const json = { "content-type": "application/json", "content-length": String(body.length) };
      const headers = { cookie, origin: world.origin, "x-plimsoll": "1", ...(method === "GET" ? {} : json) };
      const said = await world.send("/api/act", { method, headers, ...(method === "GET" ? {} : { body }) });
      expect([404, 405]).toContain(said.status);
    }
    expect(verbs()).toEqual([]);
  });

  it("may say who it is as it likes: what a proxy would add is not read", async () => {
    const spoofed = {
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": `127.0.0.1:${world.port}`,
      "x-real-ip": "::1",
    };
    const said = await world.send("/api/orders", { headers: { ...spoofed, host: "evil.example" } });
    expect(said.status).toBe(403);
    // Neither does it open what a session opens, nor lift a lock.
    expect((await world.send("/api/orders", { headers: spoofed })).status).toBe(401);
    for (let n = 0; n < 5; n++) await login("x", { "x-forwarded-for": `10.0.0.${n}` });
    expect((await login(world.key, { "x-forwarded-for": "10.0.0.99" })).status).toBe(429);
  });

  it("cannot frame it, run in it, or keep what it showed", async () => {
    const { headers } = await world.send("/");
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    );
    for (const path of ["/", "/api/session", "/api/nothing"]) {
      const said = await world.send(path, { headers: { cookie } });
      expect(said.headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
      });
      expect(said.headers["access-control-allow-origin"]).toBeUndefined();
    }
    const asset = await world.send("/assets/app-a1b2c3d4.js", { headers: { "accept-encoding": "br" } });
    expect(asset.headers).toMatchObject({ "content-encoding": "br" });
    expect(asset.headers["cache-control"]).toMatch(/immutable/);
  });
});

const login = (key: string, headers: Record<string, string> = {}) =>
  world.send("/api/login", { method: "POST", headers, body: JSON.stringify({ key }) });

describe("whoever has no key", () => {
  it("gets one line and no figure, whatever is asked", async () => {
    for (const path of [
      "session",
      "equity",
      "orders",
      "orders/dtest-o1/chain",
      "why",
      "signals",
      "strategies",
      "risk",
      "research",
      "health",
      "errors",
      "alerts",
      "jobs",
      "audit",
      "stream",
    ])
      for (const token of [
        "",
        `plimsoll-${world.port}=`,
        `plimsoll-${world.port}=${"a".repeat(43)}`,
        `plimsoll-1=${cookie.split("=")[1]}`,
      ]) {
        const said = await world.send(`/api/${path}`, { headers: { cookie: token } });
        expect([path, said.status]).toEqual([path, 401]);
        expect(JSON.parse(said.body)).toEqual({
          kind: "refused",
          text: expect.stringMatching(/^Nobody is logged in/),
        });
      }
    expect((await world.act("", { verb: "halt", id: newId(), reason: "r" })).status).toBe(401);
    expect(verbs()).toEqual([]);
  });

  it("is slowed down and locked out after five tries a minute; who is in stays in", async () => {
    const before = world.monoMs;
    for (let n = 0; n < 5; n++) expect((await login(`wrong-${n}`)).status).toBe(401);
    expect(world.monoMs - before).toBe(250 + 500 + 1000 + 2000 + 2000);
    expect((await login(world.key)).status).toBe(429);
    expect((await world.send("/api/session", { headers: { cookie } })).status).toBe(200);
    world.monoMs += 60_000;
    expect((await login(world.key)).status).toBe(204);
    expect(notes().filter((note) => note.startsWith("login-refused"))).toHaveLength(6);
  });

  it("finds no key in any file that others may read, and none of a session's in any", () => {
    const place = join(world.root, "run");
    for (const name of ["dashboard.key", "dashboard-sessions.json"])
      expect(statSync(join(place, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(place, "dashboard-sessions.json"), "utf8")).not.toContain(cookie.split("=")[1]);
  });
});

describe("a session", () => {
  it("is a cookie that no script reads and no other site sends, of this port alone", async () => {
    const { headers } = await login(world.key);
    expect(headers["set-cookie"]?.[0]).toMatch(
      new RegExp(`^plimsoll-${world.port}=[\\w-]{43}; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict$`),
    );
  });

  it("outlives a restart of the server, and ends by logout for good", async () => {
    const own = await world.login();
    const token = own.split("=")[1];
    expect(world.newSessions().find(token)).toBeDefined();
    const out = await world.send("/api/logout", { method: "POST", headers: { cookie: own }, body: "{}" });
    expect(out.status).toBe(204);
    expect((await world.send("/api/session", { headers: { cookie: own } })).status).toBe(401);
    expect(world.newSessions().find(token)).toBeUndefined();
  });

  it("is not fresh after a quarter of an hour without an act, tightens all the same, and is over after twelve hours", async () => {
    const own = await world.login();
    const fresh = async () =>
      JSON.parse((await world.send("/api/session", { headers: { cookie: own } })).body) as {
        isFresh: boolean;
      };
    expect((await fresh()).isFresh).toBe(true);
    world.wallMs += 15 * 60_000 + 1;
    expect((await fresh()).isFresh).toBe(false);
    expect((await world.act(own, { verb: "pause", id: newId(), reason: "idle" })).status).toBe(200);
    expect((await fresh()).isFresh).toBe(true);
    world.wallMs += 12 * 3_600_000;
    expect((await world.send("/api/session", { headers: { cookie: own } })).status).toBe(401);
    cookie = await world.login();
  });

  it("that looks too often closes the oldest look", async () => {
    const open = () => connect(world.port, "127.0.0.1");
    const ended: number[] = [];
    const sockets = [0, 1, 2].map((n) => {
      const socket = open();
      socket.on("close", () => ended.push(n)).resume();
      socket.write(
        `GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1:${world.port}\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
      );
      return socket;
    });
    await expect.poll(() => ended.length).toBe(1);
    expect(world.hub.size).toBe(2);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => world.hub.size).toBe(0);
  });
});

describe("a stolen cookie", () => {
  it.each(["halt", "pause", "flatten"])("can %s", async (verb) => {
    expect((await world.act(cookie, { verb, id: newId(), reason: "stolen" })).status).toBe(200);
    expect(verbs()).toEqual([verb]);
  });

  it("cannot loosen: neither without the key, nor with a wrong one, nor without the phrase", async () => {
    const strategy = "reference_ema_cross";
    for (const [verb, more] of [
      ["resume", {}],
      ["enable", { strategy }],
    ] as const) {
      const words = { verb, id: newId(), reason: "stolen", ...more };
      const phrase = phrases[verb];
      expect((await world.act(cookie, words)).status).toBe(400);
      expect((await world.act(cookie, { ...words, key: "", phrase })).status).toBe(401);
      expect((await world.act(cookie, { ...words, key: "x".repeat(43), phrase })).status).toBe(401);
      expect((await world.act(cookie, { ...words, key: world.key, phrase: "yes" })).status).toBe(400);
    }
    expect(verbs()).toEqual([]);
    for (const verb of ["resume", "enable"]) {
      expect(notes()).toContain(`request-refused: ${verb}: another phrase`);
      expect(notes()).toContain(`key-refused: ${verb}: wrong key`);
    }
    // The same words with the key: only the gate may still say no.
    const said = await world.act(cookie, {
      verb: "enable",
      strategy,
      id: newId(),
      reason: "mine",
      key: world.key,
      phrase: phrases.enable,
    });
    expect([said.status, verbs()]).toEqual([200, ["enable"]]);
  });

  it("cannot loosen a limit by tightening it the wrong way", async () => {
    const key = "risk.position_size.maxFraction";
    const said = await world.act(cookie, {
      verb: "override",
      key,
      value: 0.9,
      forSeconds: 60,
      id: newId(),
      reason: "r",
    });
    expect(said.status).toBe(409);
    expect(said.body).toContain("must be below 0.05");
  });
});

describe("a command", () => {
  it("is one command however often it is sent, also when the clicks overlap", async () => {
    const pause = { verb: "pause", id: newId(), reason: "twice" };
    const [first, second] = await Promise.all([world.act(cookie, pause), world.act(cookie, pause)]);
    const third = await world.act(cookie, pause);
    expect([first?.body, second?.body]).toEqual([third.body, third.body]);
    expect(verbs()).toEqual(["pause"]);
    const other = await world.act(cookie, { ...pause, verb: "halt" });
    expect([other.status, verbs()]).toEqual([409, ["pause"]]);
  });

  it("halts within a second when execute says nothing, and says how", async () => {
    world.isExecuteSilent = true;
    const began = world.monoMs;
    const said = await world.act(cookie, { verb: "halt", id: newId(), reason: "it hangs" });
    expect(world.monoMs - began).toBeLessThanOrEqual(1000);
    expect(said.status).toBe(200);
    const file = join(world.killSwitch, "HALT");
    expect(JSON.parse(said.body)).toMatchObject({ kind: "accepted", text: expect.stringContaining(file) });
    expect(readFileSync(file, "utf8")).toMatch(/dashboard:tester: it hangs\n$/);
    const paused = await world.act(cookie, { verb: "pause", id: newId(), reason: "it hangs" });
    expect([paused.status, paused.body]).toEqual([503, expect.stringContaining("does not answer")]);
  });

  it("is written down where execute cannot take it, in a chain", async () => {
    world.isExecuteSilent = true;
    await world.send("/api/logout", { method: "POST", headers: { cookie: await world.login() }, body: "{}" });
    const lines = () =>
      readFileSync(join(world.root, "logs", "dashboard-audit.jsonl"), "utf8")
        .trim()
        .split("\n");
    await expect.poll(() => lines().some((line) => line.includes('"what":"logout"'))).toBe(true);
    const hashes = lines().map((line) => (JSON.parse(line) as { readonly hash: string }).hash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it.each<[string, object]>([
    ["a reason with a line of its own", { reason: "x\r\n2026-11-18 root: all is well" }],
    ["a reason that moves the cursor", { reason: "\u001b[2J" }],
    ["no reason", { reason: "" }],
    ["an id that is a path", { id: "../../../etc" }],
    ["something unknown", { more: 1 }],
    ["a prototype", { verb: "__proto__" }],
  ])("with %s is refused in one line (log injection)", async (_, more) => {
    const said = await world.act(cookie, { verb: "pause", id: newId(), reason: "r", ...more });
    expect(said.status).toBe(400);
    expect(JSON.parse(said.body).text).toMatch(/^[^\r\n]{1,300}$/);
    expect(verbs()).toEqual([]);
  });

  it("of what nobody here does yet is answered honestly", async () => {
    for (const act of [
      { verb: "test-alerts" },
      { verb: "run-task", task: "daily" },
      { verb: "resolve-error", error: 1 },
      { verb: "resolve-errors", errors: [1, 2], group: "execute: late" },
    ])
      expect((await world.act(cookie, { ...act, id: newId(), reason: "r" })).status).toBe(503);
  });
});

describe("a request", () => {
  it("that is too large is not read to its end", async () => {
    const body = JSON.stringify({ verb: "pause", id: newId(), reason: "x".repeat(20_000) });
    const said = await world.send("/api/act", { method: "POST", headers: { cookie }, body });
    expect([said.status, JSON.parse(said.body).text]).toEqual([413, "The request is larger than 16 KiB."]);
    const headers = await raw(
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${world.port}\r\nX-Long: ${"x".repeat(20_000)}\r\n\r\n`,
    );
    expect(headers).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect((await world.send("/")).status).toBe(200);
  });

  it("that is no HTTP, no JSON or no page is answered without internals", async () => {
    expect(await raw("SSH-2.0-nmap\r\n\r\n")).toMatch(/^HTTP\/1\.1 400/);
    for (const body of ["{", "[]", "null", '{"__proto__":{"a":1}}', '"'.repeat(9)]) {
      const said = await world.send("/api/act", { method: "POST", headers: { cookie }, body });
      expect(said.status).toBe(400);
      expect(said.body).not.toMatch(/node_modules|\.ts|at \w+|SyntaxError|Unexpected/);
    }
    for (const query of ["?from=-1", "?limit=100000", "?symbol=", "?a=b", "?from=1&from=2", "?state=%00"]) {
      const said = await world.send(`/api/orders${query}`, { headers: { cookie } });
      expect([query, said.status === 400 || said.status === 200]).toEqual([query, true]);
      expect(said.body).not.toMatch(/SELECT|sqlite/i);
    }
    expect((await world.send("/api/orders?symbol=%27%20OR%201=1--", { headers: { cookie } })).body).toContain(
      '"total":0',
    );
  });

  it("with markup in it, or asking for it, gets text that no browser takes for a page", async () => {
    const hostile = "<img src=x onerror=alert(1)>";
    for (const path of [
      `why?symbol=${encodeURIComponent(hostile)}`,
      "orders?limit=5",
      "signals?limit=5",
      "audit",
    ]) {
      const { headers, status, body } = await world.send(`/api/${path}`, { headers: { cookie } });
      expect([path, status]).toEqual([path, 200]);
      expect(headers["content-type"]).toMatch(/^application\/json/);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(() => JSON.parse(body) as unknown).not.toThrow();
    }
    const said = await world.act(cookie, { verb: "pause", id: newId(), reason: hostile });
    expect([said.status, said.body.includes("<img")]).toEqual([200, false]);
  });

  it("leads out of no folder, and through no link", async () => {
    const outside = join(world.root, "secret.html");
    writeFileSync(outside, "secret");
    const reports = join(world.root, "reports");
    mkdirSync(join(reports, "good"), { recursive: true });
    mkdirSync(join(reports, "linked"), { recursive: true });
    writeFileSync(join(reports, "good", "report.html"), "<p>figures</p>");
    symlinkSync(outside, join(reports, "linked", "report.html"));
    symlinkSync(join(reports, "good"), join(reports, "alias"));
    const good = await world.send("/reports/good/report.html", { headers: { cookie } });
    expect([good.status, good.body]).toEqual([200, "<p>figures</p>"]);
    expect(good.headers["content-security-policy"]).toMatch(/default-src 'none';.*sandbox allow-scripts;/);
    expect((await world.send("/reports/good/report.html")).status).toBe(401);
    for (const path of [
      "/reports/linked/report.html",
      "/reports/alias/report.html",
      "/reports/../secret.html",
      "/reports/%2e%2e/report.html",
      "/reports/..%2fgood/report.html",
      "/%2e%2e/secret.html",
      "/../run/dashboard.key",
      "/assets/../../run/dashboard.key",
      "/assets%2f..%2f..%2frun%2fdashboard.key",
    ]) {
      const said = await world.send(path, { headers: { cookie } });
      expect([path, said.status]).toEqual([path, 404]);
      expect(said.body).not.toContain("secret");
    }
  });
});

/** What a program writes by hand. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(world.port, "127.0.0.1", () => socket.write(text));
    let said = "";
    socket.on("data", (piece) => {
      said += piece.toString();
      socket.end();
    });
    socket.on("close", () => resolve(said));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" ? resolve(said) : reject(error),
    );
  });
}
