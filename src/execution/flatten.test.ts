/**
 * Goal    a flatten ends with nothing held and nothing working at the broker, whatever the broker does meanwhile and
 *         wherever the process dies, and no position ever turns (I-15, I-20, I-21, I-38).
 * Method  the overseer against a small broker in virtual time: one test per rule, then a thousand seeds of troubles
 *         with restarts between any two acts.
 */
import { describe, expect, it } from "vitest";
import { uniform } from "../../test/engine-world.ts";
import { FlattenBroker, healthy, type Moods } from "../../test/flatten-broker.ts";
import { BUY, SELL } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { FlattenOverseer, type MarketNews } from "./flatten.ts";
import type { FlattenActs, FlattenEnd } from "./flatten-state.ts";
import type { Instants } from "./instants.ts";

const START = 1_795_014_000_000_000;
const STEP_MS = 100;

interface Trouble {
  readonly moods?: Partial<Moods>;
  readonly seed?: number;
  readonly ends?: FlattenEnd;
  /** Chance at each step that the process dies and starts again. */
  readonly crash?: number;
  /** Milliseconds that a look travels. */
  readonly lookMs?: number;
  /** Told before the first step: the market is shut. */
  readonly isShut?: boolean;
}

/** One process after the other, one broker. */
class Scene {
  readonly broker: FlattenBroker;
  readonly notes: string[] = [];
  readonly lines: string[] = [];
  readonly pages: string[] = [];
  readonly closings: string[] = [];
  overseer: FlattenOverseer;
  ms = 0;
  /** Most closings that were out at once. */
  restarts = 0;
  ended: string | undefined;
  readonly before = new Map<string, number>();
  #looks: { readonly dueMs: number; readonly life: number }[] = [];
  #life = 0;
  #uptimeMs = 0;
  #crash: number;
  readonly #trouble: Trouble;
  readonly #next: () => number;

