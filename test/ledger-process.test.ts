/**
 * Goal: the ledger's process follows a journal on disk, goes on after it was ended, and `journal project` makes the same.
 * Method: a session's lines in a real journal.db, half of them before the process first begins.
 */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Command } from "commander";
import { afterAll, expect, test } from "vitest";
import { JournalStore } from "../src/adapters/journal/journal-store.ts";
import type { JournalEntry } from "../src/adapters/journal/journal-terms.ts";
import { ledgerPlaces } from "../src/adapters/ledger/ledger-store.ts";
import { codeVersion } from "../src/app/code-version.ts";
import { writeHistory } from "../src/app/live/history-file.ts";
import { executeJournal, ledgerProcess } from "../src/app/live/ledger-process.ts";
import { type RunTerms, runPlaces, writeRunTerms } from "../src/app/live/run-terms.ts";
import type { StageContext } from "../src/app/live/stage-context.ts";
import { registerJournalProject } from "../src/cli/ledger-project-command.ts";
import { history, liveSession, terms } from "./live-session.ts";
import { runLine } from "./run-line.ts";
import { scratchFolder } from "./scratch-folder.ts";

const root = scratchFolder("ledger-process-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const places = runPlaces(root);
mkdirSync(join(root, "run"), { recursive: true });
mkdirSync(join(root, "db"), { recursive: true });
const sha256 = writeHistory(join(root, "run", "history.json"), history);
const run: RunTerms = {
  ...terms,
  build: codeVersion(),
  history: { file: "history.json", sha256, bars: history.open.length },
};
writeRunTerms(places, run);

const { entries, execute, lifecycle } = liveSession(1);
const journal = new JournalStore(executeJournal(root));
journal.openRun({ run: run.run, startedAt: run.startedAt, header: "{}" });
afterAll(() => journal.close());

const append = (rows: readonly JournalEntry[]) =>
  journal.write([rows.map(({ part, at, payload }) => ({ kind: "entry", part, at, payload }) as const)]);

function content(): unknown {
  return (["trades", "performance"] as const).map((file) => {
    const db = new DatabaseSync(ledgerPlaces(root)[file], { readOnly: true });
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    const rows = tables.map(({ name }) => db.prepare(`SELECT * FROM ${name} ORDER BY 1, 2, 3`).all());
    db.close();
    return rows;
  });
}

/** Begins and ends the process as a supervisor does. */
async function once(): Promise<void> {
  const clock = { now: () => 0 };
  const context = { terms: run, places, clock, log: () => undefined };
  const stop = await ledgerProcess(lifecycle)(context as unknown as StageContext);
  await stop();
}

test("the process catches up, goes on where it was, and a rebuild makes the same", async () => {
  append(entries.slice(0, 300));
  await once();
  const half = content();
  append(entries.slice(300));
  await once();
  const whole = content();
  expect(whole).not.toEqual(half);
  const db = new DatabaseSync(ledgerPlaces(root).trades);
  expect(db.prepare("SELECT count(*) AS n FROM executions").get()?.n).toBe(execute.stage.fills.length);
  expect(execute.stage.fills.length).toBeGreaterThan(20);
  db.exec("DELETE FROM executions; UPDATE positions SET quantity = 1");
  db.close();

  const said: string[] = [];
  const program = new Command();
  const context = { root: () => root, json: () => true, out: (text: string) => said.push(text) };
  registerJournalProject(program, { ...context, quiet: () => false } as never, lifecycle);
  await program.parseAsync(["project"], { from: "user" });
  expect(JSON.parse(said.join(""))).toMatchObject({ run: run.run });
  expect(content()).toEqual(whole);
});

test("journal project is a command of the program: what messages tell people to type is there", async () => {
  const { code, out, err } = await runLine(["journal", "project", "--json", "--root", root]);
  expect([code, err]).toEqual([0, ""]);
  expect(JSON.parse(out)).toMatchObject({ run: run.run });
  const nowhere = await runLine(["journal", "project", "--root", join(root, "nowhere")]);
  expect(nowhere).toMatchObject({ code: 1, out: "" });
  expect(nowhere.err).toContain("there is no run here; start one with: plimsoll start");
});
