/**
 * Goal    what strategies read in shares and prices is right once over a split, whoever knows of it first: the run that
 *         applies it, the lake whose list the told rows are made of, or both, in any order; also in a second life.
 * Method  a lake with company reports and a list of splits; the acts of the morning's task, made events as at execute's
 *         door, between the minutes of a session through the live stages; compute read after each word of execute.
 */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeActions } from "../src/adapters/lake/action-store.ts";
import { readCatalog, writeCatalog } from "../src/adapters/lake/catalog.ts";
import { writeFilings } from "../src/adapters/lake/filing-store.ts";
import { lakePaths } from "../src/adapters/lake/paths.ts";
import { knownReports } from "../src/app/fundamentals/known-reports.ts";
import { eventsOf } from "../src/app/live/act-events.ts";
import { type ControlAct, controlRequest } from "../src/app/live/control-words.ts";
import { refreshUniverse } from "../src/app/orchestrator/tasks/refresh-universe.ts";
import { tellReferences } from "../src/app/orchestrator/tasks/tell-references.ts";
import type { CorporateAction } from "../src/domain/corporate-action.ts";
import type { EngineEvent } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { type ReferenceRef, reference } from "../src/domain/reference-table.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../src/domain/time.ts";
import { parseComputeInput, parseExecuteInput } from "../src/engine/stage-text.ts";
import { type Filing, figureNames } from "../src/market/fundamentals/filing.ts";
import { fundamentalsTable } from "../src/market/references/fundamentals.ts";
import { pairsTable } from "../src/market/references/pairs.ts";
import { instruments, type LiveSession, liveSession } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { fakeWorld } from "./task-context-fake.ts";