  constructor(
    trouble: Trouble = {},
    held: readonly (readonly [string, number, number])[] = [["AAA", 100, 50]],
  ) {
    this.#trouble = trouble;
    this.#crash = trouble.crash ?? 0;
    this.#next = uniform(trouble.seed ?? 1);
    this.broker = new FlattenBroker({ ...healthy, ...trouble.moods }, this.#next);
    for (const [symbol, shares, price] of held) {
      this.broker.hold(symbol, shares, price);
      this.before.set(symbol, shares);
    }
    const believed = Object.fromEntries(this.before);
    this.overseer = FlattenOverseer.start(
      { haltId: "abc", reason: "test", ends: trouble.ends ?? "HALTED", believed },
      this.now,
    );
    if (trouble.isShut === true) {
      this.broker.isOpen = false;
      this.market({ kind: "shut" });
    }
  }

  get now(): Instants {
    return { at: (START + this.ms * 1000) as EpochMicros, ms: this.ms - this.#uptimeMs };
  }

  market(news: MarketNews): void {
    this.do(this.overseer.market(news, this.now));
  }

  /** A restart that lost the acts, or did them: the state was stored before. */
  restart(): void {
    const saved = JSON.parse(JSON.stringify(this.overseer.save()));
    this.#life += 1;
    this.restarts += 1;
    this.#uptimeMs = this.ms - 7;
    this.overseer = FlattenOverseer.load(saved, this.now);
    if (!this.broker.isOpen) this.overseer.market({ kind: "shut" }, this.now);
    else this.overseer.market({ kind: "open", since: (START - 3_600e6) as EpochMicros }, this.now);
  }

  do(acts: FlattenActs): void {
    for (const { line, text } of acts.notes) {
      this.notes.push(`${line} ${text}`);
      if (this.lines.at(-1) !== line) this.lines.push(line);
    }
    this.pages.push(...acts.pages);
    if (acts.report !== undefined) this.ended = acts.report.ended;
    if (this.#next() < this.#crash) {
      this.restart();
      return;
    }
    for (const request of acts.requests) {
      if (request.kind === "CancelAll") this.broker.cancelAll();
      else if (request.kind === "Cancel") this.broker.cancel(request.order);
      else this.#looks.push({ dueMs: this.ms + (this.#trouble.lookMs ?? 50), life: this.#life });
    }
    for (const closing of acts.closings) {
      this.closings.push(`${closing.clientId} ${closing.side === SELL ? "sell" : "buy"} ${closing.shares}`);
      const reply = this.broker.submit(closing, this.ms);
      const life = this.#life;
      if (reply !== undefined && life === this.#life)
        this.do(this.overseer.replied(closing.clientId, reply, this.now));
    }
  }

  /** Troubles end, also those of our own process. */
  heal(): void {
    this.broker.moods = healthy;
    this.#crash = 0;
  }

  step(): void {
    this.ms += STEP_MS;
    this.broker.tick(this.ms);
    for (const { shares, symbol } of this.broker.positions.values()) {
      const before = this.before.get(symbol) ?? 0;
      if (shares * before < 0)
        throw new Error(`${symbol} turned from ${before} to ${shares} at ${this.ms} ms`);
    }
    const due = this.#looks.filter(({ dueMs }) => dueMs <= this.ms);
    this.#looks = this.#looks.filter(({ dueMs }) => dueMs > this.ms);
    for (const { life } of due) {
      if (life !== this.#life) continue;
      const look = this.broker.look(this.now.at);
      this.do(
        look === undefined ? this.overseer.lookFailed("503", this.now) : this.overseer.looked(look, this.now),
      );
    }
    this.do(this.overseer.time(this.now));
  }

  /** Until it is over or so many virtual seconds have passed. */
  run(seconds: number): this {
    const end = this.ms + seconds * 1000;
    while (this.ms < end && !this.overseer.isOver) this.step();
    return this;
  }
}

describe("the lines of a flatten", () => {
  it("cancel, close, verify, lock, tell: in that order, and the report says what was held", () => {
    const scene = new Scene();
    scene.broker.rest("AAA", SELL, 100, "stop");
    scene.run(60);
    expect(scene.lines).toEqual(["F0", "F1", "F2", "F3", "F4", "F5"]);
    expect(scene.closings).toEqual(["Habc-AAA-1 sell 100"]);
    expect([scene.ended, scene.broker.isFlat]).toEqual(["HALTED", true]);
  });

  it("nothing held: verified by two looks a second apart, nothing is closed", () => {
    const scene = new Scene({}, []).run(60);
    expect(scene.ms).toBeGreaterThanOrEqual(1000);
    expect([scene.closings, scene.ended]).toEqual([[], "HALTED"]);
  });

  it("one look that shows nothing is no proof", () => {
    const scene = new Scene();
    scene.broker.moods = { ...healthy, empty: 1 };
    scene.run(0.5);
    scene.broker.moods = healthy;
    scene.run(60);
    expect(scene.closings).toEqual(["Habc-AAA-1 sell 100"]);
    expect(scene.broker.isFlat).toBe(true);
  });

  it("a look that fails is no proof either", () => {
    const scene = new Scene({ moods: { lookFails: 1 } }, []).run(120);
    expect([scene.ended, scene.pages.length]).toEqual([undefined, 1]);
  });

  it("largest risk first, five at a time", () => {
    const held = Array.from({ length: 8 }, (_, n) => [`S${n}`, 10, 10 + n] as const);
    const scene = new Scene({}, held);
    scene.broker.isOpen = false;
    scene.run(3);
    expect(scene.closings.map((text) => text.split(" ")[0])).toEqual(
      ["S7", "S6", "S5", "S4", "S3"].map((symbol) => `Habc-${symbol}-1`),
    );
    scene.broker.isOpen = true;
    expect(scene.run(60).broker.isFlat).toBe(true);
  });

  it("a short is bought back", () => {
    expect(new Scene({}, [["AAA", -40, 50]]).run(60).closings).toEqual(["Habc-AAA-1 buy 40"]);
  });

  it("what is canceled only later waits, and others do not wait for it", () => {
    const scene = new Scene({ moods: { cancelLost: 1 } }, [
      ["AAA", 100, 50],
      ["BBB", 10, 5],
    ]);
    scene.broker.rest("AAA", SELL, 100, "stop");
    scene.run(5);
    expect(scene.closings).toEqual(["Habc-BBB-1 sell 10"]);
    scene.broker.moods = healthy;
    expect(scene.run(55).broker.isFlat).toBe(true);
  });

  it("an opposite order of anybody is canceled before its symbol is closed", () => {
    const scene = new Scene();
    scene.broker.rest("AAA", BUY, 10, "limit");
    expect(scene.run(60).closings).toEqual(["Habc-AAA-1 sell 100"]);
  });

  it("what is left of a partial fill is closed under the next number", () => {
    const scene = new Scene({ moods: { partial: 1 }, seed: 3 });
    scene.run(3);
    scene.broker.moods = healthy;
    scene.run(60);
    expect(scene.closings.length).toBeGreaterThan(1);
    expect(scene.closings.at(-1)?.startsWith(`Habc-AAA-${scene.closings.length} `)).toBe(true);
    expect(scene.broker.isFlat).toBe(true);
  });

  it("a closing of which nobody knows is asked for again under its own number", () => {
    const scene = new Scene({ moods: { replyLost: 1 }, seed: 5 });
    scene.run(10);
    scene.broker.moods = healthy;
    scene.run(60);
    expect(new Set(scene.closings.map((text) => text.split(" ")[0])).size).toBe(1);
    expect(scene.broker.isFlat).toBe(true);
  });

  it("what the guardian closed by the same id is not closed twice", () => {
    const scene = new Scene();
    scene.broker.isOpen = false;
    scene.overseer.market({ kind: "halted", symbol: "AAA" }, scene.now);
    scene.run(0.5);
    scene.overseer = FlattenOverseer.load({ ...scene.overseer.save(), halts: [] }, scene.now);
    const closing = { clientId: "Habc-AAA-1", symbol: "AAA", side: SELL, shares: 100, attempt: 1, collar: 0 };
    scene.broker.submit(closing as never, 0);
    scene.run(3);
    scene.broker.isOpen = true;
    scene.run(60);
    expect([scene.closings, scene.broker.isFlat]).toEqual([[], true]);
  });
});

describe("what is not closed", () => {
  it("I-21: nothing while the market is shut, and stops that protect stay until a minute after the open", () => {
    const scene = new Scene({ isShut: true });
    scene.broker.rest("AAA", SELL, 100, "stop");
    scene.broker.rest("AAA", SELL, 5, "limit");
    scene.run(600);
    expect([scene.closings, scene.broker.afterHours]).toEqual([[], 0]);
    expect(scene.broker.orders.map(({ status }) => status)).toEqual(["working", "canceled"]);
    expect(scene.pages.length).toBe(1);
    scene.broker.isOpen = true;
    scene.market({ kind: "open", since: scene.now.at });
    scene.run(59);
    expect([scene.closings, scene.broker.orders[0]?.status]).toEqual([[], "working"]);
    scene.run(60);
    expect(scene.broker.isFlat).toBe(true);
  });

  it("the market shuts after it was shown flat once: nobody is woken, and the second look ends it", () => {
    const scene = new Scene();
    while (!scene.broker.isFlat) scene.run(1);
    scene.run(2);
    expect(scene.ended).toBeUndefined();
    scene.broker.isOpen = false;
    scene.market({ kind: "shut" });
    scene.run(600);
    expect([scene.pages, scene.ended === undefined]).toEqual([[], false]);
  });

  it("the market shuts in the middle: what is left goes on a minute after the next open, also after a restart", () => {
    const scene = new Scene({ moods: { refused: 1 }, seed: 2 });
    scene.run(5);
    scene.broker.isOpen = false;
    scene.market({ kind: "shut" });
    scene.broker.moods = healthy;
    const before = scene.closings.length;
    scene.run(600);
    const saved = scene.overseer.save();
    scene.overseer = FlattenOverseer.load(JSON.parse(JSON.stringify(saved)), scene.now);
    scene.run(600);
    expect(scene.closings.length).toBe(before);
    scene.broker.isOpen = true;
    scene.market({ kind: "open", since: scene.now.at });
    scene.run(150);
    expect([scene.broker.isFlat, scene.broker.afterHours]).toEqual([true, 0]);
  });

  it("C-44: a halted symbol waits for its first print after the halt and five seconds more", () => {
    const scene = new Scene();
    scene.broker.halted.add("AAA");
    scene.market({ kind: "halted", symbol: "AAA" });
    scene.run(30);
    scene.market({ kind: "printed", symbol: "AAA" });
    scene.run(10);
    scene.market({ kind: "resumed", symbol: "AAA" });
    scene.run(10);
    expect(scene.closings).toEqual([]);
    scene.broker.halted.clear();
    scene.market({ kind: "printed", symbol: "AAA" });
    scene.run(4.9);
    expect(scene.closings).toEqual([]);
    expect(scene.run(10).broker.isFlat).toBe(true);
  });

  it("a position that turned is left alone, and somebody is woken", () => {
    const scene = new Scene({ moods: { lookFails: 1 } });
    scene.broker.moods = healthy;
    scene.broker.isOpen = false;
    scene.run(2);
    scene.before.clear();
    scene.broker.hold("AAA", -20, 50);
    scene.broker.isOpen = true;
    scene.broker.orders.splice(0);
    const before = scene.closings.length;
    scene.run(90);
    expect(scene.closings.length).toBe(before);
    expect(scene.pages[0]).toMatch(/closed too much/);
    scene.broker.hold("AAA", 0, 50);
    expect(scene.run(60).ended).toBe("HALTED");
  });

  it("a position that looks stale is not closed twice", () => {
    const scene = new Scene();
    scene.run(1);
    scene.broker.moods = { ...healthy, stale: 1 };
    scene.run(20);
    expect(scene.closings).toEqual(["Habc-AAA-1 sell 100"]);
  });
});

describe("who is woken", () => {
  it("after a minute that is not flat, then every five, without an end", () => {
    const scene = new Scene({ moods: { refused: 1 }, seed: 9 });
    scene.run(3600);
    const notFlat = scene.pages.filter((text) => text.includes("not flat"));
    expect(notFlat.length).toBe(12);
    expect(scene.closings.length).toBeGreaterThan(50);
  });

  it("fifty attempts that nobody fills are enough for an hour, and then it goes on", () => {
    const scene = new Scene({ moods: { partial: 1 } }, [["AAA", 1, 50]]);
    scene.run(3000);
    expect(scene.closings.length).toBe(50);
    expect(scene.pages.filter((text) => text.includes("50 attempts")).length).toBe(1);
    scene.broker.moods = healthy;
    expect(scene.run(3600).broker.isFlat).toBe(true);
  });
});

describe("withdrawing", () => {
  it("a watchdog's flatten is withdrawn before the first closing, never after, and a kill never", () => {
    const calm = new Scene({ ends: "SAFE_FLAT" });
    expect(calm.overseer.withdraw("the feed is back", calm.now).acts.report?.ended).toBe("WITHDRAWN");
    const late = new Scene({ ends: "SAFE_FLAT" });
    late.broker.isOpen = false;
    late.run(2);
    expect(late.overseer.withdraw("the feed is back", late.now).isWithdrawn).toBe(false);
    const kill = new Scene();
    expect(kill.overseer.withdraw("the feed is back", kill.now).isWithdrawn).toBe(false);
  });
});

describe("restarts", () => {
  it("FL-4: at every step of it, it goes on and ends the same, by the same ids", () => {
    for (let at = 0; at < 80; at++) {
      const scene = new Scene({ moods: { partial: 0.5 }, seed: 21 });
      scene.broker.rest("AAA", SELL, 100, "stop");
      for (let n = 0; n < at && !scene.overseer.isOver; n++) scene.step();
      scene.restart();
      scene.run(60);
      expect([at, scene.broker.isFlat, scene.ended ?? "before"]).toEqual([
        at,
        true,
        scene.ended === undefined ? "before" : "HALTED",
      ]);
    }
  });

  it("what is no saved flatten is refused with a line that says where", () => {
    expect(() => FlattenOverseer.load({ version: 2 }, { at: START as EpochMicros, ms: 0 })).toThrow(
      /saved flatten/,
    );
  });
});

describe("a thousand seeds", () => {
  const moodOf = (next: () => number): Moods => {
    const some = (most: number) => (next() < 0.5 ? 0 : most * next());
    return {
      cancelLost: some(0.8),
      lookFails: some(0.5),
      stale: some(0.3),
      empty: some(0.2),
      replyLost: some(0.5),
      refused: some(0.4),
      partial: some(0.7),
    };
  };

  it("no position turns, nothing is sent while the market is shut, and it ends flat once the broker is well", () => {
    let [restarts, closings, shut] = [0, 0, 0];
    for (let seed = 1; seed <= 1000; seed++) {
      const next = uniform(seed * 7919);
      const held = Array.from({ length: 1 + Math.floor(next() * 4) }, (_, n) => {
        const shares = Math.ceil(200 * next()) * (next() < 0.3 ? -1 : 1);
        return [`S${n}`, shares, 5 + 100 * next()] as const;
      });
      const scene = new Scene(
        { moods: moodOf(next), seed, crash: next() < 0.5 ? 0.02 : 0, lookMs: 20 + 900 * next() },
        held,
      );
      for (const [symbol, shares] of held)
        if (next() < 0.5) scene.broker.rest(symbol, shares > 0 ? SELL : BUY, Math.abs(shares), "stop");
      scene.run(30);
      if (next() < 0.3 && !scene.overseer.isOver) {
        shut += 1;
        scene.broker.isOpen = false;
        scene.market({ kind: "shut" });
        scene.broker.afterHours = 0;
        scene.run(30);
        expect([seed, scene.broker.afterHours]).toEqual([seed, 0]);
        scene.broker.isOpen = true;
        scene.market({ kind: "open", since: (scene.now.at - 3_600e6) as EpochMicros });
      }
      scene.run(30);
      scene.heal();
      scene.run(180);
      // What was lost on the way may still come.
      for (let n = 0; n < 250; n++) scene.step();
      restarts += scene.restarts;
      closings += scene.closings.length;
      expect([seed, scene.overseer.isOver, scene.broker.isFlat]).toEqual([seed, true, true]);
    }
    expect(restarts).toBeGreaterThan(1000);
    expect(closings).toBeGreaterThan(3000);
    expect(shut).toBeGreaterThan(50);
  });

  it("I-20: with a healthy broker it is flat and verified within 60 virtual seconds", () => {
    for (let seed = 1; seed <= 200; seed++) {
      const next = uniform(seed);
      const held = Array.from(
        { length: 30 },
        (_, n) => [`S${n}`, 1 + Math.floor(500 * next()), 5 + next()] as const,
      );
      const scene = new Scene({ seed, lookMs: 300 }, held);
      for (const [symbol, shares] of held) scene.broker.rest(symbol, SELL, shares, "stop");
      scene.run(60);
      expect([seed, scene.ended, scene.broker.isFlat]).toEqual([seed, "HALTED", true]);
    }
  });
});
