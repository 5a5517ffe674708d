/** Where the demo keeps its state: apart from everything that could ever be real. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ledgerPlaces } from "../adapters/ledger/ledger-store.ts";
import type { CliContext } from "./context.ts";

export const demoRoot = (context: CliContext): string => join(context.root(), "demo");

/** Whose record is kept and proven: the folder of state itself, or the demo's where only that one has a run. */
export function recordRoot(context: CliContext): string {
  const [own, demo] = [context.root(), demoRoot(context)];
  const hasRun = (root: string) => existsSync(join(root, "run", "run.json"));
  return !hasRun(own) && hasRun(demo) ? demo : own;
}

/** The folder of state itself, or the demo's below it where only that one has a ledger. */
export function ledgerRoot(context: CliContext): string {
  const [own, demo] = [context.root(), demoRoot(context)];
  const hasLedger = (root: string) => existsSync(ledgerPlaces(root).trades);
  return !hasLedger(own) && hasLedger(demo) ? demo : own;
}
