/**
 * Goal: the stream of updates comes back by the schedule of C-35 and by no other, never storms, has a deadline for
 * every step of its opening, and loses nothing that it was told. Method: the real client over the virtual network.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AlpacaPlayer,
  type Exchange,
  readConversation,
  type Talk,
  talk,
} from "../../../../test/alpaca-conversation.ts";
import type { BrokerLine, BrokerReport } from "../../../domain/broker.ts";
import { createRng } from "../../../numerics/rng.ts";
import { BackOff } from "../../net/back-off.ts";

type Upgrade = number | "mute" | "accept";

/** Runs a client and tells when it tried to connect, milliseconds. */
async function attempts(
  upgrades: readonly Upgrade[],
  forMs: number,
  given: Parameters<typeof talk>[1] = {},
): Promise<{ tries: number[]; talked: Talk }> {
  const player = new AlpacaPlayer();
  player.upgrades.push(...upgrades);
  const tries: number[] = [];
  const original = player.upgrade.bind(player);
  const talked = talk(player, given);
  player.upgrade = (peer) => {
    tries.push(talked.clock.now());
    return original(peer);
  };
  talked.broker.start();
  await talked.clock.advance(forMs);
  return { tries, talked };
}

const gaps = (tries: readonly number[]): number[] => tries.slice(1).map((at, n) => at - (tries[n] ?? 0));
const many = (upgrade: Upgrade, times: number): Upgrade[] => Array.from({ length: times }, () => upgrade);
const linesOf = ({ news }: Talk): string[] =>
  news.filter((entry): entry is BrokerLine => entry.kind === "line").map(({ state }) => state);
const reportsOf = ({ news }: Talk): BrokerReport[] =>
  news.filter((entry): entry is BrokerReport => entry.kind === "report");

describe("the waits between tries", () => {
  const waits = (times: number, isExposed: boolean, isCrowded: boolean, seed = 7): number[] => {
    const backOff = new BackOff(createRng(seed, "test"));
    return Array.from({ length: times }, () => backOff.next(isExposed, isCrowded));
  };
  const mostOf = (times: number, ceiling: number): number[] =>
    Array.from({ length: times }, (_, n) => Math.min(ceiling, 1_000 * 2 ** n));

  it("double from 1 s to 300 s, lie anywhere in between, and never below 1 s", () => {
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (seed, isExposed) => {
        const most = mostOf(14, isExposed ? 15_000 : 300_000);
        for (const [n, wait] of waits(14, isExposed, false, seed).entries()) {
          expect(wait).toBeGreaterThanOrEqual(1_000);
          expect(wait).toBeLessThanOrEqual(most[n] ?? 0);
        }
      }),
    );
    const spread = Array.from({ length: 200 }, (_, seed) => waits(9, false, false, seed)[8] ?? 0);
    expect(Math.min(...spread)).toBeLessThan(20_000);
    expect(Math.max(...spread)).toBeGreaterThan(230_000);
  });

  it("are at least 10 s after the broker said that there are too many", () => {
    for (const isExposed of [true, false])
      for (const wait of waits(12, isExposed, true)) expect(wait).toBeGreaterThanOrEqual(10_000);
  });

  it("are those of the schedule, to the millisecond", async () => {
    const { tries } = await attempts(many(500, 9), 1_200_000);
    const schedule = new BackOff(createRng(7, "alpaca").fork("updates"));
    const expected = many(500, 9).map(() => schedule.next(false, false) + 5);
    expect(tries).toHaveLength(10);
    for (const [n, gap] of gaps(tries).entries()) expect(gap).toBeCloseTo(expected[n] ?? 0, 6);
  });

  it("stay below 15 s while positions are open, also those that began before", async () => {
    const exposed = await attempts(many(500, 40), 400_000, { exposed: () => true });
    expect(Math.max(...gaps(exposed.tries))).toBeLessThanOrEqual(15_005);
    let isExposed = false;
    const { tries, talked } = await attempts(many(500, 60), 60_000, { exposed: () => isExposed });
    const waitMs = (): number => Number(/next try in (\d+) ms/.exec(talked.lines.at(-1) ?? "")?.[1]);
    while (waitMs() < 60_000) await talked.clock.advance(100);
    const before = tries.length;
    isExposed = true;
    const since = talked.clock.now();
    await talked.clock.advance(15_005);
    expect(tries.length).toBeGreaterThan(before);
    expect((tries[before] ?? 0) - since).toBeLessThanOrEqual(15_005);
  });

  it.each([406, 429])("after an upgrade refused with %d are 10 s or more: no storm", async (status) => {
    const { tries } = await attempts(many(status, 30), 600_000, { exposed: () => true });
    expect(Math.min(...gaps(tries))).toBeGreaterThanOrEqual(10_000);
    expect(tries.length).toBeGreaterThan(30);
  });

  it("begin anew only after a minute of health", async () => {
    const lost = async (afterMs: number): Promise<number> => {
      const { tries, talked } = await attempts(many(500, 7), 700_000);
      const { clock, player } = talked;
      expect(talked.broker.isUp).toBe(true);
      const upAt = (tries.at(-1) ?? 0) + 25;
      await clock.advance(Math.max(0, upAt + 200_000 - clock.now()));
      player.peers.at(-1)?.close("first loss");
      // From here on the count is new; three failures make it three.
      player.upgrades.push(500, 500);
      await clock.advance(40_000);
      const readyAt = (tries.at(-1) ?? 0) + 25;
      await clock.advance(readyAt + afterMs - clock.now());
      const count = tries.length;
      player.peers.at(-1)?.close("second loss");
      const lostAt = clock.now() + 5;
      await clock.advance(60_000);
      return (tries[count] ?? 0) - lostAt;
    };
    // Exactly one second is the first step of the schedule; after three failures it is more.
    expect(await lost(70_000)).toBeCloseTo(1_005, 0);
    expect(await lost(45_000)).toBeGreaterThan(1_100);
  });
});

