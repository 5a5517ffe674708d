/** One look at one thing, as the doctor tells it (RUN-5). */
export type CheckState = "ok" | "warn" | "fail";

export interface Check {
  readonly name: string;
  readonly state: CheckState;
  /** What was found, with its numbers. */
  readonly found: string;
  /** What to do about it; absent when nothing is to be done. */
  readonly cure?: string;
}

export const ok = (name: string, found: string): Check => ({ name, state: "ok", found });
export const warn = (name: string, found: string, cure: string): Check => ({
  name,
  state: "warn",
  found,
  cure,
});
export const fail = (name: string, found: string, cure: string): Check => ({
  name,
  state: "fail",
  found,
  cure,
});

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
