/**
 * Goal    the selector proposes what the figures say and nothing else, an operator's yes makes a configuration that the
 *         loader takes and is on record with who and why, once; nothing is written where it must not be (SX-1, SX-2).
 * Method  studies and trades put into a root by hand; the commands as an operator types them.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runLine } from "../../../test/run-line.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { onlyShares } from "../../../test/strategy-shares.ts";
import { JournalStore } from "../../adapters/journal/journal-store.ts";
import { ResearchDb, type StudyRow } from "../../adapters/research-db.ts";
import { type Config, loadConfig } from "../../app/config.ts";
import { closeRun } from "../../app/live/open-run.ts";
import { operatorName } from "../../app/live/operator-name.ts";
import { type RunTerms, runPlaces, writeRunTerms } from "../../app/live/run-terms.ts";
import { boundParams } from "../walk-forward/run-walk-forward.ts";
import { configChange } from "./config-change.ts";
import type { LiveFigures } from "./live-figures.ts";
import { selectStrategies } from "./select-strategies.ts";

const SWING = "swing_trend_following";
const SHARES = { reference_ema_cross: 0.5, [SWING]: 0.5 };
const NOW = "2026-11-22T00:00:00Z";
const yamlOf = (shares: Readonly<Record<string, number>>): string =>
  `strategies:\n${Object.keys(loadConfig().strategies)
    .map((id) => `  ${id}: { enabled: ${id in shares}, allocation: ${shares[id] ?? 0} }\n`)
    .join("")}`;
/** Two trade, of which one is looked at. */
const OURS = yamlOf(SHARES);
const usual = boundParams(loadConfig(), SWING, {});
const terms = { maxAgeDays: 45, disableBelow: 0, leastSessions: 252, leastTrades: 30 };

const study = (over: Partial<StudyRow> = {}): StudyRow => ({
  ...{ studyId: "op-1", kind: "optimisation", at: "2026-11-20T00:00:00Z", strategies: [SWING] },
  ...{ timeframe: "1d", snapshot: "s", configHash: "c", params: { ...usual, stopAtr: 3, fast: 12 } },
  figures: {
    ...{ sharpe: 1.4, deflatedSharpe: 0.97, held: { sharpe: 0.9 } },
    configured: { params: { fast: 20, stopAtr: 2 }, sharpe: 0.4, held: { sharpe: 0.1 } },
  },
  ...{ passed: true, reasons: [] },
  ...over,
});
const walk = (sharpe: number, over: Partial<StudyRow> = {}): StudyRow =>
  study({
    ...{ studyId: "wf-1", kind: "walk-forward", params: usual, passed: false },
    figures: { sharpe, sessions: 1200 },
    ...over,
  });
const chosen = (
  studies: readonly StudyRow[],
  { enabled = true, params = {}, live = undefined as undefined | LiveFigures } = {},
) =>
  selectStrategies(
    [
      {
        strategy: SWING,
        now: { enabled, params },
        params: boundParams(loadConfig(), SWING, params),
        studies,
        live,
      },
    ],
    terms,
    Date.parse(NOW),
  );

