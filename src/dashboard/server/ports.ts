/**
 * What the server asks of parts that others make: each may be absent, and then its question is answered with one honest
 * line instead of figures. Reads are of files that other processes write; nothing here reaches the broker.
 */

import type { NextJob } from "../contract/picture.ts";
import type {
  AlertsAnswer,
  ErrorLine,
  ErrorsAnswer,
  HealthAnswer,
  JobsAnswer,
} from "../contract/running-answers.ts";

export interface Page {
  readonly from: number;
  readonly limit: number;
}

export interface ErrorsPort {
  read(
    page: Page & { readonly level?: ErrorLine["level"] | undefined; readonly isOpen: boolean },
  ): ErrorsAnswer;
  open(): ErrorsAnswer["open"];
  /** Tells what was done. Throws InputError for an error that is not there. */
  resolve(error: number, by: string, reason: string): Promise<string>;
  /** Those of one trouble that are still open, as one act. */
  resolveAll(errors: readonly number[], group: string, by: string, reason: string): Promise<string>;
}

export interface AlertsPort {
  read(page: Page): AlertsAnswer;
  /** Incidents that nobody has acknowledged. */
  open(): number;
  /** Both tell what was done, and are written into the audit by who does it. */
  acknowledge(alert: string, by: string, reason: string): Promise<string>;
  /** Sends one through every channel. */
  test(by: string, reason: string): Promise<string>;
}

export interface JobsPort {
  read(): JobsAnswer;
  /** Tasks whose last run failed. */
  failed(): number;
  next(): readonly NextJob[];
  run(task: string, by: string, reason: string): Promise<string>;
}

export interface HealthPort {
  read(): HealthAnswer | Promise<HealthAnswer>;
}

export interface RunningPorts {
  readonly errors?: ErrorsPort | undefined;
  readonly alerts?: AlertsPort | undefined;
  readonly jobs?: JobsPort | undefined;
  readonly health?: HealthPort | undefined;
}
