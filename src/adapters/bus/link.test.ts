/**
 * Goal: two processes of one build, configuration and run find each other and nobody else (C-55); what one sends while
 * the other hangs is bounded, and arrives whole once it goes on (ADR 0006). Method: real sockets, real processes, SIGSTOP.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import type { Clock } from "../net/ports.ts";
import type { Hello, Link, LinkTerms } from "./bus-terms.ts";
import { encodeFrame } from "./frame-codec.ts";
import { LinkClient } from "./link-client.ts";
import { HELLO_KIND, helloText } from "./link-frames.ts";
import { type LinkServer, serveLinks } from "./link-server.ts";

const clock: Clock = {
  now: () => performance.now(),
  timer(afterMs, fire) {
    const handle = setTimeout(fire, afterMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

let folder: string;
let path: string;
const open: { close(): unknown }[] = [];
beforeEach(() => {
  folder = scratchFolder("plimsoll-bus-");
  path = join(folder, "run", "bus.sock");
});
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What happened to one end, in order, and a way to wait for the next of it. */
class Story {
  readonly told: string[] = [];
  link: Link | undefined;
  #wake = Promise.withResolvers<void>();

  readonly events = {
    up: (link: Link) => {
      this.link = link;
      this.#tell(`up ${link.peer.role} from ${link.peer.resumeFrom}`);
    },
    frame: (kind: number, payload: Uint8Array) => this.#tell(`${kind} ${Buffer.from(payload)}`),
    down: (reason: string) => this.#tell(`down: ${reason}`),
    refused: (reason: string) => this.#tell(`refused: ${reason}`),
  };

  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.told.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      await this.#wake.promise;
    }
  }

  #tell(line: string): void {
    this.told.push(line);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

const hello = (changes: Partial<Hello> = {}): Hello => ({
  role: "ingest",
  build: "b1",
  config: "c1",
  run: "r1",
  pid: process.pid,
  resumeFrom: 0,
  ...changes,
});

function terms(own: Hello, story: Story, changes: Partial<LinkTerms> = {}): LinkTerms {
  const bounds = { framesMax: 1000, bytesMax: 1 << 20 };
  const peers = ["ingest", "compute"];
  return { path, hello: () => own, peers, bounds, clock, events: story.events, ...changes };
}

async function serve(story: Story, own = hello(), changes: Partial<LinkTerms> = {}): Promise<LinkServer> {
  const server = await serveLinks(terms(own, story, changes));
  open.push(server);
  return server;
}

function join_(story: Story, own = hello({ role: "compute" }), changes: Partial<LinkTerms> = {}): LinkClient {
  const client = new LinkClient(terms(own, story, changes));
  open.push(client);
  return client;
}