describe("the selector", () => {
  it("proposes parameters that passed every gate, with figures; and on with them where it is off", () => {
    const [found] = chosen([study()]);
    expect(found).toMatchObject({
      kind: "parameters",
      change: { enabled: true, params: { stopAtr: 3, fast: 12 } },
    });
    expect(Object.keys(found!.change.params)).toHaveLength(2);
    expect(found!.reason).toBe(
      "optimisation op-1 of 2026-11-20, 1d bars, passed every gate: Sharpe 1.40, deflated 0.970; " +
        "on days held back 0.90, the parameters of now 0.10",
    );
    expect(chosen([study()], { enabled: false })).toMatchObject([{ kind: "enable" }]);
    const taken = { params: { stopAtr: 3, fast: 12 } };
    expect(chosen([study()], taken)).toEqual([]);
  });

  it("proposes nothing of what a gate refused, of what is old, and of what nobody studied", () => {
    expect(chosen([study({ passed: false })])).toEqual([]);
    expect(chosen([study({ at: "2026-10-01T00:00:00Z" })])).toEqual([]);
    expect(chosen([])).toEqual([]);
    expect(chosen([study({ passed: false })], { enabled: false })).toEqual([]);
    // An older one that passed does not outlive a newer one that did not.
    expect(chosen([study({ passed: false }), study({ at: "2026-11-01T00:00:00Z" })])).toEqual([]);
  });

  it("proposes off where what is traded lost out of sample, by the newest study of it", () => {
    expect(chosen([walk(-0.2)])).toMatchObject([
      { kind: "disable", change: { enabled: false }, study: "wf-1" },
    ]);
    expect(chosen([walk(0.3), walk(-0.2)])).toEqual([]);
    expect(chosen([walk(-0.2)], { enabled: false })).toEqual([]);
    // Of other parameters, of too few days, or without a figure it says nothing.
    expect(chosen([walk(-0.2)], { params: { fast: 10 } })).toEqual([]);
    expect(chosen([walk(-0.2, { figures: { sharpe: -0.2, sessions: 100 } })])).toEqual([]);
    expect(chosen([walk(-0.2, { figures: { sharpe: null, sessions: 1200 } })])).toEqual([]);
    const refused = study({ passed: false });
    const figures = { ...refused.figures, configured: { params: { fast: 20 }, sharpe: -0.1 } };
    expect(chosen([{ ...refused, figures }])).toMatchObject([{ kind: "disable", study: "op-1" }]);
  });

  it("own trades that lost more than chance have the first word", () => {
    const period = { from: "2026-09-01T14:30:00.000Z", to: "2026-11-20T20:00:00.000Z", sessions: 126 };
    const live = { trades: 40, mean: -12, tStatistic: -2.4, ...period };
    expect(chosen([study()], { live })).toMatchObject([{ kind: "disable", study: "live" }]);
    expect(chosen([], { live: { ...live, trades: 20 } })).toEqual([]);
    expect(chosen([], { live: { ...live, tStatistic: -1.9 } })).toEqual([]);
    expect(chosen([], { live: { ...live, tStatistic: Number.NaN } })).toEqual([]);
  });
});

describe("shares after a change", () => {
  const shares = (config: Config, strategy: string, enabled: boolean) =>
    Object.fromEntries(
      configChange(config, strategy, { enabled, params: {} })
        .settings.filter(([path]) => path[2] === "allocation")
        .map(([path, value]) => [path[1], value]),
    );

  it("sum to one: an equal part for what comes, the others in proportion", () => {
    const both = loadConfig({ assignments: onlyShares(SHARES) });
    expect(shares(both, "mean_reversion", true)).toEqual({
      mean_reversion: 0.333333,
      reference_ema_cross: 0.333334,
      [SWING]: 0.333333,
    });
    expect(shares(both, SWING, false)).toEqual({ [SWING]: 0, reference_ema_cross: 1 });
  });

  it("nothing left to trade is refused", () => {
    const alone = loadConfig({ assignments: onlyShares({ [SWING]: 1 }) });
    expect(() => shares(alone, SWING, false)).toThrow("the last one that is traded");
  });
});

