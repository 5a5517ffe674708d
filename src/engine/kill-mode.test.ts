/**
 * Goal    a kill does what `kill.mode` says, whoever asks for it, and no mode makes it anything less than latched:
 *         entries are barred at once and stay barred until an operator resumes (RISK-3, C-01, C-02).
 * Method  each mode over each who can kill, in front of a position with its stop, a working entry, and nothing, through
 *         the execute stage one event at a time.
 */
import { describe, expect, it } from "vitest";
import { bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { ClaimChanged } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type KillMode, killModes } from "../domain/kill-mode.ts";
import { dollarsPerShare, type Money, shares, usd } from "../domain/money.ts";
import { type FillId, type OrderNumber, purposeNames, sideName } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { executionParams } from "../execution/order-policy.ts";
import type { Claim } from "../risk/authority.ts";
import { dayBaseLoss } from "../risk/breakers/day-loss.ts";
import { ExecuteStage } from "./execute.ts";
import { isKill, KillTranslation } from "./kill-mode.ts";

const sessions = testSessions(2, 390);
const open = sessions.open[0]!;
const stock = 0 as InstrumentId;
const free = { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money };
const timeOf = (seconds: number) => Math.round(open + seconds * 1e6) as EpochMicros;

class Desk {
  readonly execute: ExecuteStage;

  constructor(killMode: KillMode) {
    this.execute = new ExecuteStage(
      {
        strategies: 1,
        instruments: 1,
        startingCash: usd(100_000),
        sessions,
        rules: [],
        breakers: [dayBaseLoss.configure({ maxFraction: 0.03 })],
        execution: executionParams.parse({}),
        ensemble: ensembleParams.parse({}),
        killMode,
      },
      () => undefined,
    );
    this.bar(60);
    this.bar(120);
  }

  commands(): string[] {
    return this.execute.commands.splice(0).map((command) => {
      if (command.kind === "CancelOrder") return `cancel ${command.order}`;
      if (command.kind === "ReplaceStop") return `move ${command.order}`;
      const { number, purpose, side, shares: size } = command.order;
      return `${number} ${purposeNames[purpose]} ${sideName(side)} ${size}`;
    });
  }

  bar(seconds: number, price = 100): string[] {
    const at = timeOf(seconds);
    const columns = columnsOf("1m", 1, bars(0, Array(4).fill(price).join("/"), [at]));
    this.execute.bars({ at, from: 0, to: 1, columns });
    return this.commands();
  }

  enter(seconds: number): string[] {
    const what = { kind: "Enter", at: timeOf(seconds), strategy: 0, instrument: stock, signal: 0 } as const;
    const terms = { binding: "fixed_shares", target: Number.NaN, timing: "now", reference: 100 } as const;
    this.execute.decide([{ ...what, ...terms, shares: 500, stop: 80 }]);
    return this.commands();
  }

  fill(order: number, seconds: number): string[] {
    const parts = { fillId: 1 as FillId, costs: free, order: order as OrderNumber };
    const paid = { quantity: shares(500), price: dollarsPerShare(100) };
    this.execute.broker({ kind: "OrderFilled", at: timeOf(seconds), ...parts, ...paid });
    return this.commands();
  }

  over(order: number, seconds: number): string[] {
    this.execute.broker({ kind: "OrderCanceled", at: timeOf(seconds), order: order as OrderNumber });
    return this.commands();
  }

  operator(action: "halt" | "resume" | "finish", seconds: number): string[] {
    this.execute.operator({
      kind: "OperatorActed",
      at: timeOf(seconds),
      action,
      by: "test",
      reason: "asked",
    });
    return this.commands();
  }

  claim(claim: NonNullable<ClaimChanged["claim"]>, seconds: number): string[] {
    this.execute.control({ kind: "ClaimChanged", at: timeOf(seconds), claim });
    return this.commands();
  }

  get level(): string {
    return this.execute.authorities.permission.level;
  }
}

const mute = {
  authority: "kill_switch",
  source: "watchdog",
  level: "FLATTEN",
  scalar: 1,
  reason: "the feed is down",
  liftedBy: "operator",
} as const;

/** Who kills at 180 s, and what left. */
const kills: Readonly<Record<string, (desk: Desk) => string[]>> = {
  "the operator or the HALT file": (desk) => desk.operator("halt", 180),
  "the feed or the broker": (desk) => desk.claim(mute, 180),
};
const levels = { halt_only: "NO_NEW_ENTRIES", cancel: "REDUCE_ONLY", flatten: "FLATTEN" } as const;

