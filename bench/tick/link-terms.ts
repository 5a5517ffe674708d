/** What both ends of the bench's link agree on. */
import type { Hello } from "../../src/adapters/bus/bus-terms.ts";

/** Sent back as it came. */
export const ECHO_KIND = 200;

export const helloOf = (role: string): Hello => ({
  role,
  ...{ build: "bench", config: "bench", run: "bench", pid: process.pid, resumeFrom: 0 },
});
