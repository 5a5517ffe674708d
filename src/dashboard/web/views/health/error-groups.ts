/**
 * Errors by cause: lines of one process, one logger and one text, numbers aside, are one trouble that happened often.
 * The worst first, then the latest.
 */
import type { ErrorLine } from "../../../contract/running-answers.ts";

export interface ErrorGroup {
  readonly cause: string;
  readonly level: ErrorLine["level"];
  readonly component: string;
  readonly logger: string;
  /** Of the latest line. */
  readonly message: string;
  readonly source: string | null;
  readonly traceback: string | null;
  readonly lastAt: string;
  readonly firstAt: string;
  /** Newest first. */
  readonly ids: readonly number[];
}

const rank: Readonly<Record<ErrorLine["level"], number>> = { CRITICAL: 0, ERROR: 1, WARNING: 2 };

/** What makes two lines the same trouble: figures, hashes and quoted names in the text do not count. */
export function causeOf(line: Pick<ErrorLine, "level" | "component" | "logger" | "message">): string {
  const text = line.message
    .replace(/"[^"]*"|'[^']*'/g, '""')
    .replace(/\b(?=\d*[a-f])[0-9a-f]{8,}\b/gi, "#")
    .replace(/\d+(?:[.,:]\d+)*/g, "#");
  return `${line.level} ${line.component} ${line.logger} ${text}`;
}

/** Lines newest first in, groups out. */
export function groupErrors(lines: Iterable<ErrorLine>): ErrorGroup[] {
  const groups = new Map<string, { latest: ErrorLine; firstAt: string; ids: number[] }>();
  for (const line of lines) {
    const cause = causeOf(line);
    const known = groups.get(cause);
    if (known === undefined) groups.set(cause, { latest: line, firstAt: line.at, ids: [line.id] });
    else {
      known.ids.push(line.id);
      known.firstAt = line.at;
    }
  }
  return [...groups]
    .map(([cause, { latest, firstAt, ids }]) => ({
      cause,
      level: latest.level,
      component: latest.component,
      logger: latest.logger,
      message: latest.message,
      source: latest.source,
      traceback: latest.traceback,
      lastAt: latest.at,
      firstAt,
      ids,
    }))
    .toSorted((a, b) => rank[a.level] - rank[b.level] || (a.lastAt < b.lastAt ? 1 : -1));
}