describe("accepting", () => {
  let root: string;
  beforeEach(() => {
    root = scratchFolder("plimsoll-accept-");
    writeFileSync(config(), OURS);
    keep(study({ at: new Date().toISOString() }));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const run = (...words: string[]) => runLine(["--root", root, "--json", ...words]);
  const config = () => join(root, "config.yaml");
  const accept = (...more: string[]) => run("research", "accept", "1", "--reason", "seen enough", ...more);
  function keep(row: StudyRow): void {
    const db = new ResearchDb(join(root, "db", "research.db"));
    db.keepStudy(row);
    db.close();
  }

  it("makes a configuration that the loader takes, keeps the old one, says who and why, once", async () => {
    const text = `# ours\naccount: { capital: 50000 }   # dollars\n${OURS}`;
    writeFileSync(config(), text);
    const { made } = JSON.parse((await run("research", "propose")).out);
    expect(made).toMatchObject([{ id: 1, strategy: SWING, kind: "parameters", state: "open" }]);
    const { code, out } = await accept();
    expect([code, JSON.parse(out).decision.said]).toEqual([
      0,
      [`${SWING}.fast: default -> 12`, `${SWING}.stopAtr: default -> 3`],
    ]);
    const loaded = loadConfig({ files: [config()] });
    expect([loaded.strategies[SWING]?.params, loaded.account.capital]).toEqual([
      { fast: 12, stopAtr: 3 },
      50_000,
    ]);
    expect(readFileSync(config(), "utf8")).toContain("# ours\naccount: { capital: 50000 } # dollars");
    expect(readFileSync(`${config()}.before-proposal-1`, "utf8")).toBe(text);
    const [listed] = JSON.parse((await run("research", "ls", "--all")).out);
    expect(listed.decisions).toMatchObject([{ by: operatorName(), reason: "seen enough", file: config() }]);
    const again = await accept();
    expect([again.code, again.err]).toEqual([3, expect.stringContaining("proposal 1 is accepted")]);
    // It waits for the next start, and is not proposed again by who reads the new file or the old settings.
    for (const words of [[], ["--config", join(root, "config.yaml.before-proposal-1")]])
      expect(JSON.parse((await run("research", "propose", ...words)).out).made).toEqual([]);
  });

  it("switches on with an equal share, in a file that is named", async () => {
    const off = ["--set", `strategies.${SWING}={enabled: false, allocation: 0}`];
    writeFileSync(join(root, "off.yaml"), yamlOf({ reference_ema_cross: 1 }));
    const given = ["--config", join(root, "off.yaml")];
    expect(JSON.parse((await run("research", "propose", ...given)).out).made).toMatchObject([
      { kind: "enable" },
    ]);
    const refused = await accept(...given, ...off);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining("--set strategies")]);
    // Without that file the configuration says another thing of the strategy.
    const other = await accept();
    expect([other.code, other.err, readFileSync(config(), "utf8")]).toEqual([
      3,
      expect.stringContaining("another thing"),
      OURS,
    ]);
    expect((await accept(...given)).code).toBe(0);
    const { strategies } = loadConfig({ files: [join(root, "off.yaml")] });
    expect([strategies[SWING]?.allocation, strategies.reference_ema_cross?.allocation]).toEqual([0.5, 0.5]);
  });

  it("makes the file where the root has none", async () => {
    rmSync(config());
    const params = { ...boundParams(loadConfig(), "mean_reversion", {}), trend: 150 };
    const later = new Date(Date.now() + 1000).toISOString();
    keep(study({ studyId: "op-3", at: later, strategies: ["mean_reversion"], params }));
    const { made } = JSON.parse((await run("research", "propose")).out);
    const id = made.find(({ strategy }: { strategy: string }) => strategy === "mean_reversion")?.id;
    expect((await run("research", "accept", String(id), "--reason", "seen enough")).code).toBe(0);
    const { strategies } = loadConfig({ files: [config()] });
    expect(strategies.mean_reversion).toMatchObject({
      enabled: true,
      allocation: 0.3,
      params: { trend: 150 },
    });
  });

  it("cut off between the file and the record, the same word finishes it", async () => {
    await run("research", "propose");
    await accept();
    const db = new DatabaseSync(join(root, "db", "research.db"));
    db.exec("DROP TRIGGER decisions_last; DELETE FROM decisions; UPDATE proposals SET state = 'open'");
    db.close();
    const text = readFileSync(config(), "utf8");
    const { code, out } = await accept();
    expect([code, JSON.parse(out).decision.said]).toEqual([0, ["the file says so already"]]);
    expect(readFileSync(config(), "utf8")).toBe(text);
  });

  it("is refused while a run is open, without a reason, of none, and of what was withdrawn", async () => {
    await run("research", "propose");
    for (const [words, code, named] of [
      [["accept", "9", "--reason", "x"], 3, "proposal 9: there is none"],
      [["accept", "one", "--reason", "x"], 2, "whole number"],
      [["accept", "1"], 2, "--reason is missing"],
      [["accept", "1", "--reason", " "], 2, "--reason is empty"],
    ] as const) {
      const said = await run("research", ...words);
      expect([words, said.code, said.err]).toEqual([words, code, expect.stringContaining(named)]);
    }
    const terms = { run: "p1", mode: "paper", config: loadConfig() };
    writeRunTerms(runPlaces(root), terms as unknown as RunTerms);
    const open = await accept();
    expect([open.code, open.err, readFileSync(config(), "utf8")]).toEqual([
      3,
      expect.stringContaining("run p1 is open"),
      OURS,
    ]);
    closeRun(root, { run: "p1" } as RunTerms, NOW);
    keep(study({ studyId: "op-2", at: new Date().toISOString(), passed: false }));
    expect(JSON.parse((await run("research", "propose")).out).withdrawn).toMatchObject([{ id: 1 }]);
    expect((await accept()).err).toContain("proposal 1 is withdrawn");
    expect(readFileSync(config(), "utf8")).toBe(OURS);
  });

  it("proposes the same again of what came after an operator's yes, and not of what was there before", async () => {
    keep(study({ studyId: "op-2", at: new Date().toISOString(), passed: false }));
    tradeAs("p1", {}, 1);
    const off = JSON.parse((await run("research", "propose")).out).made;
    expect(off).toMatchObject([{ id: 1, strategy: SWING, kind: "disable", study: "live" }]);
    expect((await accept()).code).toBe(0);
    // By hand it is switched on again, as it was: what it had lost by then has been answered.
    writeFileSync(config(), OURS);
    expect(JSON.parse((await run("research", "propose")).out).made).toEqual([]);
    tradeAs("p2", {}, 0, 20);
    expect(JSON.parse((await run("research", "propose")).out).made).toEqual([]);
    tradeAs("p3", {}, 0, 20);
    const again = JSON.parse((await run("research", "propose")).out).made;
    expect(again).toMatchObject([{ id: 2, kind: "disable", figures: { trades: 40 } }]);
    // The same of a study: one from before the yes is known, a later one is not.
    expect((await run("research", "accept", "2", "--reason", "again")).code).toBe(0);
    writeFileSync(config(), OURS);
    expect(JSON.parse((await run("research", "propose")).out).made).toEqual([]);
    keep(walk(-0.2, { studyId: "wf-9", at: new Date().toISOString() }));
    const third = JSON.parse((await run("research", "propose")).out).made;
    expect(third).toMatchObject([{ id: 3, kind: "disable", study: "wf-9" }]);
  });

  it("reads own trades of the ledger: of the settings of now, and of late", async () => {
    keep(study({ studyId: "op-2", at: new Date().toISOString(), passed: false }));
    tradeAs("p1", {}, 3 * 365);
    tradeAs("p2", { fast: 12 }, 5);
    tradeAs("p3", {}, 5, 29);
    const before = JSON.parse((await run("research", "propose")).out);
    expect(before).toMatchObject({ made: [], looked: [{ strategy: SWING, trades: 29 }] });
    tradeAs("p4", {}, 1, 11);
    const { made, looked } = JSON.parse((await run("research", "propose")).out);
    expect(looked).toContainEqual({ strategy: SWING, studies: 2, trades: 40, model: null });
    expect(made).toMatchObject([
      { strategy: SWING, kind: "disable", figures: { trades: 40, mean: -11.75, sessions: 126 } },
    ]);
    expect(made[0].reason).toMatch(
      /^its own 40 trades of the last 126 sessions, 20..-..-.. to .*, with the settings/,
    );
    const wider = await run("research", "propose", "--set", "research.liveSessions=2520");
    expect(JSON.parse(wider.out).looked).toMatchObject([{ trades: 80 }]);
    const other = await run("research", "propose", "--set", `strategies.${SWING}.params.fast=12`);
    expect(JSON.parse(other.out).looked).toMatchObject([{ trades: 40 }]);
  });

  /** A run of the root that closed trades so many days ago, a quarter of them with a win. */
  function tradeAs(
    name: string,
    params: Readonly<Record<string, unknown>>,
    daysAgo: number,
    trades = 40,
  ): void {
    mkdirSync(join(root, "db"), { recursive: true });
    const entry = `strategies.${SWING}.params=${JSON.stringify(params)}`;
    const header = JSON.stringify({ run: name, config: loadConfig({ assignments: [entry] }) });
    const journal = new JournalStore(join(root, "db", "journal.db"));
    journal.openRun({ run: name, startedAt: new Date().toISOString(), header });
    journal.close();
    const db = new DatabaseSync(join(root, "db", "trades.db"));
    db.exec(`CREATE TABLE IF NOT EXISTS trades (run TEXT, strategy TEXT, status TEXT, pnl REAL, timestamp INTEGER,
      exit_timestamp INTEGER)`);
    const insert = db.prepare("INSERT INTO trades VALUES (?, ?, 'CLOSED', ?, ?, ?)");
    const at = (Date.now() - daysAgo * 86_400_000) * 1000;
    for (let n = 0; n < trades; n++) insert.run(name, SWING, n % 4 === 0 ? 10 : -20, at + n, at + 1000 + n);
    db.close();
  }
});
