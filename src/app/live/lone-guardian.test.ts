/** Goal: when everything else has failed, exactly one guardian watches what is held, with the keys of its run. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { terms } from "../../../test/live-session.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { paperHosts } from "../../adapters/brokers/alpaca/hosts.ts";
import { writeActive } from "./active-run.ts";
import { runHosts } from "./interlock.ts";
import { loneGuardian } from "./lone-guardian.ts";
import { closeRun } from "./open-run.ts";
import { type RunTerms, runPlaces, writeRunTerms } from "./run-terms.ts";

const scratch = scratchFolder("lone-guardian-");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let root = "";
let roots = 0;
const paper: RunTerms = { ...terms, mode: "paper", run: "ptest", hosts: runHosts(paperHosts) };
const paths = { ingest: "", compute: "", execute: "", ledger: "", guardian: "guardian.ts" };
const env = { ALPACA_API_KEY: "PKMAIN", ALPACA_SECRET_KEY: "s1" };
const of = (more: Readonly<Record<string, string>> = env) =>
  loneGuardian({ root, env: more, folder: scratch, paths });

beforeEach(() => {
  root = join(scratch, `root-${roots++}`);
  mkdirSync(join(root, "run"), { recursive: true });
  writeRunTerms(runPlaces(root), paper);
});

it("has the run's terms and the guardian's own key, and no other process is planned", () => {
  const own = { ...env, ALPACA_GUARDIAN_KEY_ID: "PKGUARD", ALPACA_GUARDIAN_SECRET_KEY: "s2" };
  const found = of(own);
  if (found.kind !== "plan") throw new Error(found.why);
  expect(found.plan.env).toMatchObject({ GUARDIAN_KEY_ID: "PKGUARD", GUARDIAN_SECRET_KEY: "s2" });
  expect(JSON.parse(found.plan.env.GUARDIAN_TERMS ?? "")).toMatchObject({
    root,
    apiUrl: paperHosts.trading,
    killMode: "flatten",
  });
  expect(JSON.stringify(found.plan)).not.toContain("PKMAIN");
});

it("its keys may be handed over as a credential that only its user can read", () => {
  const given = join(root, "credentials");
  mkdirSync(given);
  writeFileSync(join(given, "plimsoll.env"), "ALPACA_API_KEY=PKFILE\nALPACA_SECRET_KEY=s3\n", {
    mode: 0o400,
  });
  const found = of({ CREDENTIALS_DIRECTORY: given });
  expect(found).toMatchObject({ kind: "plan", plan: { env: { GUARDIAN_KEY_ID: "PKFILE" } } });
});

it("does not start beside a system that runs, nor where nothing can be held", () => {
  closeRun(root, paper, "2026-11-20T21:00:00Z");
  expect(of()).toMatchObject({ kind: "nothing", why: "run ptest ended and held nothing" });
  writeRunTerms(runPlaces(root), { ...paper, run: "pnext" });
  writeActive(root, { mode: "paper", startedAt: "2026-11-20T14:00:00Z" }, []);
  expect(() => of()).toThrow(/the system runs as process \d+ and has its own/);
  expect(loneGuardian({ root: join(scratch, "none"), env, folder: scratch, paths }).kind).toBe("nothing");
});

it("refuses keys of another environment than the run's, before anything starts", () => {
  expect(() => of({ ALPACA_API_KEY: "AKLIVE", ALPACA_SECRET_KEY: "s" })).toThrow(/must begin with PK/);
  expect(() => of({})).toThrow(/there are no keys/);
});
