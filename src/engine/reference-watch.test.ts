/**
 * Goal    a strategy that needs a reference table enters nothing before the table is told nor once it is too old, says
 *         why, and leaves as it always does; another strategy is not touched, and no operator can wave it through.
 * Method  the execute stage, one event at a time, over four sessions.
 */
import { describe, expect, it } from "vitest";
import { bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { usd } from "../domain/money.ts";
import { MARKET_ROW } from "../domain/reference-table.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { executionParams } from "../execution/order-policy.ts";
import { pairsTable } from "../market/references/pairs.ts";
import { vixTable } from "../market/references/vix.ts";
import { ExecuteStage } from "./execute.ts";

const sessions = testSessions(30, 390);
const stock = 0 as InstrumentId;
const NEEDY = 0;

class Desk {
  readonly execute: ExecuteStage;

  constructor(table: typeof vixTable | typeof pairsTable = vixTable) {
    this.execute = new ExecuteStage(
      {
        ...{ strategies: 2, instruments: 1, startingCash: usd(1_000_000), sessions, rules: [] },
        execution: executionParams.parse({}),
        ensemble: ensembleParams.parse({}),
        needs: [[table], []],
      },
      () => undefined,
    );
  }

  at = (minute: number, session: number) => (sessions.open[session]! + minute * 60e6) as EpochMicros;

  bar(session: number, minute = 1): void {
    const at = this.at(minute, session);
    this.execute.bars({ at, from: 0, to: 1, columns: columnsOf("1m", 1, bars(0, "100/100/100/100", [at])) });
  }

  tell(session: number, values: readonly (number | null)[], table = "vix"): void {
    const rows = [{ instrument: MARKET_ROW, values }] as const;
    this.execute.control({ kind: "ReferenceTold", at: this.at(-60, session), table, rows });
  }

  get barred(): string | undefined {
    return this.execute.authorities.strictestFor(NEEDY)?.reason;
  }

  enters(session: number, strategy = NEEDY): boolean {
    const what = { kind: "Enter", at: this.at(1, session), strategy, instrument: stock, signal: 0 } as const;
    const terms = { binding: "fixed_shares", target: Number.NaN, stop: Number.NaN, timing: "now" } as const;
    this.execute.decide([{ ...what, ...terms, reference: 100, shares: 10 }]);
    return this.execute.commands.splice(0).length > 0;
  }
}

describe("a strategy that needs a table", () => {
  it("enters nothing before it is told and says which, while others trade", () => {
    const desk = new Desk();
    desk.bar(0);
    expect(desk.barred).toBe("it needs the table vix, which nobody has told yet");
    expect([desk.enters(0), desk.enters(0, 1)]).toEqual([false, true]);
    expect(desk.execute.authorities.permission.level).toBe("NORMAL");
  });

  it("enters on the session that it was told for and the next one, and not on the one after", () => {
    const desk = new Desk();
    desk.tell(0, [15, null, 16]);
    desk.bar(0);
    expect(desk.enters(0)).toBe(true);
    desk.bar(1);
    expect(desk.barred).toBeUndefined();
    desk.bar(2);
    expect(desk.barred).toMatch(/^it needs the table vix, which was told last for \d{4}-\d\d-\d\d$/);
    desk.tell(3, [15, null, 16]);
    desk.bar(3);
    expect(desk.barred).toBeUndefined();
  });

  it("takes rows that know nothing, and rows of another table, for no word", () => {
    const desk = new Desk();
    desk.tell(0, [null, null, null]);
    desk.tell(0, [1, 2, 3], "regime");
    desk.bar(0);
    expect(desk.barred).toContain("nobody has told yet");
  });

  it("lives on pairs for a whole formation, and takes a formation without pairs for a word", () => {
    const desk = new Desk(pairsTable);
    const told = { kind: "ReferenceTold", at: desk.at(-60, 0), table: "pairs", rows: [] } as const;
    desk.execute.control({ ...told, isWhole: true });
    desk.bar(22);
    expect(desk.barred).toBeUndefined();
    desk.bar(23);
    expect(desk.barred).toContain("pairs");
  });

  it.each([
    ["before the open", 0, -60, undefined, 0],
    ["at the very close", 0, 390, undefined, 0],
    ["after the close, for the next session", 0, 391, undefined, 1],
    ["after the close, late, for the session that is over", 0, 391, 0, 0],
    ["in the evening for the next session by name", 0, 391, 1, 1],
    ["in the session before, by name", 0, 200, 1, 1],
  ])("told %s, may be acted on in its session and the next one", (_, session, minute, named, last) => {
    const desk = new Desk();
    const rows = [{ instrument: MARKET_ROW, values: [15, null, 16] }] as const;
    const at = desk.at(minute, session);
    const of = named === undefined ? {} : { session: sessions.date[named] as DayNumber };
    desk.execute.control({ kind: "ReferenceTold", at, table: "vix", rows, ...of });
    desk.bar(last + 1, 389);
    expect(desk.barred).toBeUndefined();
    desk.bar(last + 2);
    expect(desk.barred).toContain("told last for");
  });

  it("lives on pairs that are told anew, after a restart say, no longer than their formation holds", () => {
    const desk = new Desk(pairsTable);
    const told = { kind: "ReferenceTold", at: desk.at(-60, 10), table: "pairs", rows: [] } as const;
    desk.execute.control({ ...told, isWhole: true, session: sessions.date[0] as DayNumber });
    desk.bar(22);
    expect(desk.barred).toBeUndefined();
    desk.bar(23);
    expect(desk.barred).toContain("pairs");
  });

  it("is not waved through by an operator, and stays as it was after a restart from the saved state", () => {
    const desk = new Desk();
    desk.bar(0);
    const acted = { kind: "OperatorActed", at: desk.at(2, 0), by: "tester", reason: "because" } as const;
    desk.execute.operator({ ...acted, action: "enable", strategy: NEEDY });
    expect(desk.barred).toContain("nobody has told yet");
    desk.tell(0, [15, null, 16]);
    const next = new Desk();
    next.execute.loadRisk(JSON.parse(JSON.stringify(desk.execute.saveRisk())));
    next.bar(0, 3);
    expect(next.barred).toBeUndefined();
    next.bar(2);
    expect(next.barred).toContain("told last for");
  });
});
