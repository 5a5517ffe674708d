/**
 * Goal    a demo is told the regime and the tables of its first session before its first bar, whatever the speed of its
 *         clock, and once: the morning's task, which may come hours later, changes nothing any more (TB-1).
 * Method  the control desk over the execute process; the task's own acts behind the first words; the first tables beside
 *         what the task of that morning would find.
 */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/app/config.ts";
import type { ControlAnswer } from "../src/app/live/control-words.ts";
import { tellFirst } from "../src/app/live/first-words.ts";
import type { RunTerms } from "../src/app/live/run-terms.ts";
import { tellReferences } from "../src/app/orchestrator/tasks/tell-references.ts";
import { demoTables } from "../src/app/references/demo-tables.ts";
import { referencesOf, tablesToTell } from "../src/app/references/run-tables.ts";
import { instrumentTable } from "../src/domain/instrument.ts";
import type { RegimeReading } from "../src/domain/regime-reading.ts";
import { sessionOn } from "../src/market/calendar.ts";
import { newYorkDay } from "../src/market/us-eastern.ts";
import { syntheticListings } from "../src/sim/synthetic-listings.ts";
import { controlDesk } from "./control-desk-world.ts";
import { toldAgain } from "./replayed-world.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { fakeWorld } from "./task-context-fake.ts";

const folder = scratchFolder("first-words");
const chances = { bull: 0.9, neutral: 0.08, bear: 0.02, regime: "Bull" as const, longScale: 1 };

describe("the first words of a demo", () => {
  it("are told once, whoever is first, and are the same in a replay", async () => {
    const at = await controlDesk(folder);
    const since = newYorkDay(at.world.at);
    const rows = [{ symbol: "", values: [15, null, 16] }];
    const vix = { table: "vix", since, version: "vix:x", isWhole: false, rows };
    const pairs = { table: "pairs", since, version: "pairs:x", isWhole: true, rows: [] };
    const reading: RegimeReading = { session: since, ...chances, vix: 18, vixRegime: "normal", vixScale: 1 };
    const terms: Pick<RunTerms, "run" | "first"> = { run: "d1", first: { tables: [vix, pairs], reading } };
    const said: string[] = [];
    const answer = (text: string): ControlAnswer => {
      const { verb, ...more } = JSON.parse(text);
      return at.ask(verb, more) as ControlAnswer;
    };
    const tell = () => tellFirst({ terms, log: (_, text) => void said.push(text) }, { answer });
    tell();
    const told = () =>
      at.heard.flatMap((event) => (event.kind === "ReferenceTold" ? [event.table] : [event.kind]));
    expect([told(), said]).toEqual([["RegimeTold", "regime", "vix", "pairs"], []]);
    tell();
    const { context, asked } = fakeWorld();
    await tellReferences.run({ ...context, references: async () => ({ told: [vix, pairs], untold: [] }) });
    for (const { act, id } of asked) at.ask(act.verb, { ...act, id });
    expect(told()).toHaveLength(4);
    const { recorded, replayed } = toldAgain(at.world);
    expect(replayed).toEqual(recorded);
  });

  it("say why they were refused, and nothing where a run has none", async () => {
    const at = await controlDesk(folder);
    const said: string[] = [];
    const log = (_: string, text: string) => void said.push(text);
    const refused = { id: "", kind: "refused", reason: "no", exitCode: 2 } as const;
    tellFirst({ terms: { run: "d1" }, log }, { answer: () => refused });
    expect(said).toEqual([]);
    const since = newYorkDay(at.world.at);
    const first = { tables: [{ table: "vix", since, version: "v", isWhole: false, rows: [] }] };
    tellFirst({ terms: { run: "d1", first }, log }, { answer: () => refused });
    expect(said).toEqual(["before the first session: no"]);
  });

  it("are what the morning's task would find, under the same names", async () => {
    const plain = loadConfig();
    const entries = Object.entries(plain.strategies).map(([id, entry]) => [
      ...[id, { ...entry, enabled: id === "vix_regime_rotation" }],
    ]);
    const config: typeof plain = { ...plain, strategies: Object.fromEntries(entries) };
    const { firstSession } = config.demo;
    const regime = { from: "synthetic", seed: 1, firstSession } as const;
    const opens = sessionOn(Math.floor(Date.parse(firstSession) / 86_400_000) as never)!.open;
    const instruments = instrumentTable(syntheticListings.map(({ symbol }) => symbol));
    const first = await demoTables({ config, root: folder, regime, opens, instruments });
    expect(first.tables.map(({ table }) => table)).toEqual(["vix"]);
    expect(first.reading?.session).toBe(first.tables[0]?.since);
    const strategyIds = ["vix_regime_rotation"];
    const terms = { config, strategyIds, regime, killSwitch: `${folder}/kill`, clock: { exchangeAt: opens } };
    const { early, late } = tablesToTell(terms);
    const morning = await referencesOf(
      { terms, places: { root: folder }, instruments },
      first.tables[0]!.since,
      early,
    );
    expect([morning.told, late]).toEqual([first.tables, []]);
  }, 20_000);
});
