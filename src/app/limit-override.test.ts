/**
 * Goal: an operator can tighten a listed limit of a running system and do nothing else by it; each word is judged, told
 * and audited at the one door (ADMIN-1, C-57). Method: the judgement over every key, and the door over a real stage.
 */
import { describe, expect, it } from "vitest";
import { terms } from "../../test/live-session.ts";
import type { AuditRow } from "../adapters/journal/journal-terms.ts";
import { instrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { executeInputText, parseExecuteInput } from "../engine/stage-text.ts";
import { loadConfig } from "./config.ts";
import { judgedOverride, overridableKeys } from "./limit-override.ts";
import { limits, stricterAt } from "./limit-table.ts";
import { buildExecute, lifecycleOf } from "./live/build-execute.ts";
import { ControlDesk, type ControlParts } from "./live/control-desk.ts";

const config = loadConfig();
const configuredAt = (key: string): number =>
  key.split(".").reduce<unknown>((tree, part) => (tree as Record<string, unknown>)[part], config) as number;

describe("what an operator may override", () => {
  it.each(overridableKeys())("%s: stricter is taken, looser and equal are for the next session", (key) => {
    const configured = configuredAt(key);
    const way = stricterAt(key) === "less" ? -1 : 1;
    const [stricter, looser] = [configured + way, configured - way].map((value) =>
      Math.abs(configured) >= 2 ? value : configured * (value > configured ? 1.01 : 0.99),
    ) as [number, number];
    const taken = () => judgedOverride(config, key, stricter);
    if (configured !== 0) expect(taken().map((limit) => limit.key)).toContain(key);
    for (const value of [configured, looser]) {
      let refusal: unknown;
      try {
        judgedOverride(config, key, value);
      } catch (error) {
        refusal = error;
      }
      expect(String(refusal)).toContain(key);
      expect((refusal as { exitCode: number }).exitCode, String(refusal)).toBeOneOf([2, 3]);
    }
    expect(() => judgedOverride(config, key, configured)).toThrow(/takes effect next session/);
  });

  it("names a key that is none, and the ones that are near", () => {
    expect(() => judgedOverride(config, "risk.spread.maxFractions", 0.1)).toThrow(
      /risk\.spread\.maxFractions cannot be overridden; what can: risk\.spread\.maxFraction, /,
    );
    for (const key of [
      "sizing.positionPct",
      "risk.spread.required",
      "account.capital",
      "kill.mode",
      "__proto__",
    ])
      expect(() => judgedOverride(config, key, 0.01)).toThrow(`override: ${key} cannot be overridden`);
    expect(overridableKeys().every((key) => key in limits)).toBe(true);
  });

  it("names a value that the limit does not take", () => {
    expect(() => judgedOverride(config, "risk.trades_per_day.limit", 2.5)).toThrow(
      /risk\.trades_per_day\.limit = 2\.5/,
    );
    expect(() => judgedOverride(config, "risk.spread.maxFraction", -1)).toThrow(
      /risk\.spread\.maxFraction = -1/,
    );
  });

  it("tightens both names of one limit", () => {
    expect(judgedOverride(config, "risk.daily_drawdown.maxFraction", 0.01).map(({ key }) => key)).toEqual([
      "risk.daily_drawdown.maxFraction",
      "breakers.day_high_drawdown.maxFraction",
    ]);
  });
});

describe("the door of a running system", () => {
  const at = 1_763_650_800_000_000 as EpochMicros;
  const now = { at, mono: 0 };
  const live = buildExecute(terms, lifecycleOf(terms));
  const journal: string[] = [];
  const audit: AuditRow[] = [];
  const parts = {
    context: {
      terms,
      places: { root: "/nowhere" },
      instruments: instrumentTable(terms.symbols),
      now: () => now,
      clock: { now: () => 0 },
    },
    driver: { live },
    audit: (row: AuditRow) => audit.push(row),
    event: (event: Parameters<ControlParts["event"]>[0]) => {
      const input = { kind: "event", event, now } as const;
      journal.push(executeInputText(input));
      live.step(input);
    },
  } as unknown as ControlParts;
  const desk = new ControlDesk(parts);
  const ask = (id: string, key: string, value: number) =>
    desk.answer(
      JSON.stringify({ verb: "override", id, by: "me", reason: "r", key, value, forSeconds: 1800 }),
    );

  it("takes what is stricter, writes it down, and a replay has it too", () => {
    expect(ask("1", "risk.position_size.maxFraction", 0.01)).toMatchObject({
      kind: "accepted",
      auditId: "1",
    });
    const inForce = live.stage.overrides.list;
    expect(inForce).toMatchObject([
      { key: "risk.position_size.maxFraction", value: 0.01, until: at + 1800e6 },
    ]);
    expect(audit).toMatchObject([{ id: "1", who: "me", action: "override", reason: "r" }]);
    expect(JSON.parse(audit[0]!.after)).toMatchObject({ key: "risk.position_size.maxFraction", value: 0.01 });
    const again = buildExecute(terms, lifecycleOf(terms));
    for (const text of journal) again.step(parseExecuteInput(text, instrumentTable(terms.symbols)));
    expect(again.stage.overrides.list).toEqual(inForce);
    expect(again.stage.gate.rules.map(({ params }) => params)).toEqual(
      live.stage.gate.rules.map(({ params }) => params),
    );
    const rule = again.stage.gate.rules.find(({ id }) => id === "position_size");
    expect(rule?.params).toMatchObject({ maxFraction: 0.01 });
  });

  it("writes down which symbol or strategy an act was about", () => {
    const act = (id: string, verb: string, more: object) =>
      desk.answer(JSON.stringify({ verb, id, by: "me", reason: "r", ...more })).kind;
    const [symbol = ""] = terms.symbols;
    const [strategy = ""] = terms.strategyIds;
    expect(act("4", "close", { symbol })).toBe("accepted");
    expect(act("5", "disable", { strategy })).toBe("accepted");
    expect(act("6", "pause", {})).toBe("accepted");
    expect(audit.slice(-3).map(({ after }) => JSON.parse(after) as object)).toMatchObject([
      { symbol },
      { strategy },
      { level: "NO_NEW_ENTRIES" },
    ]);
  });

  it("refuses what is looser with exit 3 and what is unknown with exit 2, and both tries are on record", () => {
    const [told, heard] = [audit.length, journal.length];
    expect(ask("2", "risk.position_size.maxFraction", 0.06)).toMatchObject({ kind: "refused", exitCode: 3 });
    expect(ask("3", "risk.position_size.most", 0.01)).toMatchObject({ kind: "refused", exitCode: 2 });
    expect(audit.slice(told).map(({ action }) => action)).toEqual(["request-refused", "request-refused"]);
    expect(journal.length).toBe(heard);
  });
});
