/** Child processes as data: what is started, with which means, and what happens when it ends (OPS-2). */

/** `always`: also after an end of its own will. `on-failure`: after exit codes other than 0 and after signals. */
export type RestartWhen = "always" | "on-failure" | "never";

export interface ProcessPlan {
  /** Names it in logs and reports: "execute". Unique. */
  readonly id: string;
  /** Program; the runtime where `maxMemoryMb` is given. */
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the supervisor's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Cores it may run on; absent: all. Kept where the system has a way to pin. */
  readonly cpu?: readonly number[];
  /** Bound of the runtime's old heap. */
  readonly maxMemoryMb?: number;
  readonly restart: RestartWhen;
  /** What counts as ready: a message "ready" by IPC, the first line on stdout, or being started. */
  readonly ready: "ipc" | "line" | "started";
  /** How long a start may take; absent: as long as everybody's. Who takes over has no more than the others. */
  readonly readyWithinMs?: number;
  /** True: a second one stands by, started with STANDBY=1, and takes the place of the first when that ends. */
  readonly standby?: boolean;
  /** True: nobody but its own end starts it again, unless it hangs. */
  readonly isGuarded?: boolean;
  /** True: it may ask for the restart of another. */
  readonly mayAsk?: boolean;
}

/** How a process ended: one of both is known. */
export interface ExitFacts {
  readonly code: number | null;
  readonly signal: string | null;
}

/** What the supervisor tells, for log and alerts. */
export type SupervisorReport =
  | { readonly kind: "started"; readonly id: string; readonly pid: number; readonly isSafeStart: boolean }
  | { readonly kind: "ready"; readonly id: string; readonly afterMs: number }
  /** A second one of it stands by from now on. */
  | { readonly kind: "standing-by"; readonly id: string; readonly pid: number }
  | { readonly kind: "took-over"; readonly id: string; readonly pid: number; readonly isSafeStart: boolean }
  /** The second one ended; nothing depends on it. */
  | { readonly kind: "standby-ended"; readonly id: string; readonly exit: ExitFacts }
  | { readonly kind: "exited"; readonly id: string; readonly exit: ExitFacts; readonly isAbnormal: boolean }
  | { readonly kind: "restarting"; readonly id: string; readonly afterMs: number }
  /** Three abnormal exits in ten minutes: from now on it starts with SAFE_START=1 (C-54). */
  | { readonly kind: "crash-loop"; readonly id: string; readonly exits: number }
  /** It did not end in time and was killed. */
  | { readonly kind: "killed"; readonly id: string; readonly why: string }
  | { readonly kind: "not-started"; readonly id: string; readonly why: string }
  /** Somebody asked for its restart, or for a new line of it; `refusal` says why it was left alone. */
  | {
      readonly kind: "asked";
      readonly id: string;
      readonly wish: "restart" | "reconnect";
      readonly by: string;
      readonly why: string;
      readonly refusal: string | undefined;
    };
