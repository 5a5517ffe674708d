/**
 * Goal    no alert is lost, none told twice, the most urgent first; a thousand alike are one call; who dies at any step
 *         goes on where it was (C-60, C-61).
 * Method  a record in memory that keeps only what a transaction put down, channels that a test answers, a clock of
 *         numbers; properties over random schedules of alerts, failures, acknowledgements and deaths.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryRecord } from "../../../test/alert-record.ts";
import "../../../test/property-seed.ts";
import type { AlertLevel, Message, RaisedAlert } from "../../domain/alert.ts";
import { urgency } from "../../domain/alert.ts";
import { AlertDesk, TEST } from "./alert-desk.ts";
import { type AlertPolicy, retryAfterMs } from "./alert-policy.ts";

const policy: AlertPolicy = {
  channels: ["smtp", "slack", "twilio"],
  routes: { warning: ["smtp"], info: [], digest: ["smtp", "slack"] },
  ...{ repeatMs: 300_000, repeatsMax: 4, groupMs: 30_000, summaryMs: 3_600_000, quietMs: 1_800_000 },
  ...{ reopenMs: 600_000, escalateAfter: 3, giveUpMs: 86_400_000 },
};

class World {
  readonly record = new MemoryRecord();
  /** What each channel took: message ids, in order. */
  readonly took = new Map<string, string[]>();
  readonly down = new Set<string>();
  now = 1_000_000;
  desk: AlertDesk;
  #ids = 0;
  readonly #policy: AlertPolicy;

  constructor(changes: Partial<AlertPolicy> = {}) {
    this.#policy = { ...policy, ...changes };
    this.desk = this.#start();
  }

  #start(): AlertDesk {
    return new AlertDesk("r", this.#policy, this.record, this.record.load(), this.now);
  }

  /** The process dies: what was not put down is gone. */
  restart(): void {
    this.desk = this.#start();
  }

  alert(level: AlertLevel, cause = "c", text = `${cause} 1`): RaisedAlert {
    this.#ids += 1;
    return { id: `a${this.#ids}`, level, cause, source: "execute", text, atMs: this.now };
  }

  raise(level: AlertLevel, cause?: string, text?: string): void {
    this.desk.raise([this.alert(level, cause, text)], this.now);
  }

  /** Sends all that is due, again and again until nothing is. */
  send(): void {
    for (let round = 0; round < 10_000; round += 1) {
      const due = this.desk.due(this.now);
      if (due.length === 0) return;
      for (const one of due) {
        this.desk.begun(one, this.now);
        const isDown = this.down.has(one.channel);
        if (!isDown) this.took.set(one.channel, [...(this.took.get(one.channel) ?? []), one.message.id]);
        this.desk.settled(one, isDown ? { ok: false, reason: "down" } : { ok: true }, this.now);
      }
    }
    throw new Error("it sends for ever");
  }

  /** So many milliseconds, a second at a time. */
  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += 1000;
      this.desk.tick(this.now);
      this.send();
    }
  }

  told(channel: string): number {
    return this.took.get(channel)?.length ?? 0;
  }
}

describe("one incident per cause", () => {
  it("a thousand identical errors are one call on each channel, with their count", () => {
    const world = new World();
    const alerts = Array.from({ length: 1000 }, () => world.alert("critical", "crash-loop"));
    for (const alert of alerts) {
      world.desk.raise([alert], world.now);
      world.send();
    }
    expect([...world.took.values()].map((ids) => ids.length)).toEqual([1, 1, 1]);
    expect(world.desk.live).toMatchObject([{ count: 1000 }]);
  });

  it("the same alert, read twice, counts once", () => {
    const world = new World();
    const alert = world.alert("critical");
    for (let n = 0; n < 3; n += 1) world.desk.raise([alert], world.now);
    world.restart();
    world.desk.raise([alert], world.now);
    expect(world.desk.live).toMatchObject([{ count: 1 }]);
  });

  it("what is critical is never folded under a warning of the same cause", () => {
    const world = new World();
    world.raise("warning");
    world.raise("critical");
    world.send();
    expect(world.told("twilio")).toBe(1);
    expect(world.desk.live.map(({ level }) => level)).toEqual(["warning", "critical"]);
  });

  it("a warning waits for others of its cause, and goes where warnings go; an info is history", () => {
    const world = new World();
    world.raise("warning");
    world.raise("info");
    world.pass(29_000);
    expect(world.took.size).toBe(0);
    world.pass(2000);
    expect([...world.took.keys()]).toEqual(["smtp"]);
  });

  it("one that goes on is summed up once an hour, and not while nothing is new", () => {
    const world = new World({ quietMs: 86_400_000 });
    world.raise("warning");
    world.pass(60_000);
    world.raise("warning");
    world.pass(3_600_000);
    expect(world.told("smtp")).toBe(2);
    world.pass(3 * 3_600_000);
    expect(world.told("smtp")).toBe(2);
  });
});

