/** Goal: what goes wrong stands in `error_log`, whoever dies, and a file that cannot be used ends no one (OPS-6). */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { terms as runTerms } from "../../../test/live-session.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { Secret } from "../../adapters/brokers/alpaca/secret.ts";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { logRecord } from "../../ops/log-file.ts";
import { ErrorCollector, rowOf } from "./error-collector.ts";
import { LiveSystem } from "./system.ts";

let root: string;
beforeEach(() => {
  root = scratchFolder("error-collector-");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const NOON = Date.parse("2026-11-20T12:00:00Z");
const wrong = (text: string, level = "ERROR") =>
  logRecord("execute", "INFO", JSON.stringify({ level, component: "journal", text }), NOON);

function rows(): Record<string, unknown>[] {
  const db = new DatabaseSync(ledgerPlaces(root).performance, { readOnly: true });
  try {
    return db.prepare("SELECT * FROM error_log ORDER BY id").all();
  } finally {
    db.close();
  }
}

class Collecting {
  readonly failures: string[] = [];
  mono = 0;
  readonly collector = new ErrorCollector({
    path: ledgerPlaces(root).performance,
    now: () => this.mono,
    wallMs: () => NOON,
    failed: (reason) => this.failures.push(reason),
  });
}

describe("a line of the log", () => {
  it.each(["DEBUG", "INFO"])("of level %s is no trouble", (level) => {
    expect(rowOf(wrong("fine", level), NOON)).toBeUndefined();
  });

  it("names its process, its part and its instant", () => {
    expect(rowOf(wrong("the disk is full", "critical"), NOON)).toEqual({
      ...{ timestamp: "2026-11-20T12:00:00.000Z", level: "CRITICAL", loggerName: "journal" },
      ...{ component: "execute", message: "the disk is full" },
    });
  });

  it("with a stack keeps it whole, and names what was thrown and where", () => {
    const text =
      "broke: RangeError: no such day\n    at dayOf (file:///app/days.ts:12:7)\n    at main.ts:3:1";
    expect(rowOf(wrong(text), NOON)).toMatchObject({
      ...{ message: "broke: RangeError: no such day", exceptionType: "RangeError" },
      ...{ exceptionTraceback: text, sourceFile: "/app/days.ts", lineNumber: 12 },
    });
  });

  it("without a text is kept as it is; an instant that is none is ours", () => {
    const record = logRecord("compute", "WARNING", '{"code":7,"at":"noon"}', NOON);
    const row = rowOf(record, NOON);
    expect(row?.timestamp).toBe("2026-11-20T12:00:00.000Z");
    expect(JSON.parse(row?.message ?? "")).toMatchObject({ code: 7 });
  });
});

it("what waits is written together, and again by the next start", () => {
  for (const text of ["one", "two"]) {
    const { collector } = new Collecting();
    collector.take(wrong(text));
    collector.take(wrong("fine", "INFO"));
    collector.close();
  }
  expect(rows().map(({ message, is_resolved }) => [message, is_resolved])).toEqual([
    ["one", 0],
    ["two", 0],
  ]);
});

it("a flood is cut, and the cut is said", () => {
  const { collector } = new Collecting();
  for (let n = 0; n < 1500; n++) collector.take(wrong(`line ${n}`));
  collector.close();
  expect(rows()).toHaveLength(1001);
  expect(rows().at(-1)).toMatchObject({ message: "500 more lines are in the log alone", level: "WARNING" });
});

it("while another holds the file, lines wait and nobody is held up for long", () => {
  const { collector, failures } = new Collecting();
  collector.take(wrong("before"));
  collector.write();
  const other = new DatabaseSync(ledgerPlaces(root).performance);
  other.exec("BEGIN IMMEDIATE");
  collector.take(wrong("meanwhile"));
  collector.write();
  expect(failures).toEqual([expect.stringContaining("locked")]);
  other.exec("COMMIT");
  other.close();
  collector.close();
  expect(rows().map(({ message }) => message)).toEqual(["before", "meanwhile"]);
});

it("a file that is no ledger is said once, tried again after ten seconds, and throws nothing", () => {
  const { performance: path } = ledgerPlaces(root);
  mkdirSync(join(root, "db"));
  writeFileSync(path, "shopping list ".repeat(100));
  const world = new Collecting();
  world.collector.take(wrong("one"));
  world.collector.write();
  world.collector.write();
  expect(world.failures).toEqual([expect.stringContaining("cannot be used")]);
  rmSync(path);
  world.mono = 9999;
  world.collector.write();
  world.mono = 10_000;
  world.collector.write();
  expect(rows()).toHaveLength(1);
  world.collector.close();
});

it("a system's processes are heard: what they say before they are stopped is in error_log", async () => {
  const script = join(root, "child.mts");
  writeFileSync(
    script,
    `const { pid } = process;
     console.log(JSON.stringify({ level: "critical", component: "part", text: "broken", pid }));
     console.log(JSON.stringify({ level: "info", component: "part", text: "fine" }));
     process.on("SIGTERM", () => process.exit(0));
     process.on("message", () => {});
     process.send("ready");`,
  );
  const paths = { ingest: script, compute: script, execute: script, ledger: script, guardian: script };
  const config = { ...runTerms.config, live: { ...runTerms.config.live, standby: false } };
  const system = new LiveSystem({
    ...{ root, paths, report: () => undefined },
    run: { ...runTerms, config, killSwitch: join(root, "killswitch") },
    credentials: { keyId: new Secret("PK"), secretKey: new Secret("s") },
  });
  await system.start();
  await system.stop();
  const heard = rows().filter(({ message }) => message === "broken");
  expect(heard.map(({ component }) => component).toSorted()).toEqual(
    expect.arrayContaining(["compute", "execute", "ingest"]),
  );
  expect(heard[0]).toMatchObject({ level: "CRITICAL", logger_name: "part", is_resolved: 0 });
  expect(rows().filter(({ message }) => message === "fine")).toEqual([]);
}, 20_000);
