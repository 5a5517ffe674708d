/** What both ends of the bench's link agree on. */
import type { Hello } from "../../src/adapters/bus/bus-terms.ts";
import { NatsLine } from "../../src/adapters/nats/nats-line.ts";

/** Sent back as it came. */
export const ECHO_KIND = 200;
/** As an echo: the last of many frames. */
export const LAST_KIND_OF_BURST = 202;

export const helloOf = (role: string): Hello => ({
  role,
  ...{ build: "bench", config: "bench", run: "bench", pid: process.pid, resumeFrom: 0 },
});

/** A line to the bench's own server. */
export const benchLine = (url: string): NatsLine =>
  new NatsLine({ url, name: "bench", env: {} }, () => undefined);