describe("the opening", () => {
  it("is told once it is authorised and listens, not before", async () => {
    const { talked } = await attempts([], 9);
    expect(talked.news).toEqual([]);
    await talked.clock.advance(100);
    expect(linesOf(talked)).toEqual(["up"]);
    expect(talked.broker.isUp).toBe(true);
  });

  it.each([
    [
      "an upgrade that is never answered",
      "connect",
      (player: AlpacaPlayer): void => {
        player.upgrades.push("mute");
      },
    ],
    [
      "an authentication that is never answered",
      "authentication",
      (player: AlpacaPlayer): void => {
        player.onFrame = (): void => undefined;
      },
    ],
    [
      "a listen that is never answered",
      "listen",
      (player: AlpacaPlayer): void => {
        const { onFrame } = player;
        player.onFrame = (peer, message): void => {
          if (message.action === "authenticate") onFrame(peer, message);
        };
      },
    ],
  ] as const)("gives up on %s after 5 s, and tries again", async (_what, step, mute) => {
    const player = new AlpacaPlayer();
    mute(player);
    const talked = talk(player);
    talked.broker.start();
    await talked.clock.advance(4_990);
    expect(talked.news).toEqual([]);
    await talked.clock.advance(60);
    expect(talked.news).toEqual([
      { kind: "line", state: "down", reason: `${step} took longer than 5000 ms` },
    ]);
    player.onFrame = new AlpacaPlayer().onFrame;
    await talked.clock.advance(1_100);
    expect(linesOf(talked)).toEqual(["down", "up"]);
  });

  it("ends for good when the keys are refused, and says so", async () => {
    const player = new AlpacaPlayer();
    player.onFrame = (peer) =>
      peer.send(
        JSON.stringify({ stream: "authorization", data: { status: "unauthorized", action: "authenticate" } }),
      );
    const talked = talk(player);
    talked.broker.start();
    await talked.clock.advance(3_600_000);
    expect(player.peers).toHaveLength(1);
    expect(talked.lines).toContain("terminal: the broker does not accept the keys");
    for (const status of [401, 403]) {
      const { tries } = await attempts([status], 3_600_000);
      expect(tries).toHaveLength(1);
    }
  });
});

