/** What only the twin has: arm and clear faults, look inside, change the speed. Needs the secret. */
import { z } from "zod";
import { InputError } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { ExchangeActs } from "./exchange-acts.ts";
import { type FaultBook, parseFaults } from "./faults.ts";
import { type Answer, type Ask, badParameter, ok, type Route } from "./http-words.ts";
import type { TwinClock } from "./twin-clock.ts";
import { newYorkTime, wireTime } from "./wire-time.ts";

export interface AdminParts {
  readonly faults: FaultBook;
  readonly clock: TwinClock;
  readonly acts: ExchangeActs;
  readonly now: () => EpochMicros;
  /** Open sockets by stream. */
  readonly connections: () => Readonly<Record<string, number>>;
}

const speedBody = z.strictObject({
  speed: z.number().positive().max(1_000_000),
  /** Until then at the machine's pace. */
  after_ms: z.number().min(0).max(600_000).default(0),
});

export function adminRoutes({ faults, clock, acts, now, connections }: AdminParts): readonly Route[] {
  const route = (method: Route["method"], path: RegExp, answer: (ask: Ask) => Answer): Route => ({
    method,
    path,
    group: "admin",
    answer,
  });
  const state = () => ({
    now: wireTime(now()),
    new_york: newYorkTime(now()),
    // How far the machine is behind, in exchange seconds.
    behind_seconds: Math.max(0, Math.round((clock.now() - now()) / 1000) / 1000),
    speed: clock.speed,
    skips_closed_hours: clock.skipsClosedHours,
    clock: clock.terms,
    faults: faults.list().map(({ dueAt, until, ...fault }) => ({ ...fault, due_at: wireTime(dueAt) })),
    connections: connections(),
  });
  return [
    route("POST", /^\/admin\/faults$/, ({ body }) => {
      const armed = readFaults(body).map((terms) => faults.arm(terms, now()));
      acts.carryOut(now());
      return ok({ armed: armed.map(({ id, kind, dueAt }) => ({ id, kind, due_at: wireTime(dueAt) })) });
    }),
    route("DELETE", /^\/admin\/faults$/, () => {
      faults.clear();
      acts.undo();
      return { status: 204 };
    }),
    route("GET", /^\/admin\/state$/, () => ok(state())),
    route("POST", /^\/admin\/clock$/, ({ body }) => {
      const given = speedBody.safeParse(body);
      if (!given.success) throw badParameter("speed must be a number above 0, at most 1000000");
      clock.setSpeed(given.data.speed, given.data.after_ms);
      return ok(state());
    }),
  ];
}

function readFaults(body: unknown) {
  try {
    return parseFaults(body, "body");
  } catch (error) {
    throw error instanceof InputError ? badParameter(error.message) : error;
  }
}
