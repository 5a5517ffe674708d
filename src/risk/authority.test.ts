/**
 * Goal    the strictest claim holds (AU-1, I-19), nobody loosens another's (AU-2) and only an operator ends a
 *         latched one (AU-3, I-18).
 * Method  cases worth remembering; then random histories of raising, lifting and waiting against a plain model
 *         that keeps a map and reads it naively.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";
import {
  Authorities,
  type Authority,
  authorities,
  type Claim,
  effective,
  type Level,
  levels,
} from "./authority.ts";

const at = (instant: number) => instant as EpochMicros;

function claim(given: Partial<Claim> = {}): Claim {
  return {
    authority: "circuit_breakers",
    source: "rapid_loss",
    level: "NO_NEW_ENTRIES",
    scalar: 1,
    reason: "equity fell 1.2% in 15 min, limit 1%",
    since: at(0),
    until: undefined,
    liftedBy: "itself",
    ...given,
  };
}

function holding(...claims: Claim[]): Authorities {
  const held = new Authorities();
  for (const each of claims) held.raise(each);
  return held;
}

describe("AU-1", () => {
  it("without a claim everything is allowed at its own size", () => {
    const { permission, flattens } = new Authorities();
    expect(permission).toEqual({ level: "NORMAL", scalar: 1, claims: [] });
    expect(flattens).toBe(false);
  });

  it("the strictest level and the smallest scalar hold, from whichever claim each comes", () => {
    const { permission } = holding(
      claim({ authority: "strategy", level: "REDUCE_ONLY", scalar: 0.8 }),
      claim({ authority: "kill_switch", level: "SCALED", scalar: 0.3 }),
    );
    expect([permission.level, permission.scalar]).toEqual(["REDUCE_ONLY", 0.3]);
  });

  it.each(levels)(
    "%s bars entries, flattens and is at least each level as the order of the names says",
    (level) => {
      const held = holding(claim({ level }));
      const rank = levels.indexOf(level);
      expect(held.allowsEntries()).toBe(level === "NORMAL" || level === "SCALED");
      expect(held.flattens).toBe(level === "FLATTEN" || level === "HALTED");
      for (const other of levels) expect(held.isAtLeast(other)).toBe(rank >= levels.indexOf(other));
    },
  );

  it("a scalar above 1 counts when all claims say so, and never beyond 1.2", () => {
    expect(effective([claim({ scalar: 1.1 })]).scalar).toBe(1.1);
    expect(effective([claim({ scalar: 5 })]).scalar).toBe(1.2);
    expect(effective([claim({ scalar: 5 }), claim({ source: "b", scalar: 1 })]).scalar).toBe(1);
  });

  it("AU-4: a scalar that is none counts as zero, beside any other", () => {
    for (const scalar of [Number.NaN, -1, 0, Number.NEGATIVE_INFINITY]) {
      expect(effective([claim({ scalar }), claim({ source: "b", scalar: 1 })]).scalar).toBe(0);
    }
  });

  it("claims stand by rank of authority, then by source, whatever the order of raising", () => {
    const all = authorities.flatMap((authority) => ["b", "a"].map((source) => claim({ authority, source })));
    const order = (held: Authorities) =>
      held.permission.claims.map(({ authority, source }) => `${authority}/${source}`);
    const forwards = order(holding(...all));
    expect(order(holding(...all.toReversed()))).toEqual(forwards);
    expect(forwards).toEqual(authorities.flatMap((authority) => [`${authority}/a`, `${authority}/b`]));
  });
});

describe("AU-2", () => {
  it("lifting ends one's own claim of that source and no other", () => {
    const held = holding(
      claim({ source: "a", level: "FLATTEN" }),
      claim({ source: "b", level: "SCALED" }),
      claim({ authority: "regime", source: "a", level: "REDUCE_ONLY" }),
    );
    expect(held.lift("circuit_breakers", "a", "itself")).toBe(true);
    expect(held.permission.level).toBe("REDUCE_ONLY");
    expect(held.permission.claims).toHaveLength(2);
    expect(held.lift("circuit_breakers", "a", "itself")).toBe(false);
    expect(held.lift("ensemble", "b", "operator")).toBe(false);
  });

  it("raising again replaces one's own claim, also by a looser one, and touches no other", () => {
    const held = holding(
      claim({ level: "REDUCE_ONLY" }),
      claim({ authority: "regime", level: "NO_NEW_ENTRIES" }),
    );
    held.raise(claim({ level: "SCALED", scalar: 0.5 }));
    expect(held.permission).toMatchObject({ level: "NO_NEW_ENTRIES", scalar: 0.5 });
  });
});

describe("AU-3", () => {
  const latched = claim({
    authority: "kill_switch",
    source: "operator",
    level: "FLATTEN",
    liftedBy: "operator",
  });

  it("a latched claim is lifted by an operator only", () => {
    const held = holding(latched);
    expect(held.lift("kill_switch", "operator", "itself")).toBe(false);
    expect(held.permission.level).toBe("FLATTEN");
    expect(held.lift("kill_switch", "operator", "operator")).toBe(true);
    expect(held.permission.level).toBe("NORMAL");
  });

  it("raising it again cannot loosen it: a pause after a halt stays a halt, and stays latched", () => {
    const held = holding({ ...latched, level: "HALTED", scalar: 0.5 });
    held.raise({ ...latched, level: "NO_NEW_ENTRIES", scalar: 1, liftedBy: "itself", reason: "a pause" });
    expect(held.permission).toMatchObject({ level: "HALTED", scalar: 0.5 });
    expect(held.permission.claims).toEqual([{ ...latched, level: "HALTED", scalar: 0.5 }]);
    expect(held.lift("kill_switch", "operator", "itself")).toBe(false);
  });

  it("raising it again tightens it, and the reason is the stricter one's", () => {
    const held = holding(latched);
    held.raise({ ...latched, level: "HALTED", scalar: 0.2, reason: "flat" });
    expect(held.permission.claims).toEqual([{ ...latched, level: "HALTED", scalar: 0.2, reason: "flat" }]);
  });

  it("time lifts nothing that is latched, and no end is announced that will not come", () => {
    const held = holding({ ...latched, until: at(10) });
    expect(held.permission.claims[0]?.until).toBeUndefined();
    held.expire(at(1_000_000));
    expect(held.permission.level).toBe("FLATTEN");
    const restored = new Authorities();
    restored.load([{ ...latched, until: at(10) }]);
    restored.expire(at(11));
    expect(restored.permission.level).toBe("FLATTEN");
  });
});

describe("expiry", () => {
  it("comes exactly at `until`", () => {
    const held = holding(
      claim({ until: at(100) }),
      claim({ source: "later", level: "SCALED", until: at(101) }),
    );
    held.expire(at(99));
    expect(held.permission.level).toBe("NO_NEW_ENTRIES");
    held.expire(at(100));
    expect(held.permission.level).toBe("SCALED");
    held.expire(at(101));
    expect(held.permission.level).toBe("NORMAL");
  });

  it("AU-4: an unknown instant ends nothing, an unknown end never comes, and both leave the others alone", () => {
    const held = holding(
      claim({ until: at(100) }),
      claim({ source: "lost", level: "REDUCE_ONLY", until: at(Number.NaN) }),
    );
    held.expire(at(Number.NaN));
    expect(held.permission.claims).toHaveLength(2);
    held.expire(at(100));
    expect(held.permission.claims.map(({ source }) => source)).toEqual(["lost"]);
  });
});

describe("saving", () => {
  it("restores the same permission, and expiry goes on", () => {
    const first = holding(
      claim({ until: at(50), scalar: 0.4 }),
      claim({ authority: "regime", level: "HALTED" }),
    );
    const second = new Authorities();
    second.load(structuredClone(first.save()));
    expect(second.permission).toEqual(first.permission);
    expect(second.flattens).toBe(true);
    second.expire(at(50));
    expect(second.permission.claims).toHaveLength(1);
  });

  it("loading lifts nothing that was held before, latched or not (AU-2, AU-3)", () => {
    const mine = claim();
    const halt = claim({
      authority: "kill_switch",
      source: "operator",
      level: "HALTED",
      liftedBy: "operator",
    });
    const held = holding(mine, halt);
    const before = held.permission;
    held.load([]);
    expect(held.permission).toEqual(before);
    held.load([{ ...halt, level: "NO_NEW_ENTRIES", liftedBy: "itself" }]);
    expect(held.permission).toEqual(before);
    expect(held.lift("kill_switch", "operator", "itself")).toBe(false);
  });

  it.each<[string, Partial<Claim>, Partial<Claim>, Partial<Claim>]>([
    ["the stricter level", { level: "FLATTEN" }, { level: "SCALED" }, { level: "FLATTEN" }],
    ["the stricter level, when it is the saved one", {}, { level: "HALTED" }, { level: "HALTED" }],
    ["the smaller scalar", { scalar: 0.4 }, { scalar: 0.7 }, { scalar: 0.4 }],
    ["the later end", { until: at(9) }, { until: at(7) }, { until: at(9) }],
    ["no end when one has none", { until: at(9) }, { until: undefined }, { until: undefined }],
    ["the latch", { until: at(9) }, { liftedBy: "operator" }, { liftedBy: "operator", until: undefined }],
  ])("of one holder's two claims stays %s", (_name, mine, saved, expected) => {
    for (const [first, second] of [
      [mine, saved],
      [saved, mine],
    ] as const) {
      const held = holding(claim(first));
      held.load([claim(second)]);
      expect(held.permission.claims).toHaveLength(1);
      expect(held.permission.claims[0]).toMatchObject(expected);
    }
  });
});

describe("AU-5: a claim on one strategy", () => {
  const scoped = claim({ authority: "strategy", source: "strategy_losses", scope: 1 });

  it("bars that strategy and moves neither the account's level nor its scalar", () => {
    const held = holding(scoped);
    expect(held.permission).toEqual({ level: "NORMAL", scalar: 1, claims: [scoped] });
    expect([held.allowsEntries(), held.allowsEntries(0), held.allowsEntries(1)]).toEqual([true, true, false]);
    expect([held.levelFor(0), held.levelFor(1)]).toEqual(["NORMAL", "NO_NEW_ENTRIES"]);
    expect([held.isAtLeast("SCALED"), held.flattens]).toEqual([false, false]);
  });

  it("never loosens the account for it: the stricter of both holds", () => {
    const held = holding(scoped, claim({ level: "REDUCE_ONLY" }));
    expect([held.levelFor(0), held.levelFor(1)]).toEqual(["REDUCE_ONLY", "REDUCE_ONLY"]);
    expect(held.allowsEntries(0)).toBe(false);
    const normal = holding({ ...scoped, level: "NORMAL" }, claim({ level: "SCALED", scalar: 0.3 }));
    expect([normal.levelFor(1), normal.permission.scalar]).toEqual(["SCALED", 0.3]);
  });

  it("is one per strategy: raised, lifted and lapsing without the others", () => {
    const held = holding(scoped, { ...scoped, scope: 2, until: at(5) }, claim({ source: "strategy_losses" }));
    expect(held.permission.claims).toHaveLength(3);
    expect(held.lift("strategy", "strategy_losses", "itself")).toBe(false);
    held.expire(at(5));
    expect(held.find("strategy", "strategy_losses", 2)).toBeUndefined();
    expect(held.lift("strategy", "strategy_losses", "itself", 1)).toBe(true);
    expect(held.levelFor(1)).toBe("NO_NEW_ENTRIES");
  });

  it("can neither flatten nor scale, and names a strategy", () => {
    const wrong: [string, Partial<Claim>][] = [
      ["level", { level: "FLATTEN" }],
      ["level", { level: "HALTED" }],
      ["scalar", { scalar: 0.5 }],
      ["scalar", { scalar: Number.NaN }],
      ["scope", { scope: -1 }],
      ["scope", { scope: 0.5 }],
      ["scope", { scope: Number.NaN }],
    ];
    for (const [field, part] of wrong)
      expect(() => holding({ ...scoped, ...part })).toThrow(new RegExp(`AU-5: .*${field} = `));
  });
});

describe("AU-6: a claim on new longs", () => {
  const longs = claim({ authority: "regime", source: "hmm", side: "long" });

  it("bars them and moves neither the account's level nor its scalar", () => {
    const held = holding(longs);
    expect(held.permission).toEqual({ level: "NORMAL", scalar: 1, claims: [longs] });
    expect([held.allowsEntries(0, true), held.allowsEntries(0, false), held.allowsEntries()]).toEqual([
      ...[false, true, true],
    ]);
    expect([held.strictestFor(0, true), held.strictestFor(0, false)]).toEqual([longs, undefined]);
    expect([held.isAtLeastFor(0, "SCALED"), held.reducesLongs]).toEqual([false, false]);
    expect(holding({ ...longs, level: "REDUCE_ONLY" }).reducesLongs).toBe(true);
  });

  it("scales them by the smallest of all that binds them, and 1.2 gives way", () => {
    const half = { ...longs, level: "SCALED", scalar: 0.5 } as const;
    const vix = claim({ authority: "regime", source: "vix", level: "SCALED", scalar: 1.2 });
    const scalars = ({ longScalar, permission }: Authorities) => [permission.scalar, longScalar];
    expect(scalars(holding(half))).toEqual([1, 0.5]);
    expect(scalars(holding(vix))).toEqual([1.2, 1.2]);
    expect(scalars(holding(vix, half))).toEqual([1.2, 0.5]);
    expect(scalars(holding(half, claim({ level: "SCALED", scalar: 0.3 })))).toEqual([0.3, 0.3]);
  });

  it("never loosens the account, does not flatten, has no scope, and survives being saved", () => {
    expect(holding(longs, claim({ level: "REDUCE_ONLY" })).allowsEntries(0, false)).toBe(false);
    for (const part of [{ level: "FLATTEN" }, { level: "HALTED" }, { scope: 1 }] as const)
      expect(() => holding({ ...longs, ...part })).toThrow(/AU-5: .*side/);
    const again = holding();
    again.load(JSON.parse(JSON.stringify(holding(longs).save())));
    expect([again.allowsEntries(0, true), again.allowsEntries(0, false)]).toEqual([false, true]);
    expect(() => again.load([{ ...longs, until: 7, side: "short" }])).toThrow(/side = "short" is not valid/);
  });
});

describe("a saved claim that is none", () => {
  const sound = { ...claim({ scope: undefined }), until: 7, liftedBy: "itself" };
  it.each([
    ["authority", "me"],
    ["source", 5],
    ["level", "normal"],
    ["scalar", null],
    ["scalar", -1],
    ["scalar", "1"],
    ["reason", undefined],
    ["since", null],
    ["until", "soon"],
    ["liftedBy", "time"],
    ["scope", "x"],
  ] as const)("is refused when its %s is %s, and leaves what was held", (field, value) => {
    const held = holding(claim({ level: "REDUCE_ONLY" }));
    expect(() => held.load([{ ...sound, [field]: value }])).toThrow(
      new RegExp(`AU-4: saved claim 0: ${field}`),
    );
    expect(held.permission.level).toBe("REDUCE_ONLY");
  });

  it.each([null, {}, "x", 5, [null], [7]])("%j is refused", (saved) => {
    expect(() => new Authorities().load(saved)).toThrow(InputError);
  });

  it("stands twice", () => {
    expect(() => new Authorities().load([sound, sound])).toThrow("source = rapid_loss stands twice");
  });

  it("what could not be read is saved as what it counts as, and NaN never reaches a file", () => {
    const saved = holding(claim({ scalar: Number.NaN, until: at(Number.NaN) })).save();
    expect(saved[0]).toMatchObject({ scalar: 0, until: undefined });
    const again = new Authorities();
    again.load(JSON.parse(JSON.stringify(saved)));
    expect(again.permission.scalar).toBe(0);
  });
});

type Act =
  | { readonly kind: "raise"; readonly claim: Claim }
  | {
      readonly kind: "lift";
      readonly authority: Authority;
      readonly source: string;
      readonly by: "itself" | "operator";
    }
  | { readonly kind: "wait"; readonly micros: number }
  | { readonly kind: "restart" };

const authority = fc.constantFrom<Authority>("kill_switch", "circuit_breakers", "strategy");
const source = fc.constantFrom("a", "b");
const by = fc.constantFrom("itself" as const, "operator" as const);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .record({
        authority,
        source,
        level: fc.constantFrom<Level>(...levels),
        scalar: fc.constantFrom(0.25, 0.5, 1, 1.1, 1.2, 1.5),
        reason: fc.constantFrom("one", "two"),
        since: fc.constant(at(0)),
        until: fc.option(fc.integer({ min: 0, max: 60 }).map(at), { nil: undefined }),
        liftedBy: by,
      })
      .map((given): Act => ({ kind: "raise", claim: given })),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("lift" as const), authority, source, by }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), micros: fc.integer({ min: 0, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.constant<Act>({ kind: "restart" }) },
);

/** What is held, kept as plainly as can be: nothing sorted, nothing remembered between questions. */
class Model {
  readonly held = new Map<
    string,
    { level: Level; scalar: number; until: number | undefined; latched: boolean }
  >();