describe("a line that is up", () => {
  it("is pinged each second, and tells the round trip from the ping", async () => {
    const pulses: number[] = [];
    await attempts([], 10_500, { onPulse: (rttMs) => pulses.push(rttMs) });
    expect(pulses).toEqual(Array.from({ length: 11 }, () => 10));
  });

  it("is dropped 3 s after the ping that a mute server leaves unanswered, though it still talks", async () => {
    const { talked } = await attempts([], 10_000);
    const peer = talked.player.peers.at(-1);
    if (peer !== undefined) peer.isMute = true;
    await talked.clock.advance(2_500);
    peer?.send(JSON.stringify({ stream: "trade_updates", data: null }));
    expect(talked.broker.pulseAgeMs).toBeGreaterThan(1_400);
    expect(linesOf(talked)).toEqual(["up"]);
    await talked.clock.advance(600);
    expect(linesOf(talked)).toEqual(["up", "down"]);
    await talked.clock.advance(1_200);
    expect(linesOf(talked)).toEqual(["up", "down", "up"]);
  });
});

describe("an update", () => {
  const { exchanges } = readConversation("submit");
  const update = exchanges[0]?.then?.[0] as { stream: string; data: Record<string, unknown> };
  const order = update.data.order as Record<string, unknown>;
  const get: Exchange = {
    method: "GET",
    path: `/v2/orders/${String(order.id)}`,
    answer: { status: 200, body: order },
  };

  async function hear(...frames: unknown[]): Promise<Talk> {
    const talked = talk(new AlpacaPlayer({ exchanges: [get], trades: [] }));
    talked.broker.start();
    await talked.clock.advance(100);
    for (const frame of frames) {
      if (typeof frame === "string") talked.player.peers.at(-1)?.send(frame);
      else talked.player.stream(frame);
    }
    await talked.clock.advance(100);
    return talked;
  }

  it("is heard in text frames and in binary ones", async () => {
    const talked = await hear(update, JSON.stringify(update));
    expect(reportsOf(talked)).toHaveLength(2);
    expect(reportsOf(talked)[0]).toEqual(reportsOf(talked)[1]);
  });

  it("without data, of another stream, or no JSON at all is counted and harms nothing", async () => {
    const frames = [
      { stream: "trade_updates", data: null },
      { stream: "other", data: {} },
      "}{",
      { action: "error" },
    ];
    const talked = await hear(...frames, update);
    expect(reportsOf(talked)).toHaveLength(1);
    const counted = ["empty", "other-stream", "unreadable-frame"].map((name) =>
      talked.counts.of(`alpaca.updates.${name}`),
    );
    expect(counted).toEqual([1, 1, 2]);
    expect(talked.broker.isUp).toBe(true);
  });

  it("with words that nobody knows is told as unknown, and counted", async () => {
    const strange = {
      ...order,
      status: "pondering",
      type: "peg",
      time_in_force: "gtx",
      order_class: "nested",
    };
    const talked = await hear({ stream: "trade_updates", data: { event: "pondered", order: strange } });
    const [report] = reportsOf(talked);
    expect(report).toMatchObject({ event: "pondered", order: { status: "unknown", type: "unknown" } });
    expect(report?.order.timeInForce).toBe("unknown");
    for (const word of ["status", "type", "time_in_force", "order_class", "event"])
      expect(talked.counts.of(`alpaca.unknown.${word}`)).toBe(1);
  });

  it("that cannot be read makes us ask for the order", async () => {
    const { filled_qty: _gone, ...broken } = order;
    const talked = await hear({ stream: "trade_updates", data: { event: "fill", order: broken } });
    expect(reportsOf(talked)).toMatchObject([{ cause: "poll", event: "reread", order: { id: order.id } }]);
  });

  it("of a fill without a name has no execution, so that it cannot be counted twice", async () => {
    const filled = { ...order, status: "filled", filled_qty: "25", filled_avg_price: 41.15 };
    const data = {
      event: "fill",
      order: filled,
      price: "41.15",
      qty: "25",
      timestamp: "2026-03-02T14:31:07Z",
    };
    const talked = await hear({ stream: "trade_updates", data });
    expect(reportsOf(talked)[0]?.execution).toBeUndefined();
    expect(reportsOf(talked)[0]?.order.filled).toBe(25);
  });
});
