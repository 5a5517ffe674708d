/** Goal: thousands of errors are listed, counted and resolved at once; a resolved one stays resolved (OPS-6, UI-1). */
import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { AlertStore, alertsPath } from "../../adapters/alerts/alert-store.ts";
import { ErrorLog, ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { doAsk, resolveOffline } from "./ask-desk.ts";
import { errorsAnswer } from "./error-reads.ts";

let root: string;
beforeEach(() => {
  root = scratchFolder("error-reads-");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const COUNT = 20_000;
const LEVELS = ["CRITICAL", "ERROR", "WARNING", "WARNING"] as const;

function fill(): void {
  const log = new ErrorLog(ledgerPlaces(root).performance);
  log.appendErrors(
    Array.from({ length: COUNT }, (_, n) => ({
      ...{ timestamp: "2026-11-20T12:00:00.000Z", level: LEVELS[n % 4] ?? "ERROR", loggerName: "journal" },
      ...{ message: `line ${n}`, component: "execute", sourceFile: "/app/days.ts", lineNumber: 12 },
    })),
  );
  log.close();
}

const resolve = (error: number, at = Date.parse("2026-11-20T13:00:00Z")) =>
  resolveOffline(root, { kind: "resolve", id: `act-${error}-0000`, by: "ann", reason: "seen", error }, at);

it("before anything was recorded there is nothing, and that is no failure", () => {
  expect(errorsAnswer(root, { from: 0, limit: 10 })).toMatchObject({ total: 0, rows: [] });
});

it("twenty thousand: a page of any level, newest first, with the open ones counted, in a tenth of a second", () => {
  fill();
  const begun = performance.now();
  const page = errorsAnswer(root, { from: 5, limit: 2, level: "ERROR", open: true });
  const tookMs = performance.now() - begun;
  expect(page).toMatchObject({
    total: COUNT / 4,
    open: { critical: COUNT / 4, error: COUNT / 4, warning: COUNT / 2 },
  });
  expect(page.rows.map(({ message }) => message)).toEqual(["line 19977", "line 19973"]);
  expect(page.rows[0]).toMatchObject({ source: "/app/days.ts:12", resolvedAt: null, logger: "journal" });
  expect(tookMs).toBeLessThan(500);
});

it("a group is one act with its count and its name; what was resolved before is not counted twice", () => {
  fill();
  resolve(7);
  const store = new AlertStore(alertsPath(root), () => undefined);
  const errors = Array.from({ length: 1000 }, (_, n) => n + 1);
  const said = { id: "act-all-0000", by: "bob", reason: "the disk was full", group: "execute: line #" };
  const place = { root, store, watch: {} as never, nowMs: Date.parse("2026-11-20T14:00:00Z") };
  expect(doAsk({ kind: "resolve-all", ...said, errors }, place)).toEqual({
    ok: true,
    text: "999 errors are resolved",
  });
  expect(store.untoldActs().map(({ who, action, subject }) => [who, action, subject])).toEqual([
    ["ann", "resolve-error", "7"],
    ["bob", "resolve-error", "999 of execute: line #"],
  ]);
  expect(doAsk({ kind: "resolve-all", ...said, id: "act-all-0001", errors }, place)).toMatchObject({
    ok: false,
  });
  expect(store.untoldActs()).toHaveLength(2);
  store.close();
  const { critical, error, warning } = errorsAnswer(root, { from: 0, limit: 1 }).open;
  expect(critical + error + warning).toBe(COUNT - 1000);
});

it("one that was resolved says by whom and when, once, and the audit hears of it", () => {
  fill();
  expect(resolve(7)).toBe("error 7 is resolved");
  const { rows, open } = errorsAnswer(root, { from: COUNT - 7, limit: 1 });
  expect(rows).toMatchObject([{ id: 7, resolvedAt: "2026-11-20T13:00:00.000Z", resolvedBy: "ann" }]);
  expect(open.warning).toBe(COUNT / 2 - 1);
  expect(() => resolve(7)).toThrow("7 was resolved by ann at 2026-11-20T13:00:00.000Z");
  expect(() => resolve(COUNT + 1)).toThrow(`there is no error ${COUNT + 1}`);
  const store = new AlertStore(alertsPath(root), () => undefined);
  expect(store.untoldActs()).toMatchObject([{ action: "resolve-error", subject: "7", who: "ann" }]);
  store.close();
});
