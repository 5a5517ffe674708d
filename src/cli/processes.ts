/** What is started by path: the processes of a run. Starting is not importing, so this table is handed down as data. */
import { join } from "node:path";

const live = join(import.meta.dirname, "..", "app", "live");

export const processPaths = {
  ingest: join(live, "ingest-main.ts"),
  compute: join(live, "compute-main.ts"),
  execute: join(live, "execute-main.ts"),
  ledger: join(live, "ledger-main.ts"),
  guardian: join(import.meta.dirname, "..", "guardian", "main.ts"),
  exchange: join(import.meta.dirname, "main.ts"),
} as const;

/** Around what trades: they watch, tell and show. */
export const aroundPaths = {
  monitor: join(import.meta.dirname, "..", "app", "monitor", "monitor-main.ts"),
  orchestrator: join(import.meta.dirname, "..", "app", "orchestrator", "orchestrator-main.ts"),
  dashboard: join(import.meta.dirname, "..", "dashboard", "server", "dashboard-main.ts"),
} as const;