const root = scratchFolder("reference-splits-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const day = (text: string) => parseIsoDate(text) as DayNumber;
const TODAY = day("2026-11-18");
const [FIRST = "", SECOND = "", THIRD = ""] = instruments.symbols;
const [LIVE, LISTED, BOTH] = [0, 1, 2] as const as unknown as readonly InstrumentId[];
const TWO = { newShares: 2, oldShares: 1 };

const report = (symbol: string): Filing => ({
  ...{ source: "s", symbol, form: "annual", fiscalYear: undefined, isAmended: false },
  ...{ periodEnd: day("2025-12-31"), filed: day("2026-02-20") },
  figures: {
    ...(Object.fromEntries(figureNames.map((name) => [name, Number.NaN])) as Filing["figures"]),
    shares: 100,
  },
});
const split = (symbol: string, exDate: DayNumber): CorporateAction => ({
  ...{ symbol, exDate, kind: "split", ...TWO, cashPerShare: 0, reference: Number.NaN },
});
const happened = (instrument: InstrumentId | undefined, at: EpochMicros): EngineEvent => ({
  ...{ kind: "SharesSplit", at, instrument: instrument as InstrumentId, ...TWO },
});

/** What the task has execute told on `date`, as execute understands it, with the lake as it is. */
async function morning(date: string): Promise<readonly ((at: EpochMicros) => EngineEvent)[]> {
  const { context, asked } = fakeWorld();
  const research = async ([what]: readonly string[]) =>
    what === "universe" ? [] : JSON.parse(JSON.stringify(knownReports(root, "", day(date))));
  const session = { ...context.session, date: day(date) };
  await refreshUniverse.run({ ...context, date, session, research, symbols: instruments.symbols });
  return asked
    .map(({ act }, n) => controlRequest.parse({ ...act, id: `${date}-${n}`, by: "test" }) as ControlAct)
    .filter((act) => act.verb === "tellReference" && act.table === "fundamentals")
    .map((act) => (at) => eventsOf(act, at, { context: { instruments } } as never)[0] as EngineEvent);
}

/** What a strategy would read after each word that compute heard of execute, but for fills and valuations. */
function readings({ heard, computeAgain }: LiveSession, refs: readonly ReferenceRef[], instrument: number) {
  const compute = computeAgain();
  const columns = refs.map((ref) => compute.stage.references.column(ref));
  return heard.flatMap((text) => {
    const input = parseComputeInput(text, instruments);
    compute.step(input);
    const isWord = input.kind === "feedback" && ["told", "action"].includes(input.feedback.kind);
    return isWord ? columns.map((values) => values[instrument]) : [];
  });
}

/** A session in which these happen after its first minutes, one by one. */
const through = (words: readonly ((at: EpochMicros) => EngineEvent)[]) =>
  liveSession(1, (batch, at) => words[batch]?.(at));

const list = (actions: readonly CorporateAction[]) => {
  const paths = lakePaths(root);
  writeCatalog(paths, readCatalog(paths), writeActions(paths, actions) ?? null);
};

describe("company reports over a split", () => {
  const shares = [reference(fundamentalsTable, "shares")];
  let session: LiveSession;

  beforeAll(async () => {
    writeFilings(lakePaths(root), [FIRST, SECOND, THIRD].map(report));
    // In the morning the lake lists the day's split of one company, and that of another one years ago.
    list([split(SECOND, TODAY), split(THIRD, day("2026-06-01"))]);
    const before = await morning("2026-11-18");
    list([split(SECOND, TODAY), split(THIRD, day("2026-06-01")), split(THIRD, TODAY)]);
    const after = await morning("2026-11-19");
    const splits = [LIVE, LISTED, BOTH].map((one) => (at: EpochMicros) => happened(one, at));
    session = through([...before, ...splits, ...after, ...before]);
  });

  it("that only the run knows of stays counted when the morning's table is told again", () => {
    expect(readings(session, shares, Number(LIVE))).toEqual([100, 200, 200, 200, 200, 200]);
  });

  it("that the table had counted before the run applied it is not counted twice", () => {
    expect(readings(session, shares, Number(LISTED))).toEqual([200, 200, 200, 200, 200, 200]);
  });

  it("that both know of in the end counts once beside an older one", () => {
    expect(readings(session, shares, Number(BOTH))).toEqual([200, 200, 200, 400, 400, 400]);
  });

  it("is said by the journal alone: execute's replay tells compute the same words", () => {
    const again = session.again();
    const words = session.entries.flatMap(({ part, payload }) => {
      if (part !== "input") return [];
      again.step(parseExecuteInput(String(payload), instruments));
      again.output.commands.length = 0;
      return again.output.feedback.splice(0).filter(({ kind }) => kind === "told" || kind === "action");
    });
    const heard = session.heard.map((text) => parseComputeInput(text, instruments));
    const recorded = heard.flatMap((input) => (input.kind === "feedback" ? [input.feedback] : []));
    expect(words).toEqual(recorded.filter(({ kind }) => kind === "told" || kind === "action"));
    expect(words.length).toBe(6);
  });
});

describe("pairs over a split", () => {
  const anchor = [reference(pairsTable, "anchor")];
  const leg = (symbol: string, partner: number) => ({
    ...{ symbol, values: [partner, 1, 0.8, 50, 0, 0.02, 9, TODAY - 1] },
    basis: { asOf: (TODAY - 1) as DayNumber },
  });
  const rows = [leg(FIRST, 1), leg(SECOND, 0)];
  const version = "pairs:2026-11-18";

  /** Told by the morning's task, and understood at execute's door. */
  async function told(): Promise<(at: EpochMicros) => EngineEvent> {
    const { context, asked } = fakeWorld();
    const references = async () => ({
      ...{ told: [{ table: "pairs", since: TODAY, version, isWhole: true, rows }], untold: [] },
    });
    await tellReferences.run({ ...context, references });
    const act = controlRequest.parse({ ...asked[0]!.act, id: "1", by: "test" }) as ControlAct;
    return (at) => eventsOf(act, at, { context: { instruments } } as never)[0] as EngineEvent;
  }

  it("have the anchor of now, told before it or late on its day", async () => {
    const word = await told();
    const early = through([word, (at) => happened(LIVE, at)]);
    expect(readings(early, anchor, 0)).toEqual([50, 25]);
    expect(readings(early, anchor, 1)).toEqual([50, 50]);
    const late = through([(at) => happened(LIVE, at), word]);
    expect(readings(late, anchor, 0)).toEqual([NaN, 25]);
    expect(readings(late, anchor, 1)).toEqual([NaN, 50]);
  });

  it("of a split that was missed for a day and is of before the formation, have it once", async () => {
    const word = await told();
    const yesterday = (at: EpochMicros): EngineEvent => ({
      ...happened(LIVE, at),
      ...{ exDate: (TODAY - 1) as DayNumber },
    });
    expect(readings(through([word, yesterday]), anchor, 0)).toEqual([50, 50]);
    expect(readings(through([yesterday, word]), anchor, 0)).toEqual([NaN, 50]);
  });
});
