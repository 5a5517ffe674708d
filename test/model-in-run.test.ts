/**
 * Goal    a run with models beside its rules is proven like any other (I-25, BACK-4): replay and parity come to the same
 *         decisions and the same demotion at the same entry; what looks on changes nothing; other bytes are refused.
 * Method  a recorded synthetic session with a stump beside one strategy, another in shadow, and a reference that its
 *         inputs cannot be like, so that the model is let go in the middle.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { sha256OfText } from "../src/adapters/durable-file.ts";
import { ledgerPlaces } from "../src/adapters/ledger/ledger-store.ts";
import { ledgerTerms } from "../src/app/live/build-execute.ts";
import { rebuildLedger } from "../src/app/live/ledger-rebuild.ts";
import { checkParity } from "../src/app/live/parity.ts";
import { entriesOf, findRun } from "../src/app/live/recorded-run.ts";
import { replayRun } from "../src/app/live/replay-run.ts";
import { recordedExecute } from "../src/app/live/replayed-stages.ts";
import type { RunTerms } from "../src/app/live/run-terms.ts";
import { type RunModel, writeModelFiles } from "../src/app/models/run-models.ts";
import type { Decision } from "../src/engine/stage-messages.ts";
import { parseDecision } from "../src/engine/stage-text.ts";
import type { DriftReference } from "../src/models/drift/drift-reference.ts";
import type { SignalSettings } from "../src/models/signal/signal-model.ts";
import { terms as plain } from "./live-session.ts";
import { recordSession } from "./recorded-session.ts";
import { jsonLine, runLine } from "./run-line.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { stumpModel } from "./stump-model.ts";

const STRATEGY = "swing_trend_following";
const MINUTES = 130;
const ENTRIES = 10;
const settings: SignalSettings = {
  calibration: { kind: "platt", a: -1, b: 0 },
  ...{ threshold: 0, sure: 0.6, events: 500, win: 0.05, loss: 0.05 },
  uses: { filter: true, scale: false, tightenStop: 0 },
};
const half = { edges: [50], shares: [0.5, 0.5], missing: 0 };
const reference = (name: string, rsi: Partial<typeof half>): DriftReference => ({
  inputs: [
    { name: "rsi_14", ...half, ...rsi },
    { name, ...half, edges: [], shares: [1] },
  ],
  probability: { name: "probability", edges: [0.001], shares: [0.0005, 0.9995], missing: 0 },
  baseRate: 0.5,
});
/** Nothing that trends has an index of strength below 1. */
const unlike = reference("atr_14", { edges: [1], shares: [0.9, 0.1] });

const above = (threshold: number): string =>
  stumpModel("rsi_14", "atr_14").replace("threshold=1\n", `threshold=${threshold}\n`);
const deciding = above(55);
const looking = above(40);
const model = (id: string, text: string, more: Partial<RunModel> = {}): RunModel => ({
  ...{ id, sha256: sha256OfText(text), settings },
  ...more,
});

const roots: string[] = [];
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

function recorded(decides: RunModel | undefined, shadows: readonly RunModel[] = []): string {
  const root = scratchFolder("plimsoll-model-run-");
  roots.push(root);
  const texts = new Map([deciding, looking].map((text) => [sha256OfText(text), text] as const));
  writeModelFiles(join(root, "run"), { texts, models: {} });
  const { config } = plain;
  const drift = { ...config.learn.drift, entries: ENTRIES, inputs: 0.4 };
  const more: Partial<RunTerms> = {
    killSwitch: join(root, "killswitch"),
    config: { ...config, learn: { ...config.learn, drift } },
    models: {
      [STRATEGY]: { ...(decides === undefined ? {} : { decides }), shadows, why: "", warnings: [] },
    },
  };
  recordSession(root, MINUTES, more);
  return root;
}

const decisionsOf = (root: string): Decision[] =>
  [...entriesOf(findRun({ root }), "compute")]
    .filter(({ part }) => part === "command")
    .map(({ payload }) => parseDecision(String(payload)));
const entered = (root: string) =>
  decisionsOf(root).flatMap(({ signals }) =>
    signals.filter(({ kind, strategy }) => kind === "enter" && strategy === 1),
  );
const withoutWords = (root: string) =>
  decisionsOf(root).map(({ signals, ...rest }) => ({
    ...rest,
    signals: signals.map(({ models, features, reason, ...note }) => note),
  }));

