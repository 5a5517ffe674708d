/**
 * Goal    a link over a bus that may lose anything keeps the promises of one over a socket: whole and in order, or down
 *         and anew from where the other was (BN-1); what a slow peer has not taken waits in a bounded queue (BN-2).
 * Method  both ends over a bus in memory that loses, goes away and comes back, in virtual time.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryBus } from "../../../test/memory-line.ts";
import type { Hello, Link } from "../bus/bus-terms.ts";
import { VirtualClock } from "../net/virtual-clock.ts";
import { type DoorTerms, dialBusLinks, serveBusLinks } from "./nats-links.ts";
import { WINDOW_BYTES } from "./nats-socket.ts";

const DATA = 1;

/** One end: what it was told, in order. */
class End {
  readonly told: string[] = [];
  link: Link | undefined;
  resumeFrom = 0;
  readonly #role: string;
  readonly #build: string;
  onUp: (link: Link) => void = () => undefined;

  constructor(role: string, build = "b") {
    this.#role = role;
    this.#build = build;
  }

  terms(clock: VirtualClock, changes: Partial<DoorTerms> = {}): DoorTerms {
    return {
      hello: (): Hello => ({
        ...{ role: this.#role, build: this.#build, config: "c", run: "r", pid: 1 },
        resumeFrom: this.resumeFrom,
      }),
      peers: ["ingest", "compute", "execute"],
      bounds: { framesMax: 100_000, bytesMax: 64 << 20 },
      clock,
      events: {
        up: (link) => {
          this.link = link;
          this.told.push(`up ${link.peer.role}`);
          this.onUp(link);
        },
        frame: (kind, payload) => this.told.push(`${kind} ${Buffer.from(payload)}`),
        down: (reason) => this.told.push(`down: ${reason}`),
        refused: (reason) => this.told.push(`refused: ${reason}`),
      },
      ...changes,
    };
  }

  get frames(): string[] {
    return this.told.filter((line) => /^\d/.test(line));
  }
}

class World {
  readonly clock = new VirtualClock();
  readonly bus = new MemoryBus();
  readonly server = new End("ingest");
  readonly client = new End("compute");