  raise({ authority: who, source: what, level, scalar, until, liftedBy }: Claim): void {
    const key = `${who}/${what}`;
    const before = this.held.get(key);
    if (before?.latched === true) {
      if (levels.indexOf(level) > levels.indexOf(before.level)) before.level = level;
      if (scalar < before.scalar) before.scalar = scalar;
      return;
    }
    const isLatched = liftedBy === "operator";
    this.held.set(key, { level, scalar, until: isLatched ? undefined : until, latched: isLatched });
  }

  lift(who: string, what: string, caller: string): boolean {
    const key = `${who}/${what}`;
    const before = this.held.get(key);
    if (before === undefined || (before.latched && caller === "itself")) return false;
    return this.held.delete(key);
  }

  expire(now: number): void {
    for (const [key, { until }] of this.held) if (until !== undefined && until <= now) this.held.delete(key);
  }

  get level(): Level {
    return (
      [...levels].reverse().find((level) => [...this.held.values()].some((one) => one.level === level)) ??
      "NORMAL"
    );
  }

  get scalar(): number {
    const scalars = [...this.held.values()].map(({ scalar }) => scalar).toSorted((a, b) => a - b);
    return Math.min(scalars[0] ?? 1, 1.2);
  }
}

it("any history leaves what a naive model says, and nothing but an operator ever loosens what is latched", () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 30, maxLength: 60, size: "max" }), (acts) => {
      let tested = new Authorities();
      const model = new Model();
      let now = 0;
      for (const step of acts) {
        const latchedBefore = tested.permission.claims.filter(({ liftedBy }) => liftedBy === "operator");
        if (step.kind === "raise") {
          tested.raise(step.claim);
          model.raise(step.claim);
        } else if (step.kind === "lift") {
          const lifted = tested.lift(step.authority, step.source, step.by);
          expect(lifted).toBe(model.lift(step.authority, step.source, step.by));
        } else if (step.kind === "wait") {
          now += step.micros;
          tested.expire(at(now));
          model.expire(now);
        } else {
          const saved = JSON.parse(JSON.stringify(tested.save())) as Claim[];
          tested = new Authorities();
          tested.load(saved);
        }
        expect([tested.permission.level, tested.permission.scalar]).toEqual([model.level, model.scalar]);
        expect(tested.permission.claims).toHaveLength(model.held.size);
        expect(tested.allowsEntries()).toBe(levels.indexOf(model.level) < levels.indexOf("NO_NEW_ENTRIES"));
        if (step.kind === "lift" && step.by === "operator") continue;
        for (const { authority: who, source: what, level } of latchedBefore) {
          const still = tested.permission.claims.find((one) => one.authority === who && one.source === what);
          expect(levels.indexOf(still?.level ?? "NORMAL")).toBeGreaterThanOrEqual(levels.indexOf(level));
        }
      }
    }),
    { numRuns: 150 },
  );
});
