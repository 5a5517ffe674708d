/**
 * Bar to approved entry across two processes: this one is execute, the other compute. Each takes the bar apart as it
 * came from ingest, and makes the texts that its journal would get. The rival is a bare socket's round trip with as
 * many bytes, through the same two loops, in turns.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Link } from "../../src/adapters/bus/bus-terms.ts";
import { serveLinks } from "../../src/adapters/bus/link-server.ts";
import { RealClock } from "../../src/adapters/net/real-clock.ts";
import { FrameKind, linkBounds, numbered, parseNumbered } from "../../src/app/live/frames.ts";
import type { InstrumentId } from "../../src/domain/instrument.ts";
import type { ExecuteInput } from "../../src/engine/live-execute.ts";
import {
  executeInputText,
  feedbackText,
  parseDecision,
  parseStageEvent,
  stageEventText,
} from "../../src/engine/stage-text.ts";
import { ECHO_KIND, helloOf } from "./link-terms.ts";
import { barOf, instruments, TradingEnd } from "./round-trips.ts";

export interface TwoProcesses {
  /** Microseconds each. */
  readonly entries: Float64Array;
  /** An echo over the link: its codec and its queue, and no decision. */
  readonly linkTrips: Float64Array;
  readonly bareTrips: Float64Array;
}

/** As a bar with a decision on it. */
const ECHO_BYTES = 400;

export async function timeTwoProcesses(warm: number, measured: number): Promise<TwoProcesses> {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-tick-"));
  const path = join(folder, "execute.sock");
  const bare = await BareEcho.start(join(folder, "bare.sock"));
  const heard = Promise.withResolvers<Link>();
  let take: (kind: number, payload: Uint8Array) => void = () => undefined;
  const server = await serveLinks({
    path,
    hello: () => helloOf("execute"),
    peers: ["compute"],
    bounds: linkBounds,
    clock: new RealClock(),
    events: {
      up: (link) => heard.resolve(link),
      frame: (kind, payload) => take(kind, payload),
      down: () => undefined,
      refused: (reason) => heard.reject(new Error(reason)),
    },
  });
  const child = fork(join(import.meta.dirname, "compute-end.ts"), [path]);
  try {
    const end = new ExecuteEnd(await heard.promise);
    take = (kind, payload) => end.hear(kind, payload);
    const times = (size: number) => new Float64Array(size);
    const found = { entries: times(measured), linkTrips: times(measured), bareTrips: times(measured) };
    for (let n = 0; n < warm + measured; n++) {
      const [bareTrip, linkTrip, entry] = [await bare.trip(), await end.echo(), await end.entry(n)];
      if (n < warm) continue;
      found.bareTrips[n - warm] = bareTrip;
      found.linkTrips[n - warm] = linkTrip;
      found.entries[n - warm] = entry;
    }
    return found;
  } finally {
    await server.close();
    bare.close();
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const microsSince = (start: bigint): number => Number(process.hrtime.bigint() - start) / 1e3;

class ExecuteEnd {
  readonly #link: Link;
  readonly #trading = new TradingEnd();
  readonly #echo = Buffer.alloc(ECHO_BYTES, 120);
  #done: (kind: number, payload: Uint8Array) => void = () => undefined;
  #told = 0;
  /** What the journal would be given. */
  journaled = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  hear(kind: number, payload: Uint8Array): void {
    this.#done(kind, payload);
  }

  async echo(): Promise<number> {
    const asked = process.hrtime.bigint();
    this.#link.send(ECHO_KIND, this.#echo);
    await this.#next();
    return microsSince(asked);
  }

  async entry(n: number): Promise<number> {
    const trading = this.#trading;
    const event = barOf(n);
    const { at } = event.bars;
    const instrument = (n % instruments.symbols.length) as InstrumentId;
    trading.step({ kind: "event", event: trading.quote(instrument, "around the price", at) }, at);
    const text = stageEventText(event);
    const asked = process.hrtime.bigint();
    this.#link.send(FrameKind.Market, numbered(n, text));
    const bars = parseStageEvent(text, instruments);
    this.#step({ kind: "event", event: bars, sequence: n, now: { at, mono: n } });
    this.#tell();
    const payload = await this.#next();
    const decision = parseDecision(parseNumbered(payload).text);
    this.#step({ kind: "decision", decision, now: { at, mono: n } });
    const entry = trading.requests();
    const micros = microsSince(asked);
    if (entry[0]?.kind !== "Submit") throw new Error(`bar ${n} led to no entry: ${trading.refusals()}`);
    trading.serve(entry);
    this.#close(instrument);
    this.#tell();
    return micros;
  }

  #step(input: ExecuteInput): void {
    this.journaled += executeInputText(input).length;
    const { now, ...word } = input;
    this.#trading.step(word, now.at);
  }

  #close(instrument: InstrumentId): void {
    const trading = this.#trading;
    trading.step({ kind: "event", event: trading.quote(instrument, "below the stop") });
    trading.step({ kind: "event", event: trading.printBelowStop(instrument) });
    trading.serve(trading.requests());
  }

  #tell(): void {
    for (const feedback of this.#trading.live.output.feedback.splice(0)) {
      this.#link.send(FrameKind.Feedback, numbered(this.#told, feedbackText(feedback)));
      this.#told += 1;
    }
  }

  #next(): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.#done = (_, payload) => resolve(payload);
    });
  }
}

/** A socket and a process that sends back what it gets, with nothing in between. */
class BareEcho {
  readonly #socket: Socket;
  readonly #close: () => void;
  readonly #bytes = Buffer.alloc(ECHO_BYTES, 120);

  private constructor(socket: Socket, close: () => void) {
    this.#socket = socket;
    this.#close = close;
  }

  static async start(path: string): Promise<BareEcho> {
    const peer = Promise.withResolvers<Socket>();
    const server = createServer((socket) => peer.resolve(socket));
    server.listen(path);
    await once(server, "listening");
    const child = fork(join(import.meta.dirname, "echo-end.ts"), [path]);
    const socket = await peer.promise;
    return new BareEcho(socket, () => {
      socket.destroy();
      server.close();
      child.kill();
    });
  }

  trip(): Promise<number> {
    const asked = process.hrtime.bigint();
    return new Promise((resolve) => {
      let left = ECHO_BYTES;
      const take = (chunk: Buffer) => {
        left -= chunk.length;
        if (left > 0) return;
        this.#socket.off("data", take);
        resolve(microsSince(asked));
      };
      this.#socket.on("data", take);
      this.#socket.write(this.#bytes);
    });
  }

  close(): void {
    this.#close();
  }
}