describe.each(killModes)("kill.mode %s", (mode) => {
  it.each(Object.keys(kills))("%s: a position is closed by flatten alone, else its stop stays", (who) => {
    const desk = new Desk(mode);
    desk.enter(121);
    desk.fill(0, 122);
    const left = kills[who]!(desk);
    expect(left).toEqual(mode === "flatten" ? ["cancel 1"] : []);
    expect(desk.level).toBe(levels[mode]);
    expect(desk.enter(190)).toEqual([]);
    expect(desk.bar(240)).toEqual(mode === "flatten" ? ["cancel 1"] : []);
    expect(desk.execute.restingStop(0, stock)).toBe(80);
  });

  it.each(Object.keys(kills))("%s: a working entry is taken back by cancel and flatten", (who) => {
    const desk = new Desk(mode);
    desk.enter(121);
    expect(kills[who]!(desk)).toEqual(mode === "halt_only" ? [] : ["cancel 0"]);
    expect(desk.enter(190)).toEqual([]);
  });

  it.each(Object.keys(kills))(
    "%s: where nothing is held it is latched all the same, until resumed",
    (who) => {
      const desk = new Desk(mode);
      expect(kills[who]!(desk)).toEqual([]);
      desk.bar(240);
      expect(desk.execute.authorities.allowsEntries()).toBe(false);
      for (const claim of desk.execute.authorities.permission.claims) expect(claim.liftedBy).toBe("operator");
      expect(desk.execute.authorities.permission.claims.every(isKill)).toBe(true);
      desk.operator("resume", 300);
      expect(desk.level).toBe("NORMAL");
      expect(desk.enter(301)).toHaveLength(1);
    },
  );

  it("a loss of the day's base kills in the same way, and a session later it still stands", () => {
    const desk = new Desk(mode);
    desk.enter(121);
    desk.fill(0, 122);
    const left = desk.bar(180, 90);
    expect(left).toEqual(mode === "flatten" ? ["cancel 1"] : []);
    expect(desk.level).toBe(levels[mode]);
    desk.execute.bars({
      at: (sessions.open[1]! + 60e6) as EpochMicros,
      from: 0,
      to: 1,
      columns: columnsOf("1m", 1, bars(0, "90/90/90/90", [(sessions.open[1]! + 60e6) as EpochMicros])),
    });
    expect(desk.level).toBe(levels[mode]);
  });

  it("the end of a run closes everything, because it is no kill", () => {
    const desk = new Desk(mode);
    desk.enter(121);
    desk.fill(0, 122);
    expect(desk.operator("finish", 180)).toEqual(["cancel 1"]);
    expect(desk.over(1, 181)).toEqual(["2 flatten sell 500"]);
  });

  it("is named where a kill closes nothing, once for each who killed", () => {
    const desk = new Desk(mode);
    desk.operator("halt", 180);
    desk.operator("halt", 200);
    desk.claim(mute, 210);
    const { words } = desk.execute.kill;
    expect(words).toHaveLength(mode === "flatten" ? 0 : 2);
    for (const text of words) expect(text).toContain(`kill.mode ${mode}`);
    const reasons = desk.execute.authorities.permission.claims.map(({ reason }) => reason);
    if (mode !== "flatten")
      expect(reasons.every((reason) => reason.includes(`kill.mode ${mode}`))).toBe(true);
  });
});

describe("a kill that a mode made smaller", () => {
  const claim: Claim = { ...mute, scope: undefined, since: timeOf(0), until: undefined };

  it("is never looser than what its holder has asked for already (KM-1)", () => {
    const kill = new KillTranslation("halt_only");
    expect(kill.restated(claim, { ...claim, level: "REDUCE_ONLY" }).level).toBe("REDUCE_ONLY");
    expect(kill.restated(claim, { ...claim, level: "FLATTEN" }).level).toBe("FLATTEN");
  });

  it("keeps who may lift it and when it ends, and leaves other claims alone", () => {
    const kill = new KillTranslation("cancel");
    const ends = { ...claim, liftedBy: "itself", until: timeOf(9) } as const;
    expect(kill.restated(ends, undefined)).toMatchObject({ liftedBy: "itself", until: timeOf(9) });
    for (const level of ["NORMAL", "SCALED", "NO_NEW_ENTRIES", "REDUCE_ONLY", "HALTED"] as const)
      expect(kill.restated({ ...claim, level }, undefined)).toEqual({ ...claim, level });
  });
});