describe("a run with models beside its rules", () => {
  const root = recorded(model("m@2", deciding, { reference: unlike }), [model("m@3", looking)]);
  const demotions = decisionsOf(root).flatMap((decision) => decision.demotions ?? []);

  it("lets a model go whose inputs are not like those that it was fitted on: once, with its figures", () => {
    expect(demotions).toMatchObject([{ strategy: 1, model: "m@2", scale: 0.5 }]);
    expect(demotions[0]?.reason).toMatch(
      /^1 of 2 inputs of the last 10 entries have moved \(PSI above 0.25: rsi_14 /,
    );
    const db = new DatabaseSync(join(root, "db", "journal.db"), { readOnly: true });
    const told = db.prepare("SELECT level, text FROM alerts WHERE text LIKE 'model %'").all();
    db.close();
    expect(told).toMatchObject([
      { level: "warning", text: expect.stringContaining("with 0.5 of its conviction") },
    ]);
  });

  it("from that entry on the rules are alone at half their conviction, and every word is on record", () => {
    const notes = entered(root);
    const first = notes.findIndex(({ models }) => models?.[0]?.role === "demoted");
    expect(first).toBeGreaterThanOrEqual(ENTRIES - 1);
    for (const [n, { models, conviction, reason }] of notes.entries()) {
      expect(models?.map((said) => said.model)).toEqual(["m@2", "m@3"]);
      expect(models?.map(({ role }) => role)).toEqual([n < first ? "decides" : "demoted", "shadow"]);
      expect(conviction).toBe(n < first ? 1 : 0.5);
      expect(reason).toContain(n < first ? "m@2 gives it" : "m@2 has drifted, the rules are alone");
    }
    expect(notes.length).toBeGreaterThan(first + 3);
  });

  it("replays to the byte, checkpoints too, and parity finds no difference", () => {
    const replayed = replayRun({ root });
    expect(replayed).toMatchObject({ identical: true, firstDifference: null });
    expect(replayed.stages.find(({ stage }) => stage === "compute")?.checkpoints).toBeGreaterThan(0);
    const parity = checkParity({ root });
    expect(parity).toMatchObject({ identical: true, decisions: MINUTES });
    expect(parity.orders).toBeGreaterThan(5);
  });

  it("is compared with the one in shadow over the trades that were closed", async () => {
    const run = findRun({ root });
    const execute = recordedExecute(run);
    const entries = entriesOf(run, "execute");
    rebuildLedger(ledgerPlaces(root), { execute, terms: ledgerTerms(run.terms), entries });
    const { models } = (await jsonLine(["--root", root, "models", "compare", `${STRATEGY}.meta`])) as {
      readonly models: readonly {
        readonly model: string;
        readonly trades: number;
        readonly decided: number;
      }[];
    };
    const [own, other] = models;
    expect(models.map(({ model: id }) => id)).toEqual(["m@2", "m@3"]);
    expect(own?.trades).toBeGreaterThan(5);
    expect(own?.decided).toBeGreaterThan(0);
    expect(own?.decided).toBeLessThan(own?.trades ?? 0);
    expect(other).toMatchObject({
      trades: own?.trades,
      decided: 0,
      against: { model: "m@2", trades: own?.decided },
    });
    const said = (await runLine(["--root", root, "models", "compare", `${STRATEGY}.meta`])).out;
    expect(said).toMatch(/m@3 against m@2, which decided: log loss/);
  });

  it("is not replayed with other trees than its own", () => {
    const path = join(root, "run", `${sha256OfText(deciding)}.model`);
    writeFileSync(path, looking);
    expect(() => replayRun({ root })).toThrow("is not what the run began with");
    expect(() => checkParity({ root })).toThrow("nothing is entered without it");
    rmSync(path);
    expect(() => replayRun({ root })).toThrow("is missing");
    writeFileSync(path, deciding);
    expect(replayRun({ root }).identical).toBe(true);
  });
});

it("one in shadow alone changes nothing but the record", () => {
  const [rules, watched] = [recorded(undefined), recorded(undefined, [model("m@3", looking)])];
  expect(withoutWords(watched)).toEqual(withoutWords(rules));
  expect(entered(watched).every(({ models }) => models?.[0]?.role === "shadow")).toBe(true);
  expect(entered(rules).every(({ models }) => models === undefined)).toBe(true);
});
