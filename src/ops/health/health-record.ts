/** `run/health.json`: how the health checks stand and what was done about it, for whoever asks from outside. */
export type HealthState = "ok" | "late" | "down";

export interface HealthLine {
  readonly check: string;
  /** The process, the disk, the line that it is about; empty where there is one alone. */
  readonly subject: string;
  readonly state: HealthState;
  /** With both numbers. */
  readonly text: string;
  /** ISO instant since which it is so. */
  readonly since: string;
}

export interface HealthRecord {
  /** ISO instant of the last look. */
  readonly at: string;
  readonly checks: readonly HealthLine[];
  /** What was done to heal, by kind, since the state began. */
  readonly recoveries: Readonly<Record<string, number>>;
}
