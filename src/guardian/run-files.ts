/**
 * The files through which the guardian and others see each other: the HALT file, the flatten lease, the outbox of
 * alerts.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type FlattenLease, parseLease } from "../domain/guardian-beat.ts";
import type { GuardianAlert } from "./ports.ts";

/** Present or unreadable both mean halt: in doubt, stop (C-01). A missing folder means that nobody asked. */
export function isHaltAsked(root: string, folder = join(root, "killswitch")): boolean {
  try {
    return readdirSync(folder).includes("HALT");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

export class LeaseFile {
  readonly #path: string;

  constructor(root: string) {
    this.#path = join(root, "run", "flatten.json");
  }

  /** Undefined when there is none, or none that can be read. */
  read(): FlattenLease | undefined {
    try {
      return parseLease(readFileSync(this.#path, "utf8"));
    } catch {
      return undefined;
    }
  }

  /** In one step, so that nobody reads half of it. A disk that fails stops no flatten. */
  write(lease: FlattenLease): void {
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      const beside = `${this.#path}.${process.pid}`;
      writeFileSync(beside, JSON.stringify(lease), { mode: 0o600 });
      renameSync(beside, this.#path);
    } catch {
      // The other side sees no lease and may close too: the ids are the same, and the broker takes one of them.
    }
  }

  /** Removes it when it is ours. */
  release(): void {
    if (this.read()?.owner === "guardian") rmSync(this.#path, { force: true });
  }
}

export interface OutboxLine extends GuardianAlert {
  readonly from: "guardian";
  /** The machine's milliseconds since 1970. */
  readonly machineMs: number;
}

const HOUR_MS = 3_600_000;
const SILENT_BROKER_MS = 300_000;

/** Alerts as lines for whoever delivers them; an incident is told once an hour, a silent broker each 5 minutes. */
export class Outbox {
  readonly #path: string;
  readonly #now: () => number;
  readonly #toldAt = new Map<string, number>();

  /** `now`: the machine's milliseconds since 1970. */
  constructor(root: string, now: () => number) {
    this.#path = join(root, "run", "guardian-alerts.jsonl");
    this.#now = now;
  }

  tell(alert: GuardianAlert): void {
    const machineMs = this.#now();
    const everyMs = alert.code === "broker-silent" ? SILENT_BROKER_MS : HOUR_MS;
    if (machineMs - (this.#toldAt.get(alert.key) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
    this.#toldAt.set(alert.key, machineMs);
    const line: OutboxLine = { ...alert, from: "guardian", machineMs };
    try {
      if (!existsSync(dirname(this.#path))) mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      appendFileSync(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600, flush: true });
    } catch {
      process.stderr.write(`guardian: alert not written: ${JSON.stringify(line)}\n`);
    }
  }
}
