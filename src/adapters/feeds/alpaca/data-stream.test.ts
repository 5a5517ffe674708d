/**
 * Goal: what is wanted from the stream survives drops, acknowledgements and refusals; damage and silence end a line;
 * numbers of 64 bits and nanoseconds arrive whole. Method: the real client and a small server over virtual time.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CANARY_KEY, CANARY_SECRET } from "../../../../test/alpaca-conversation.ts";
import { FeedPlayer, type FeedWorld, feedWorld, frameOf, Nanos } from "../../../../test/feed-player.ts";

const bar = (symbol: string, sec: number): object => ({
  ...{ T: "b", S: symbol, o: 10, h: 11.5, l: 9.75, c: 11, v: 1_200n, n: 12, vw: 10.4, t: new Nanos(sec, 0) },
});
const subscriptionsOf = ({ player }: FeedWorld): unknown[] =>
  player.heard.filter(({ action }) => action === "subscribe" || action === "unsubscribe");

async function opened(world: FeedWorld): Promise<FeedWorld> {
  world.stream.start();
  await world.clock.advance(100);
  expect(world.stream.isUp).toBe(true);
  return world;
}

describe("what is wanted", () => {
  it("is asked for when the line is ready, and only what changed after that", async () => {
    const world = feedWorld();
    world.stream.subscribe("bars", ["*"]);
    await opened(world);
    world.stream.subscribe("trades", ["ACME"]);
    world.stream.subscribe("trades", ["ACME"]);
    await world.clock.advance(100);
    world.stream.unsubscribe("trades", ["ACME"]);
    await world.clock.advance(100);
    expect(subscriptionsOf(world)).toEqual([
      { action: "subscribe", bars: ["*"] },
      { action: "subscribe", trades: ["ACME"] },
      { action: "unsubscribe", trades: ["ACME"] },
    ]);
    expect(world.player.set).toMatchObject({ bars: ["*"], trades: [] });
  });

  it("survives a drop between two quick requests", async () => {
    const world = await opened(feedWorld());
    world.stream.subscribe("trades", ["ACME"]);
    world.stream.subscribe("trades", ["ZEUS"]);
    await world.clock.advance(10);
    world.player.peers.at(-1)?.close("cut");
    await world.clock.advance(3_000);
    expect(world.player.peers).toHaveLength(2);
    expect(world.player.set.trades).toEqual(["ACME", "ZEUS"]);
  });

  it("is what the server sends in the end, whatever is asked and dropped in between", async () => {
    const symbols = ["A", "B", "C", "D"];
    const step = fc.record({
      action: fc.constantFrom("subscribe", "unsubscribe", "drop", "wait"),
      channel: fc.constantFrom("bars", "quotes", "trades"),
      symbol: fc.constantFrom(...symbols),
      waitMs: fc.integer({ min: 0, max: 30 }),
    });
    let drops = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const world = await opened(feedWorld());
        const wanted = new Set<string>();
        for (const { action, channel, symbol, waitMs } of steps) {
          if (action === "subscribe") world.stream.subscribe(channel as "bars", [symbol]);
          if (action === "unsubscribe") world.stream.unsubscribe(channel as "bars", [symbol]);
          if (action === "subscribe") wanted.add(`${channel} ${symbol}`);
          if (action === "unsubscribe") wanted.delete(`${channel} ${symbol}`);
          if (action === "drop" && world.stream.isUp) {
            drops += 1;
            world.player.peers.at(-1)?.close("cut");
          }
          await world.clock.advance(waitMs);
        }
        await world.clock.advance(700_000);
        const sent = Object.entries(world.player.set).flatMap(([name, list]) =>
          list.map((each) => `${name} ${each}`),
        );
        expect(sent.toSorted()).toEqual([...wanted].toSorted());
      }),
      { numRuns: 60 },
    );
    expect(drops).toBeGreaterThan(10);
  });

  it("loses to a limit only what is above it, and says which", async () => {
    const player = new FeedPlayer();
    player.limit = 5;
    const world = feedWorld(player);
    const symbols = ["A", "B", "C", "D", "E", "F", "G"];
    world.stream.subscribe("trades", symbols);
    world.stream.subscribe("bars", ["*"]);
    await opened(world);
    await world.clock.advance(2_000);
    expect(player.set).toMatchObject({ bars: ["*"], trades: ["A", "B", "C", "D", "E"] });
    expect(world.refused).toEqual([
      "trades F: 405 symbol limit exceeded",
      "trades G: 405 symbol limit exceeded",
    ]);
    player.peers.at(-1)?.close("cut");
    await world.clock.advance(5_000);
    expect(player.set).toMatchObject({ bars: ["*"], trades: ["A", "B", "C", "D", "E"] });
    expect(world.refused).toHaveLength(2);
  });

  it("loses a poisoned symbol, and nothing else", async () => {
    const player = new FeedPlayer();
    player.poison.add("b@d");
    const world = feedWorld(player);
    world.stream.subscribe("bars", ["A", "B", "b@d", "C", "D"]);
    await opened(world);
    await world.clock.advance(1_000);
    expect(player.set.bars?.toSorted()).toEqual(["A", "B", "C", "D"]);
    expect(world.refused).toEqual(["bars b@d: 400 invalid syntax"]);
    expect(world.stream.wanted).toHaveLength(4);
  });

  it("that is ignored three times is given up, aloud", async () => {
    const player = new FeedPlayer();
    player.ignored.add("GHOST");
    const world = feedWorld(player);
    world.stream.subscribe("bars", ["A", "GHOST"]);
    await opened(world);
    await world.clock.advance(1_000);
    expect(subscriptionsOf(world)).toHaveLength(3);
    expect(world.refused).toEqual(["bars GHOST: never acknowledged"]);
  });
});

describe("the line", () => {
  it.each([
    ["a welcome that never comes", { isWelcoming: false }],
    ["an authentication without answer", { authentication: undefined }],
    ["a subscription without answer", { isAnswering: false }],
    ["an upgrade without answer", { upgrades: ["mute" as const] }],
  ])("is tried again after 5 s of %s", async (_what, silence) => {
    const player: FeedPlayer = Object.assign(new FeedPlayer(), silence);
    const world = feedWorld(player);
    world.stream.subscribe("bars", ["A"]);
    world.stream.start();
    await world.clock.advance(4_900);
    expect(world.lines).not.toContain("down");
    await world.clock.advance(150);
    expect(world.lines.at(-1)).toBe("down");
    player.isWelcoming = true;
    player.isAnswering = true;
    player.authentication = { T: "success", msg: "authenticated" };
    await world.clock.advance(1_100);
    expect(player.set.bars).toEqual(["A"]);
  });

  it.each([402, 408, 409, 411])("ends for good with code %d", async (code) => {
    const player = new FeedPlayer();
    player.authentication = { T: "error", code, msg: "no" };
    const world = feedWorld(player);
    world.stream.start();
    await world.clock.advance(3_600_000);
    expect(player.peers).toHaveLength(1);
    expect(world.lines).toEqual(["down", `terminal ${code} no`]);
  });

  it.each([404, 407, 500])("comes back after code %d", async (code) => {
    const world = await opened(feedWorld());
    world.player.say({ T: "error", code, msg: "passing" });
    await world.clock.advance(3_000);
    expect(world.lines).toEqual(["up", "down", "up"]);
  });

  it("waits 10 s or more after 406, for the other connection keeps its place", async () => {
    const world = await opened(feedWorld());
    world.player.say({ T: "error", code: 406, msg: "connection limit exceeded" });
    await world.clock.advance(10_000);
    expect(world.player.peers).toHaveLength(1);
    await world.clock.advance(11_000);
    expect(world.player.peers).toHaveLength(2);
  });

  it("bears two damaged frames, and ends with the third within 10 s", async () => {
    const world = await opened(feedWorld());
    const damage = (): void => world.player.peers.at(-1)?.send(frameOf(bar("A", 60)).slice(0, 20));
    damage();
    damage();
    await world.clock.advance(10_100);
    damage();
    await world.clock.advance(10);
    expect(world.stream.isUp).toBe(true);
    damage();
    damage();
    await world.clock.advance(10);
    expect(world.stream.isUp).toBe(false);
    expect(world.counts.of("feed.corrupt-frame")).toBe(5);
    expect(world.records).toEqual([]);
  });

  it("tells, once all is heard again, since when bars may be missing", async () => {
    const world = feedWorld();
    world.stream.subscribe("bars", ["A", "B"]);
    await opened(world);
    expect(world.gaps).toEqual([]);
    world.player.say(bar("A", 60), bar("A", 120));
    await world.clock.advance(10);
    world.player.peers.at(-1)?.close("cut");
    await world.clock.advance(1_015);
    expect(world.gaps).toEqual([]);
    await world.clock.advance(100);
    expect(world.gaps).toEqual([{ lastBarAt: new Map([["A", 120_000_000]]), downMs: 1_030 }]);
  });

  it("tells it also when the last answer was a refusal, and not before", async () => {
    const world = feedWorld();
    world.stream.subscribe("bars", ["A", "B"]);
    await opened(world);
    world.player.poison.add("B");
    world.player.peers.at(-1)?.close("cut");
    await world.clock.advance(2_000);
    expect(world.refused).toEqual(["bars B: 400 invalid syntax"]);
    // Welcome, key, both refused, A heard, B refused: four round trips after the one of the connection.
    expect(world.gaps).toMatchObject([{ downMs: 1_050 }]);
  });

  it("tells the age of what it hears, and no key to anybody", async () => {
    const ages: number[] = [];
    const world = await opened(feedWorld(new FeedPlayer(), { onMessage: (ageMs) => ages.push(ageMs) }));
    await world.clock.advance(900);
    world.player.say(bar("A", 60));
    await world.clock.advance(5);
    expect(ages.at(-1)).toBeGreaterThan(900);
    expect(world.stream.messageAgeMs).toBe(0);
    world.player.say({ T: "error", code: 500, msg: `${CANARY_KEY} ${CANARY_SECRET}` });
    await world.clock.advance(1_000);
    expect(JSON.stringify([world.logs, world.lines])).not.toContain("CANARY");
    expect(world.logs.join()).toContain("*** ***");
  });
});

describe("records", () => {
  const at = { timestamp: 1_772_461_865_123_456, nanos: 789 };
  const t = new Nanos(1_772_461_865, 123_456_789);

  it("arrive whole: ids of 64 bits, nanoseconds, prices that came as integers", async () => {
    const world = await opened(feedWorld());
    const trade = {
      T: "t",
      S: "ACME",
      i: 18_446_744_073_709_551_615n,
      x: "V",
      p: 41,
      s: 100n,
      c: ["@", "I"],
      t,
      z: "C",
    };
    const quote = {
      T: "q",
      S: "ACME",
      bx: "V",
      bp: 41.1,
      bs: 200,
      ax: "Q",
      ap: 41.2,
      as: 300,
      c: ["R"],
      t,
      z: "C",
    };
    world.player.say(trade, quote, bar("ACME", 60));
    await world.clock.advance(10);
    expect(world.records).toEqual([
      {
        ...{ kind: "trade", symbol: "ACME", ...at, id: "18446744073709551615", price: 41, size: 100 },
        ...{ exchange: "V", conditions: ["@", "I"], tape: "C" },
      },
      {
        ...{ kind: "quote", symbol: "ACME", ...at, bid: 41.1, bidSize: 200, ask: 41.2, askSize: 300 },
        ...{ bidExchange: "V", askExchange: "Q", conditions: ["R"], tape: "C" },
      },
      {
        ...{ kind: "bar", symbol: "ACME", timestamp: 60_000_000, open: 10, high: 11.5, low: 9.75, close: 11 },
        ...{ volume: 1_200, trades: 12, vwap: 10.4 },
      },
    ]);
  });

  it("of every kind are read, in JSON frames too", async () => {
    const world = await opened(feedWorld());
    const text = "2026-03-02T14:31:05.123456789Z";
    const frames = [
      `[{"T":"t","S":"ACME","i":9007199254740993,"p":41.5,"s":3,"t":"${text}"}]`,
      `[{"T":"s","S":"ACME","sc":"H","sm":"halt","rc":"T1","rm":"news","t":"${text}","z":"C"}]`,
      `[{"T":"l","S":"ACME","u":43,"d":39,"i":"B","t":"${text}","z":"C"}]`,
      `[{"T":"c","S":"ACME","oi":1,"op":41,"os":5,"ci":2,"cp":40,"cs":5,"t":"${text}"}]`,
      `[{"T":"x","S":"ACME","i":2,"p":40,"s":5,"a":"C","t":"${text}"}]`,
      `[{"T":"u","S":"ACME","o":1,"h":1,"l":1,"c":1,"v":1,"t":"${text}"}]`,
    ];
    for (const frame of frames) world.player.peers.at(-1)?.send(frame);
    await world.clock.advance(10);
    expect(world.records.map(({ kind }) => kind)).toEqual([
      "trade",
      "status",
      "luld",
      "correction",
      "cancel",
      "updatedBar",
    ]);
    expect(world.records[0]).toMatchObject({ id: "9007199254740993", ...at });
    expect(world.records[1]).toMatchObject({ code: "H", reason: "T1" });
    expect(world.records[3]).toMatchObject({ originalId: "1", id: "2", price: 40 });
  });

  it("that cannot be read leave no number behind that looks like one", async () => {
    const world = await opened(feedWorld());
    world.player.say(
      { T: "b", S: "ACME", o: "10", h: null, t: "noon" },
      { T: "b", o: 1 },
      { T: "?", S: "ACME" },
    );
    await world.clock.advance(10);
    expect(world.records).toHaveLength(1);
    expect(world.records[0]).toMatchObject({ open: Number.NaN, high: Number.NaN, timestamp: Number.NaN });
    expect([world.counts.of("feed.no-symbol"), world.counts.of("feed.unknown-kind")]).toEqual([1, 1]);
  });
});
