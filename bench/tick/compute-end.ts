/** Compute as a process of its own for the bench: bars and the account in, decisions out, and an echo as the rival. */
import { LinkClient } from "../../src/adapters/bus/link-client.ts";
import { RealClock } from "../../src/adapters/net/real-clock.ts";
import { FrameKind, linkBounds, numbered, parseNumbered } from "../../src/app/live/frames.ts";
import type { ComputeInput } from "../../src/engine/live-compute.ts";
import {
  computeInputText,
  decisionText,
  parseFeedback,
  parseStageEvent,
} from "../../src/engine/stage-text.ts";
import { ECHO_KIND, helloOf } from "./link-terms.ts";
import { instruments, newCompute } from "./round-trips.ts";

const live = newCompute();
let decisions = 0;
/** What the journal would be given; nothing is written here. */
let journaled = 0;

const client = new LinkClient({
  path: process.argv[2] ?? "",
  hello: () => helloOf("compute"),
  peers: ["execute"],
  bounds: linkBounds,
  clock: new RealClock(),
  events: {
    up: () => undefined,
    frame: (kind, payload, link) => {
      if (kind === ECHO_KIND) {
        link.send(ECHO_KIND, payload);
        return;
      }
      const input = inputOf(kind, payload);
      journaled += computeInputText(input).length;
      live.step(input);
      for (const decision of live.decisions.splice(0)) {
        const text = decisionText(decision);
        journaled += text.length;
        link.send(FrameKind.Decision, numbered(decisions, text));
        decisions += 1;
      }
    },
    down: () => {
      client.close();
      process.exitCode = journaled > 0 ? 0 : 1;
    },
    refused: (reason) => {
      throw new Error(reason);
    },
  },
});

function inputOf(kind: number, payload: Uint8Array): ComputeInput {
  const { sequence, text } = parseNumbered(payload);
  if (kind === FrameKind.Feedback) return { kind: "feedback", sequence, feedback: parseFeedback(text) };
  const event = parseStageEvent(text, instruments);
  if (event.kind !== "BarsClosed") throw new Error(`compute was told ${event.kind}`);
  return { kind: "market", sequence, event };
}