describe("who does not answer is called again", () => {
  it("every five minutes, and no more often than the settings say", () => {
    const world = new World({ quietMs: 86_400_000 });
    world.raise("critical");
    world.send();
    world.pass(299_000);
    expect(world.told("smtp")).toBe(1);
    world.pass(2000);
    expect(world.told("smtp")).toBe(2);
    world.pass(3_600_000);
    expect(world.told("smtp")).toBe(5);
  });

  it("until somebody has acknowledged it; what says something new calls again", () => {
    const world = new World();
    world.raise("critical", "c", "c of AAPL 1");
    world.send();
    expect(world.desk.acknowledge(1, "ann", world.now)).toBe(true);
    expect(world.desk.acknowledge(1, "bob", world.now)).toBe(false);
    world.raise("critical", "c", "c of AAPL 2");
    world.pass(900_000);
    expect(world.told("smtp")).toBe(1);
    world.raise("critical", "c", "c of MSFT 2");
    world.pass(2000);
    expect(world.told("smtp")).toBe(2);
  });

  it("or until it is over; when it comes back soon it is the same incident, called at most each five minutes", () => {
    const world = new World();
    for (let n = 0; n < 20; n += 1) {
      world.raise("critical", "feed");
      world.pass(30_000);
      world.desk.clear("feed", world.now);
      world.pass(30_000);
    }
    expect(world.record.incidents.size).toBe(1);
    // Twenty minutes: the first call, and one after each five.
    expect(world.told("smtp")).toBeLessThanOrEqual(5);
    world.pass(700_000);
    world.raise("critical", "feed");
    world.send();
    expect(world.record.incidents.size).toBe(2);
  });
});

describe("a channel that does not take it", () => {
  it("is tried again for as long as it takes, further and further apart, a minute at most", () => {
    const world = new World({ channels: ["smtp"], repeatsMax: 1000, quietMs: 1e9 });
    world.down.add("smtp");
    world.raise("critical");
    world.send();
    world.pass(86_400_000);
    const message = [...world.record.messages.values()][0] as Message;
    expect(message.deliveries[0]).toMatchObject({ state: "waiting" });
    expect(message.deliveries[0]?.attempts).toBeGreaterThan(1400);
    expect([1, 2, 3, 8, 99].map(retryAfterMs)).toEqual([1000, 2000, 4000, 60_000, 60_000]);
    world.down.clear();
    world.pass(61_000);
    expect(world.told("smtp")).toBe(1);
  });

  it("gets each of an hour's incidents once when it is back, not each repetition", () => {
    const world = new World();
    world.down.add("smtp");
    for (const cause of ["kill", "not-flat", "flat"]) world.raise("critical", cause);
    world.pass(3_600_000);
    world.down.clear();
    world.pass(61_000);
    expect(world.told("smtp")).toBe(3);
    expect(new Set(world.took.get("smtp"))).toHaveLength(3);
  });

  it("has the next one stand in after three attempts, also for a warning", () => {
    const world = new World();
    world.down.add("smtp");
    world.raise("warning");
    world.pass(60_000);
    expect([...world.took.keys()]).toEqual(["slack"]);
  });

  it("a warning that nobody takes is given up after a day; a refused text at once, and the channel still works", () => {
    const world = new World({ channels: ["smtp"], quietMs: 60_000, giveUpMs: 600_000 });
    world.down.add("smtp");
    world.raise("warning");
    world.pass(700_000);
    expect(world.desk.pending).toBe(0);
    const other = new World({ groupMs: 0 });
    other.raise("warning");
    const [due] = other.desk.due(other.now);
    if (due === undefined) throw new Error("nothing is due");
    other.desk.begun(due, other.now);
    other.desk.settled(due, { ok: false, reason: "550 no", isOfMessage: true }, other.now);
    expect([other.desk.pending, other.desk.channels.all[0]?.failures]).toEqual([0, 0]);
  });
});