describe("a link", () => {
  it("comes up at both ends with what each said, and carries frames in order both ways", async () => {
    const [server, client] = [new Story(), new Story()];
    await serve(server);
    join_(client, hello({ role: "compute", resumeFrom: 7 }));
    expect(await server.until(/^up/)).toBe("up compute from 7");
    expect(await client.until(/^up/)).toBe("up ingest from 0");
    for (const text of ["a", "b", "c"]) expect(server.link?.send(16, text)).toBe(true);
    client.link?.send(200, Buffer.from("answer"));
    await client.until(/^16 c/);
    await server.until(/^200/);
    expect(client.told.slice(1)).toEqual(["16 a", "16 b", "16 c"]);
    expect(server.told.slice(1)).toEqual(["200 answer"]);
  });

  it("is the account's own: nobody else may connect", async () => {
    await serve(new Story());
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("serves several clients, each with a link of its own", async () => {
    const [server, one, two] = [new Story(), new Story(), new Story()];
    await serve(server, hello(), { peers: ["compute", "dashboard"] });
    join_(one, hello({ role: "compute" }));
    await server.until(/up compute/);
    const first = server.link;
    join_(two, hello({ role: "dashboard" }));
    await server.until(/up dashboard/);
    first?.send(16, "for one");
    server.link?.send(16, "for two");
    expect(await one.until(/^16/)).toBe("16 for one");
    expect(await two.until(/^16/)).toBe("16 for two");
  });

  it("comes back by itself when the server does, and asks anew from where to go on", async () => {
    const [first, second, client] = [new Story(), new Story(), new Story()];
    let resumeFrom = 0;
    const server = await serve(first);
    join_(client, hello(), { hello: () => hello({ role: "compute", resumeFrom: resumeFrom++ }) });
    expect(await first.until(/^up/)).toBe("up compute from 0");
    await server.close();
    expect(await client.until(/^down/)).toBe("down: the peer closed the connection");
    await serve(second);
    expect(await second.until(/^up/)).toBe("up compute from 1");
  });

  it("tells how long ago the peer's last beat came, and what it said", async () => {
    const [server, client] = [new Story(), new Story()];
    await serve(server, hello(), { beat: () => ({ sequence: 42, pending: 3 }) });
    join_(client);
    await client.until(/^up/);
    const before = process.hrtime.bigint();
    expect(client.link?.lastBeat).toBeUndefined();
    await beatOf(client);
    expect(client.link?.lastBeat).toMatchObject({ sequence: 42, pending: 3 });
    expect(client.link?.lastBeat?.atNs).toBeGreaterThan(before);
    expect(client.link?.beatAgeMs()).toBeLessThan(60_000);
    expect(server.link?.lastBeat).toBeUndefined();
  });
});

/** Beats are no events, so the peer's own timer is what we wait by. */
async function beatOf(story: Story): Promise<void> {
  while (story.link?.lastBeat === undefined) await new Promise((resolve) => setImmediate(resolve));
}

describe("who does not belong", () => {
  it.each(["build", "config", "run"] as const)(
    "a peer of another %s is refused at both ends, for good",
    async (key) => {
      const [server, client] = [new Story(), new Story()];
      await serve(server);
      join_(client, hello({ role: "compute", [key]: "other" }));
      await client.until(/^refused/);
      expect(await server.until(/^refused/)).toBe(
        `refused: compute (process ${process.pid}) is of ${key} other, ingest of ${key[0]}1; restart all of them together`,
      );
      expect(client.told).toHaveLength(1);
      expect(server.told).toHaveLength(1);
    },
  );

  it("a role that the server does not know is told so", async () => {
    const [server, client] = [new Story(), new Story()];
    await serve(server, hello(), { peers: ["execute"] });
    join_(client);
    expect(await client.until(/^refused/)).toMatch(/compute .* has no business here; allowed: execute/);
  });

  it.each([
    ["text", Buffer.from("GET / HTTP/1.1\r\n\r\n"), undefined],
    ["a frame before the hello", encodeFrame(16, "hi"), undefined],
    ["a hello of another protocol", encodeFrame(HELLO_KIND, '{"protocol":2}'), undefined],
    [
      "garbage after the hello",
      Buffer.concat([encodeFrame(HELLO_KIND, helloText(hello({ role: "compute" }))), Buffer.alloc(9)]),
      /kind 0/,
    ],
  ])("%s cuts the link and disturbs no other", async (_, bytes, down) => {
    const server = new Story();
    await serve(server);
    const stranger = connect(path);
    stranger.write(bytes);
    stranger.resume();
    await once(stranger, "close");
    if (down !== undefined) expect(await server.until(/^down/)).toMatch(down);
    const client = new Story();
    join_(client);
    expect(await client.until(/^up/)).toBe("up ingest from 0");
  });
});

describe("the socket's name", () => {
  it("is taken over from a process that is gone", async () => {
    rmSync(folder, { recursive: true });
    const server = new Story();
    const first = await serve(server);
    const gone = spawn(process.execPath, [
      "-e",
      `require("net").createServer().listen(${JSON.stringify(`${path}2`)}, () => process.kill(process.pid, "SIGKILL"))`,
    ]);
    await once(gone, "exit");
    expect(existsSync(`${path}2`)).toBe(true);
    open.push(await serveLinks({ ...terms(hello(), server), path: `${path}2` }));
    await first.close();
    expect(existsSync(path)).toBe(false);
  });

  it("is not taken from a process that answers", async () => {
    await serve(new Story());
    await expect(serve(new Story())).rejects.toThrow(/another process answers at .*bus\.sock; stop it/);
    const client = new Story();
    join_(client);
    await client.until(/^up/);
  });

  it("that is too long is refused with the bound", async () => {
    const long = { ...terms(hello(), new Story()), path: join(folder, "x".repeat(100)) };
    await expect(serveLinks(long)).rejects.toThrow(/at most 90 bytes/);
  });
});

it("a peer that takes nothing is cut at the bound, and not before", async () => {
  const server = new Story();
  await serve(server, hello(), { bounds: { framesMax: 50, bytesMax: 1 << 24 } });
  const mute = connect(path);
  mute.pause();
  mute.write(encodeFrame(HELLO_KIND, helloText(hello({ role: "compute" }))));
  await server.until(/^up/);
  const link = server.link as Link;
  const frame = new Uint8Array(32_000);
  let sent = 0;
  while (link.send(16, frame)) {
    sent += 1;
    await Promise.resolve();
  }
  expect(await server.until(/^down/)).toMatch(/takes nothing: 50 frames, 1600250 bytes wait/);
  expect(sent).toBeGreaterThan(50);
  expect(link.send(16, "more")).toBe(false);
  mute.destroy();
});

it("something else at the path is no reason to fail: a client waits until a server is there", async () => {
  const client = new Story();
  join_(client, hello({ role: "compute" }), { path: join(folder, "late.sock") });
  const dead = createServer().listen(join(folder, "late.sock"));
  await once(dead, "connection").then(([socket]) => socket.destroy());
  dead.close();
  await once(dead, "close");
  const server = new Story();
  await serve(server, hello(), { path: join(folder, "late.sock") });
  expect(await server.until(/^up/)).toBe("up compute from 0");
});

/** Sends for as long as it is told to: every frame is numbered, every tenth is a bar, the rest are quotes of 30 symbols. */
const consumerText = (clientUrl: URL) => `
  import { LinkClient } from ${JSON.stringify(clientUrl.href)};
  const hello = ${JSON.stringify(hello({ role: "compute" }))};
  const clock = { now: () => performance.now(), timer: (ms, fire) => {
    const handle = setTimeout(fire, ms); return { cancel: () => clearTimeout(handle) }; } };
  let bars = 0, broken = 0, behind = 0, last = -1;
  const newest = {};
  const client = new LinkClient({ path: process.argv[2], hello: () => hello, peers: ["ingest"], clock,
    bounds: { framesMax: 1000, bytesMax: 1 << 20 }, events: {
      up: () => process.send("up"), down: () => process.exit(3), refused: () => process.exit(4),
      frame: (kind, payload) => {
        const view = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
        const n = view.readUInt32LE(0);
        if (kind !== 18 && n <= last) behind += 1;
        last = n;
        if (kind === 16) { if (view.readUInt32LE(4) !== bars) broken += 1; bars += 1; }
        if (kind === 17) newest[view.readUInt32LE(4)] = n;
        if (kind === 18) { process.send({ bars, broken, behind, newest }); client.close(); process.disconnect(); }
      } } });`;

it("a consumer that is stopped for a second loses no bar and ends with the newest quotes", async () => {
  const script = join(folder, "consumer.mts");
  writeFileSync(script, consumerText(new URL("link-client.ts", import.meta.url)));
  const server = new Story();
  await serve(server, hello(), { bounds: { framesMax: 200_000, bytesMax: 64 << 20 } });
  const child: ChildProcess = spawn(process.execPath, [script, path], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await once(child, "message");
  const link = server.link as Link & { readonly inSocketBytes: number };
  child.kill("SIGSTOP");

  let n = 0;
  let bars = 0;
  const newest: Record<string, number> = {};
  let mostInSocket = 0;
  let mostWaiting = 0;
  const payload = Buffer.alloc(68);
  const burst = () => {
    for (let i = 0; i < 200; i++, n++) {
      payload.writeUInt32LE(n, 0);
      payload.writeUInt32LE(n % 10 === 0 ? bars : n % 30, 4);
      if (n % 10 === 0) {
        expect(link.send(16, payload)).toBe(true);
        bars += 1;
      } else {
        expect(link.sendNewest(n % 30, 17, payload)).toBe(true);
        newest[n % 30] = n;
      }
    }
    mostInSocket = Math.max(mostInSocket, link.inSocketBytes);
    mostWaiting = Math.max(mostWaiting, link.waiting.frames);
  };
  const endMs = performance.now() + 1000;
  for (let turns = 0; performance.now() < endMs || turns < 50; turns++) {
    burst();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const atStop = link.waiting.frames;
  child.kill("SIGCONT");
  for (let turn = 0; turn < 5; turn++) {
    burst();
    await new Promise((resolve) => setImmediate(resolve));
  }
  link.send(18, payload);
  const [seen] = await Promise.race([once(child, "message"), once(child, "exit")]);
  expect(seen).toEqual({ bars, broken: 0, behind: 0, newest });
  expect(mostInSocket).toBeLessThanOrEqual(64 * 1024);
  expect(atStop).toBeGreaterThan(500);
  expect(mostWaiting).toBeLessThanOrEqual(bars + 27 + 1);
  await once(child, "exit");
});
