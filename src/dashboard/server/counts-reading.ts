/** What waits for somebody: errors, alerts, jobs. Asked of files, so not more than once a second. */
import type { CountsPicture, NextJob } from "../contract/picture.ts";
import { known } from "./known.ts";
import type { RunningPorts } from "./ports.ts";
import type { ReadDatabase } from "./read-database.ts";

export interface Waiting {
  readonly counts: Omit<CountsPicture, "ordersToday" | "unknownOrders">;
  readonly nextJobs: readonly NextJob[];
}

const EVERY_MS = 1000;
const LEVELS = "SELECT level, count(*) AS n FROM error_log WHERE is_resolved = 0 GROUP BY level";

export class CountsReading {
  readonly #performance: ReadDatabase;
  readonly #ports: RunningPorts;
  readonly #now: () => number;
  #last: Waiting = {
    counts: { errorsOpen: { critical: 0, error: 0, warning: 0 }, alertsOpen: 0, jobsFailed: 0 },
    nextJobs: [],
  };
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(performance: ReadDatabase, ports: RunningPorts, now: () => number) {
    this.#performance = performance;
    this.#ports = ports;
    this.#now = now;
  }

  /** Never throws: a file that cannot be read leaves what was known. */
  read(): Waiting {
    const now = this.#now();
    if (now - this.#readAt < EVERY_MS) return this.#last;
    this.#readAt = now;
    const { alerts, jobs } = this.#ports;
    try {
      this.#last = {
        counts: {
          errorsOpen: this.#errors(),
          alertsOpen: alerts?.open() ?? 0,
          jobsFailed: jobs?.failed() ?? 0,
        },
        nextJobs: jobs?.next() ?? [],
      };
    } catch {
      // The question itself says what is wrong with its file.
    }
    return this.#last;
  }

  #errors(): CountsPicture["errorsOpen"] {
    const { errors } = this.#ports;
    if (errors !== undefined) return errors.open();
    const rows = this.#performance.all(LEVELS);
    const of = (level: string): number => known(rows.find((row) => row.level === level)?.n) ?? 0;
    return { critical: of("CRITICAL"), error: of("ERROR"), warning: of("WARNING") };
  }
}
