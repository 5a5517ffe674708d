/** The thread of `decision-watch.ts`. */
import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import type { WatchTerms } from "./decision-watch.ts";

/** Looks in one limit: a decision is ended between one limit and a quarter more. */
const LOOKS = 4;

const { count, limitMs, line } = workerData as WatchTerms;
let seen = -1;
let looks = 0;
setInterval(() => {
  const now = Atomics.load(count, 0);
  looks = now === seen ? looks + 1 : 0;
  seen = now;
  if (now % 2 === 0 || looks < LOOKS) return;
  writeSync(2, `${line}\n`);
  // No handler would run: the thread that has them is the one that does not come back.
  process.kill(process.pid, "SIGKILL");
}, limitMs / LOOKS);
