/** What the page asks about research and about the running of the system; conventions as in `picture.ts`. */
import type { Light, LimitUse } from "./picture.ts";

/** GET /api/research: regime, models, pairs and backtests. */
export interface ResearchAnswer {
  readonly backtests: readonly {
    readonly runId: string;
    readonly at: string;
    readonly strategies: readonly string[];
    readonly timeframe: string;
    readonly from: string;
    readonly to: string;
    readonly sharpe: number | null;
    readonly deflated: number | null;
    readonly trials: number;
    readonly totalReturn: number | null;
    readonly verdict: string;
    /** Address of the report, same origin; null when its folder is gone. */
    readonly report: string | null;
  }[];
  readonly regime: readonly {
    readonly at: string;
    readonly regime: string;
    readonly vix: number | null;
    readonly action: string;
  }[];
  readonly models: readonly { readonly id: string; readonly stage: string; readonly text: string }[];
  readonly pairs: readonly { readonly id: string; readonly text: string }[];
}

/** GET /api/health */
export interface HealthAnswer {
  readonly processes: readonly {
    readonly id: string;
    readonly state: Light;
    readonly text: string;
    readonly pid: number | null;
    readonly startedAt: string | null;
    readonly restarts: number;
    readonly standby: boolean;
    readonly memoryMb: number | null;
    readonly memoryLimitMb: number | null;
    readonly loopP99Ms: number | null;
  }[];
  readonly machine: readonly LimitUse[];
  readonly latency: readonly LatencyHistogram[];
  readonly sources: readonly {
    readonly id: string;
    readonly state: Light;
    readonly ageMs: number | null;
    readonly deadlineMs: number | null;
    readonly records: number | null;
    readonly rejected: number | null;
    readonly gaps: number | null;
    readonly worst: string;
  }[];
  /** Chain, reconciliation, backup, drill, alert test, parity. */
  readonly records: readonly {
    readonly id: string;
    readonly label: string;
    readonly state: Light;
    readonly text: string;
  }[];
  readonly able: {
    readonly fraction: number | null;
    readonly goal: number;
    readonly sessions: number;
    readonly lostMinutes: number | null;
  };
}

export interface LatencyHistogram {
  readonly id: string;
  readonly label: string;
  readonly goalMs: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Upper bound of each bucket, milliseconds, rising; the last may be null for "above". */
  readonly buckets: readonly { readonly leMs: number | null; readonly count: number }[];
}

/** GET /api/errors?from=N&limit=N&level=&open=1: newest first. */
export interface ErrorsAnswer {
  readonly total: number;
  readonly open: { readonly critical: number; readonly error: number; readonly warning: number };
  readonly rows: readonly ErrorLine[];
}

export interface ErrorLine {
  readonly id: number;
  readonly at: string;
  readonly level: "CRITICAL" | "ERROR" | "WARNING";
  readonly component: string;
  readonly logger: string;
  readonly message: string;
  readonly traceback: string | null;
  readonly source: string | null;
  readonly resolvedAt: string | null;
  readonly resolvedBy: string | null;
}

/** GET /api/alerts?from=N&limit=N */
export interface AlertsAnswer {
  readonly total: number;
  readonly rows: readonly AlertLine[];
  readonly channels: readonly {
    readonly id: string;
    readonly state: Light;
    readonly text: string;
    readonly lastDeliveredAt: string | null;
  }[];
}

export interface AlertLine {
  readonly id: string;
  readonly at: string;
  readonly level: "info" | "warning" | "critical";
  readonly source: string;
  readonly cause: string;
  readonly text: string;
  /** How many of one cause this incident holds. */
  readonly count: number;
  readonly runbook: string | null;
  readonly acknowledgedAt: string | null;
  readonly acknowledgedBy: string | null;
  readonly deliveries: readonly {
    readonly channel: string;
    readonly state: "waiting" | "delivered" | "failed";
    readonly attempts: number;
    readonly at: string | null;
    readonly error: string | null;
  }[];
}

/** GET /api/jobs */
export interface JobsAnswer {
  readonly phase: string;
  readonly tasks: readonly {
    readonly id: string;
    readonly phase: string;
    readonly about: string;
    readonly isAvailable: boolean;
    readonly nextAt: string | null;
    readonly last: JobRun | null;
  }[];
  readonly history: readonly JobRun[];
}

export interface JobRun {
  readonly task: string;
  readonly session: string;
  readonly state: "running" | "done" | "failed" | "skipped" | "unavailable" | "late";
  readonly scheduledAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly attempt: number;
  readonly text: string;
}

/** GET /api/audit?from=N&limit=N */
export interface AuditAnswer {
  readonly total: number;
  readonly chain: { readonly state: Light; readonly text: string };
  readonly rows: readonly {
    readonly id: string;
    readonly at: string;
    readonly who: string;
    readonly action: string;
    readonly reason: string;
    readonly before: string;
    readonly after: string;
  }[];
}
