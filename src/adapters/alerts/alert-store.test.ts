/** Goal: what was put down is there after a death; a file that is held or damaged holds no alert back (C-60). */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import type { Incident, Message, RaisedAlert } from "../../domain/alert.ts";
import { AlertStore, alertsPath } from "./alert-store.ts";

let root: string;
const failures: string[] = [];
const open: AlertStore[] = [];
beforeEach(() => {
  root = scratchFolder("alert-store-");
  failures.length = 0;
});
afterEach(() => {
  for (const store of open.splice(0)) store.close();
  rmSync(root, { recursive: true, force: true });
});

function store(): AlertStore {
  const made = new AlertStore(alertsPath(root), (reason) => failures.push(reason), 1);
  open.push(made);
  return made;
}

const alert: RaisedAlert = {
  id: "a1",
  level: "critical",
  cause: "kill",
  source: "execute",
  text: "3.1 of 3 %",
  atMs: 5,
};
const incident: Incident = {
  ...{
    id: 4,
    level: "critical",
    cause: "kill",
    source: "execute",
    text: "x",
    lastText: "y",
    shapes: ["x", "y"],
  },
  ...{ openedMs: 5, lastMs: 9, count: 2, state: "acknowledged", acknowledgedMs: 11, acknowledgedBy: "ann" },
  ...{ messages: 1, toldMs: 6, toldCount: 1, overMs: undefined },
};
const message: Message = {
  ...{ id: "r-1", incident: 4, number: 1, kind: "first", madeMs: 6 },
  deliveries: [
    { channel: "slack", state: "delivered", attempts: 1, nextMs: 6, settledMs: 7, error: undefined },
    { channel: "smtp", state: "sending", attempts: 3, nextMs: 8, settledMs: undefined, error: "down" },
  ],
};

function fill(into: AlertStore): void {
  into.transaction(() => {
    into.addAlert(alert, 4);
    into.putIncident(incident);
    into.putMessage(message);
    into.putChannel({ id: "smtp", failures: 3, lastOkMs: undefined, lastFailedMs: 8, error: "down" });
    into.putPosition({ source: "journal", position: 12 });
  });
}

it("a start goes on with exactly what was put down", () => {
  fill(store());
  const again = store();
  expect(again.load(100, 600_000)).toEqual({
    ...{ incidents: [incident], messages: [message], lastIncident: 4, lastMessage: 1 },
    channels: [{ id: "smtp", failures: 3, lastOkMs: undefined, lastFailedMs: 8, error: "down" }],
  });
  expect([again.hasAlert("a1"), again.hasAlert("a2"), again.position("journal")]).toEqual([true, false, 12]);
});

it("a death inside a transaction leaves all of it or nothing", () => {
  const first = store();
  expect(() =>
    first.transaction(() => {
      first.addAlert(alert, 4);
      first.putIncident(incident);
      throw new Error("dies");
    }),
  ).toThrow("dies");
  // What one thought of was put down whole: the alert with its incident.
  expect(store().load(100, 1).incidents).toHaveLength(1);
});

it("while another holds the file nothing waits for it; it is said once, and written when it is free", () => {
  const first = store();
  const other = new DatabaseSync(alertsPath(root));
  other.exec("BEGIN IMMEDIATE");
  fill(first);
  fill(first);
  expect(failures).toEqual([expect.stringContaining("locked")]);
  expect([first.hasAlert("a1"), first.owed > 0]).toEqual([true, true]);
  other.exec("COMMIT");
  other.close();
  first.putPosition({ source: "guardian", position: 1 });
  expect([first.owed, store().hasAlert("a1"), store().position("guardian")]).toEqual([0, true, 1]);
});

it("a file that is none of ours is refused with the cure", () => {
  store().close();
  open.length = 0;
  writeFileSync(join(root, "db", "alerts.db"), "shopping list ".repeat(100));
  expect(() => store()).toThrow(/alerts: .*alerts\.db cannot be used .*; move it away/);
});

it("what is over for more than a year goes, and what is not stays", () => {
  const first = store();
  fill(first);
  first.putIncident({ ...incident, id: 5, state: "over", overMs: 9 });
  first.prune(401 * 86_400_000);
  const db = new DatabaseSync(alertsPath(root), { readOnly: true });
  expect(db.prepare("SELECT id FROM incidents").all()).toEqual([{ id: 4 }]);
  db.close();
});

it("acts wait for the audit, each once", () => {
  const first = store();
  const act = {
    id: "act-0001",
    atMs: 1,
    who: "ann",
    action: "acknowledge-alert",
    subject: "4",
    reason: "seen",
  } as const;
  for (let n = 0; n < 2; n += 1) first.addAct(act);
  expect(first.untoldActs()).toEqual([act]);
  first.toldAct(act.id, 5);
  expect(first.untoldActs()).toEqual([]);
});