  serve(end = this.server, isMute?: () => boolean, changes?: Partial<DoorTerms>) {
    return serveBusLinks(this.#door(isMute), end.terms(this.clock, changes));
  }

  dial(end = this.client, isMute?: () => boolean, changes?: Partial<DoorTerms>) {
    return dialBusLinks(this.#door(isMute), end.terms(this.clock, changes));
  }

  /** Streams act in ticks of the real loop; time itself is virtual. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed <= ms; passed += 50) {
      await this.clock.advance(50);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #door(isMute?: () => boolean) {
    return { line: this.bus.line(isMute), run: "d1", name: "ingest" };
  }
}

async function met(): Promise<World & { readonly serving: ReturnType<World["serve"]> }> {
  const world = new World();
  const serving = world.serve();
  world.dial();
  await world.pass(100);
  expect([world.server.told, world.client.told]).toEqual([["up compute"], ["up ingest"]]);
  return Object.assign(world, { serving });
}

describe("a link over a bus", () => {
  it("carries frames in order both ways, small ones and one larger than a message may be", async () => {
    const world = await met();
    const large = "x".repeat(3_000_000);
    for (const text of ["a", large, "b"]) world.server.link?.send(16, text);
    world.client.link?.send(17, "back");
    await world.pass(200);
    expect(world.client.frames).toEqual(["16 a", `16 ${large}`, "16 b"]);
    expect(world.server.frames).toEqual(["17 back"]);
  });

  it("waits for a server that comes later, and meets it at once", async () => {
    const world = new World();
    world.dial();
    await world.pass(5000);
    world.serve();
    await world.pass(1100);
    expect(world.client.told).toEqual(["up ingest"]);
  });

  it("of another build is refused at both ends (C-55); a role that has no business here is not answered", async () => {
    const world = new World();
    world.serve();
    const [other, stranger] = [new End("compute", "b2"), new End("thief")];
    world.dial(other);
    world.dial(stranger);
    await world.pass(3000);
    expect(other.told).toEqual([expect.stringMatching(/^refused: .* of build b2?, .* of b2?; restart all/)]);
    expect([world.server.told[0], stranger.told]).toEqual([expect.stringContaining("refused"), []]);
  });

  it("ends at once where the peer stops in good order, and comes back when it does", async () => {
    const world = await met();
    world.server.link?.send(16, "last");
    await world.pass(50);
    await world.serving.close();
    await world.pass(100);
    expect(world.client.told.slice(1)).toEqual(["16 last", "down: the peer closed the connection"]);
    world.serve();
    await world.pass(2200);
    expect(world.client.told.at(-1)).toBe("up ingest");
  });

  it("to a server that died without a word ends as soon as the next one is there", async () => {
    const world = new World();
    let isDead = false;
    world.serve(undefined, () => isDead);
    world.dial();
    await world.pass(100);
    isDead = true;
    await world.pass(1000);
    world.serve(new End("ingest"));
    await world.pass(1500);
    expect(world.client.told.slice(1)).toEqual(["down: another process has come to its place", "up ingest"]);
  });

  it("of a client that died without a word gives way to the next of its role", async () => {
    const world = new World();
    let isDead = false;
    world.serve();
    world.dial(undefined, () => isDead);
    await world.pass(100);
    isDead = true;
    world.dial(new End("compute"));
    await world.pass(100);
    expect(world.server.told).toEqual(["up compute", "down: it connected anew", "up compute"]);
  });

  it("to a peer that fell silent ends after 5 s, and not before", async () => {
    const world = new World();
    let isMute = false;
    world.serve();
    world.dial(undefined, () => isMute);
    await world.pass(60_000);
    expect(world.server.told).toEqual(["up compute"]);
    isMute = true;
    await world.pass(4500);
    expect(world.server.told).toHaveLength(1);
    await world.pass(1500);
    expect(world.server.told[1]).toBe("down: the peer was silent for 5 s");
  });

  it("ends when the bus goes, at both ends, and is there again when it comes back", async () => {
    const world = await met();
    world.bus.isUp = false;
    await world.pass(3000);
    for (const { told } of [world.server, world.client])
      expect(told.slice(1)).toEqual(["down: the bus is away"]);
    world.bus.isUp = true;
    await world.pass(2200);
    for (const { told } of [world.server, world.client]) expect(told.at(-1)).toMatch(/^up/);
  });

  it("says so where two serve one door", async () => {
    const world = await met();
    world.serve(new End("ingest"));
    await world.pass(100);
    expect(world.server.told).toContain("refused: another process serves ingest of run d1 on the same bus");
  });

  it("is not led to write elsewhere by whoever knocks", async () => {
    const world = new World();
    const written: string[] = [];
    world.bus.loses = (subject) => {
      written.push(subject);
      return false;
    };
    world.serve();
    const line = world.bus.line();
    for (const text of ['{"role":"compute","inbox":"plimsoll.jobs.x"}', "{}", "", '{"role":1,"inbox":"x"}'])
      line.publish("plimsoll.live.d1.ingest.knock", Buffer.from(text));
    await world.pass(500);
    expect(new Set(written)).toEqual(
      new Set(["plimsoll.live.d1.ingest.knock", "plimsoll.live.d1.ingest.here"]),
    );
  });
});

it("a link that is asked for is not led to write elsewhere by whoever accepts", async () => {
  const world = new World();
  const written = new Set<string>();
  world.bus.loses = (subject) => {
    written.add(subject);
    return false;
  };
  const line = world.bus.line();
  line.subscribe("plimsoll.live.d1.ingest.knock", (bytes) => {
    const { inbox } = JSON.parse(Buffer.from(bytes).toString()) as { readonly inbox: string };
    const text = JSON.stringify({ server: "thief", inbox: "plimsoll.jobs.x" });
    line.publish(inbox, Buffer.concat([Buffer.from([5, 0, 0, 0, 0]), Buffer.from(text)]));
  });
  world.dial();
  await world.pass(3000);
  expect(written.has("plimsoll.live.d1.ingest.knock")).toBe(true);
  expect(written.has("plimsoll.jobs.x")).toBe(false);
});

describe("BN-1: what a bus loses", () => {
  it("in the middle or at the end is noticed, and sent again from where the other was", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        async (lost, burst) => {
          const world = new World();
          let messages = 0;
          world.bus.loses = (subject, bytes) =>
            subject.includes(".at.") && bytes[0] === DATA && lost.includes(messages++);
          const journal = Array.from({ length: 40 }, (_, n) => `${n}`);
          const got: string[] = [];
          let sent = 0;
          world.server.onUp = (link) => {
            for (const text of journal.slice(link.peer.resumeFrom, sent)) link.send(16, text);
          };
          world.serve();
          const { events, ...terms } = world.client.terms(world.clock);
          dialBusLinks(
            { line: world.bus.line(), run: "d1", name: "ingest" },
            {
              ...terms,
              events: {
                ...events,
                frame: (_, payload) => {
                  got.push(Buffer.from(payload).toString());
                  world.client.resumeFrom = got.length;
                },
                down: () => undefined,
                up: () => undefined,
              },
            },
          );
          world.server.told.length = 0;
          let link: Link | undefined;
          const wasUp = world.server.onUp;
          world.server.onUp = (each) => {
            link = each;
            wasUp(each);
          };
          while (sent < journal.length) {
            await world.pass(100);
            for (let n = 0; n < burst && sent < journal.length; n++, sent++) link?.send(16, journal[sent]!);
          }
          await world.pass(20_000);
          expect(got).toEqual(journal);
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe("BN-2: a peer that takes nothing", () => {
  it("keeps no more than the window under way, conflates quotes, and is cut at the bound", async () => {
    const world = new World();
    world.serve(undefined, undefined, { bounds: { framesMax: 200, bytesMax: 1 << 24 } });
    world.dial();
    await world.pass(100);
    // Its acknowledgements get lost: it is there, and takes nothing.
    world.bus.loses = (subject, bytes) => subject.includes(".at.") && bytes[0] === 2;
    const before = world.bus.bytes;
    const link = world.server.link as Link;
    const frame = new Uint8Array(32_000);
    for (let n = 0; n < 60; n++) {
      link.send(16, frame);
      for (let k = 0; k < 3; k++) link.sendNewest(7, 21, `${n} ${k}`);
      await world.pass(0);
    }
    expect(world.bus.bytes - before).toBeLessThan(WINDOW_BYTES + 2 * 64 * 1024 + 60_000);
    expect(link.waiting.frames).toBeLessThan(61 + 2);
    while (link.send(16, "x")) await Promise.resolve();
    await world.pass(0);
    expect(world.server.told.at(-1)).toMatch(/^down: the peer takes nothing: 200 frames/);
  });
});
