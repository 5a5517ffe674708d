/**
 * The orchestrator's own door: `run/jobs.sock` takes a wish to run a task now, from the command line and the page.
 * Whoever asks is told the name of the run at once, and reads in db/jobs.db how it ended.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { Link } from "../../adapters/bus/bus-terms.ts";
import { LinkClient } from "../../adapters/bus/link-client.ts";
import { type LinkServer, serveLinks } from "../../adapters/bus/link-server.ts";
import { RealClock } from "../../adapters/net/real-clock.ts";
import { InputError } from "../../domain/assert.ts";
import { FrameKind, linkBounds, textOf } from "../live/frames.ts";
import { type RunTerms, termsHash } from "../live/run-terms.ts";
import type { StageContext } from "../live/stage-context.ts";

/** Short: the path of a socket has few bytes. */
const socketPath = (root: string): string => join(root, "run", "jobs.sock");

const wish = z.strictObject({
  id: z.string().min(1).max(80),
  verb: z.literal("run"),
  task: z.string().min(1).max(80),
  by: z.string().min(1).max(80),
});

export type JobsAnswer = { readonly id: string } & (
  | { readonly kind: "accepted"; readonly runId: string }
  | { readonly kind: "refused"; readonly reason: string; readonly exitCode: number }
);

/** Takes wishes. `asked` returns the name that the run will have; throws InputError for a task that there is not. */
export function serveJobs(
  { places, clock, log, hello }: StageContext,
  asked: (task: string, by: string) => string,
): Promise<LinkServer> {
  return serveLinks({
    path: socketPath(places.root),
    hello: () => hello(0),
    peers: ["control"],
    bounds: linkBounds,
    clock,
    events: {
      up: () => undefined,
      frame: (kind, payload, link) => {
        if (kind === FrameKind.Request)
          link.send(FrameKind.Answer, JSON.stringify(answered(textOf(payload), asked)));
      },
      down: () => undefined,
      refused: (reason) => log("error", `refused a link: ${reason}`),
    },
  });
}

function answered(text: string, asked: (task: string, by: string) => string): JobsAnswer {
  const parsed = wish.safeParse(parsedJson(text));
  if (!parsed.success) return { id: "?", kind: "refused", reason: "request: not valid", exitCode: 2 };
  const { id, task, by } = parsed.data;
  try {
    return { id, kind: "accepted", runId: asked(task, by) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { id, kind: "refused", reason: error.message, exitCode: error.exitCode };
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const GONE = "the orchestrator does not answer; trading goes on without it; see: plimsoll status";

/** One wish. Throws InputError (exit 1) when nobody answers in time. */
export async function askForTask(
  root: string,
  run: RunTerms,
  { task, by }: { readonly task: string; readonly by: string },
  withinMs = 5000,
): Promise<JobsAnswer> {
  const clock = new RealClock();
  const answer = Promise.withResolvers<JobsAnswer>();
  const id = randomUUID();
  const timer = clock.timer(withinMs, () => answer.reject(new InputError(GONE, 1)));
  const client = new LinkClient({
    path: socketPath(root),
    hello: () => ({
      ...{ role: "control", build: run.build, config: termsHash(run), run: run.run },
      ...{ pid: process.pid, resumeFrom: 0 },
    }),
    peers: ["orchestrator"],
    bounds: linkBounds,
    clock,
    events: {
      up: (link: Link) => void link.send(FrameKind.Request, JSON.stringify({ id, verb: "run", task, by })),
      frame: (kind, payload) => {
        if (kind === FrameKind.Answer) answer.resolve(JSON.parse(textOf(payload)) as JobsAnswer);
      },
      down: () => undefined,
      refused: (reason) => answer.reject(new InputError(`the orchestrator refuses: ${reason}`, 3)),
    },
  });
  try {
    return await answer.promise;
  } finally {
    timer.cancel();
    client.close();
  }
}