describe("working channels", () => {
  it("none is known to work before its first delivery, and one is enough", () => {
    const world = new World();
    world.pass(60_000);
    expect(world.desk.channels.noneForMs(world.now)).toBe(60_000);
    for (const id of policy.channels) world.down.add(id);
    world.raise("critical");
    world.pass(300_000);
    expect(world.desk.channels.noneForMs(world.now)).toBe(360_000);
    world.down.delete("twilio");
    world.pass(61_000);
    expect(world.desk.channels.noneForMs(world.now)).toBe(0);
    expect(world.desk.channels.working(world.now)).toEqual(["twilio"]);
    world.restart();
    expect(world.desk.channels.working(world.now)).toEqual(["twilio"]);
  });

  it("a test goes by every channel and takes the place of an older one that waits", () => {
    const world = new World();
    world.down.add("smtp");
    for (const name of ["monday", "tuesday"]) {
      const alert = { ...world.alert("info", TEST), id: `test-${name}` };
      for (let n = 0; n < 2; n += 1) world.desk.test(alert, policy.channels, world.now);
      world.pass(86_400_000);
    }
    expect([world.told("slack"), world.told("twilio"), world.told("smtp")]).toEqual([2, 2, 0]);
    world.down.clear();
    world.pass(61_000);
    expect(world.told("smtp")).toBe(1);
    expect(world.desk.pending).toBe(0);
  });
});

const step = fc.oneof(
  fc.record({
    kind: fc.constant("raise" as const),
    level: fc.constantFrom("info", "warning", "critical"),
    cause: fc.nat(4),
  }),
  fc.record({ kind: fc.constant("flip" as const), channel: fc.constantFrom(...policy.channels) }),
  fc.record({ kind: fc.constant("pass" as const), seconds: fc.nat(400) }),
  fc.record({ kind: fc.constant("ack" as const), incident: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ kind: fc.constant("clear" as const), cause: fc.nat(4) }),
  fc.record({ kind: fc.constant("die" as const), at: fc.nat(3) }),
);

describe("whatever happens, in whatever order", () => {
  it("no alert is lost, no channel has a message twice, the urgent go first", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        const raised: RaisedAlert[] = [];
        for (const one of steps) {
          if (one.kind === "raise") {
            const alert = world.alert(one.level as AlertLevel, `cause-${one.cause}`);
            raised.push(alert);
            world.desk.raise([alert], world.now);
          } else if (one.kind === "flip") {
            if (!world.down.delete(one.channel)) world.down.add(one.channel);
          } else if (one.kind === "pass") world.pass(one.seconds * 1000);
          else if (one.kind === "ack") world.desk.acknowledge(one.incident, "ann", world.now);
          else if (one.kind === "clear") world.desk.clear(`cause-${one.cause}`, world.now);
          else world.restart();
        }
        world.down.clear();
        world.pass(600_000);
        for (const { id, level } of raised) {
          const incident = world.record.incidents.get(world.record.alerts.get(id) ?? -1);
          expect(incident?.level).toBe(level);
          if (level === "info" || incident === undefined) continue;
          const first = [...world.record.messages.values()].find(
            (message) => message.incident === incident.id && message.kind === "first",
          );
          const isTold = first?.deliveries.every(({ state }) => state === "delivered");
          expect(isTold).toBe(true);
        }
        for (const ids of world.took.values()) expect(new Set(ids).size).toBe(ids.length);
        const counted = [...world.record.incidents.values()].reduce((sum, { count }) => sum + count, 0);
        expect(counted).toBe(raised.length);
      }),
      { numRuns: 150 },
    );
  });

  it("of what waits on a channel, nothing less urgent goes before something more urgent", () => {
    const levels = fc.array(fc.constantFrom<AlertLevel>("warning", "critical"), {
      minLength: 2,
      maxLength: 20,
    });
    fc.assert(
      fc.property(levels, (wanted) => {
        const world = new World({ groupMs: 0 });
        for (const [n, level] of wanted.entries()) world.raise(level, `cause-${n}`);
        world.send();
        const order = (world.took.get("smtp") ?? []).map((id) => {
          const { incident = -1, number = -1 } = world.record.messages.get(id) ?? {};
          return { urgency: urgency(world.record.incidents.get(incident)?.level ?? "info"), number };
        });
        expect(order).toEqual(order.toSorted((a, b) => b.urgency - a.urgency || a.number - b.number));
      }),
      { numRuns: 50 },
    );
  });

  it.each(["before it is begun", "begun and not sent", "sent and not settled", "settled"])(
    "a death %s: told once, or again under the same id where it cannot be known",
    (when) => {
      const world = new World({ channels: ["smtp"] });
      world.raise("critical");
      const [due] = world.desk.due(world.now);
      if (due === undefined) throw new Error("nothing is due");
      if (when !== "before it is begun") world.desk.begun(due, world.now);
      if (when.startsWith("sent") || when === "settled") world.took.set("smtp", [due.message.id]);
      if (when === "settled") world.desk.settled(due, { ok: true }, world.now);
      world.restart();
      world.send();
      const took = world.took.get("smtp") ?? [];
      expect(took).toHaveLength(when === "sent and not settled" ? 2 : 1);
      expect(new Set(took)).toHaveLength(1);
    },
  );
});
