/**
 * What does a bus between two stages cost, against a socket of one machine?
 *
 * Question  an echo of a bar's bytes between two processes, over a link on a Unix socket and over one on a real
 *           nats-server of this machine, in turns; and how many frames a second each carries one way.
 * Budget    a bus echo in 5 ms, median: nothing beside the 500 ms without a beat that bar entries; 20,000 frames a
 *           second, the rate of quotes that ADR 0006 was measured at.
 * Rival     the Unix socket: the same frames and queue, and no third process.
 *
 *   npm run bench -- bus [--json]
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Link, LinkTerms } from "../src/adapters/bus/bus-terms.ts";
import { serveLinks } from "../src/adapters/bus/link-server.ts";
import { serveBusLinks } from "../src/adapters/nats/nats-links.ts";
import { RealClock } from "../src/adapters/net/real-clock.ts";
import { linkBounds } from "../src/app/live/frames.ts";
import { NatsServer } from "../test/system/nats-server.ts";
import { benchLine, ECHO_KIND, helloOf, LAST_KIND_OF_BURST } from "./tick/link-terms.ts";

const GOALS = { echoMicros: 5000, framesPerSecond: 20_000 };
const ECHO_BYTES = 400;
const WARM = 500;
const MEASURED = 2000;
const BURST = 50_000;
const BURST_BYTES = 68;

class Peer {
  readonly #link: Link;
  #heard: () => void = () => undefined;

  constructor(link: Link) {
    this.#link = link;
  }

  heard(): void {
    this.#heard();
  }

  async echo(payload: Uint8Array, kind = ECHO_KIND): Promise<number> {
    const asked = process.hrtime.bigint();
    const back = new Promise<void>((resolve) => {
      this.#heard = resolve;
    });
    this.#link.send(kind, payload);
    await back;
    return Number(process.hrtime.bigint() - asked) / 1e3;
  }

  /** Frames a second until the last of them was heard of. */
  async burst(): Promise<number> {
    const payload = new Uint8Array(BURST_BYTES);
    const began = performance.now();
    for (let n = 0; n < BURST; n++) {
      this.#link.send(ECHO_KIND + 1, payload);
      if (n % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
    }
    await this.echo(payload, LAST_KIND_OF_BURST);
    return (BURST / (performance.now() - began)) * 1000;
  }
}

/** Exit status: 1 when a budget is not held. */
export async function busBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: "boolean", default: false } } });
  const server = await NatsServer.start();
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-bus-"));
  const path = join(folder, "bench.sock");
  const line = benchLine(server.url);
  const children: ChildProcess[] = [];
  const closers: { close(): unknown }[] = [line];
  const met = async (word: string, serve: (terms: Omit<LinkTerms, "path">) => unknown): Promise<Peer> => {
    const up = Promise.withResolvers<Peer>();
    let peer: Peer | undefined;
    const terms = {
      ...{ hello: () => helloOf("execute"), peers: ["compute"], bounds: linkBounds, clock: new RealClock() },
      events: {
        up: (link: Link) => {
          peer = new Peer(link);
          up.resolve(peer);
        },
        frame: () => peer?.heard(),
        down: () => undefined,
        refused: (reason: string) => up.reject(new Error(reason)),
      },
    };
    closers.push((await serve(terms)) as { close(): unknown });
    children.push(fork(join(import.meta.dirname, "tick", "bus-end.ts"), [word]));
    return await up.promise;
  };
  try {
    const socket = await met(path, (terms) => serveLinks({ ...terms, path }));
    const bus = await met(server.url, (terms) =>
      serveBusLinks({ line, run: "bench", name: "execute" }, terms),
    );
    const payload = new Uint8Array(ECHO_BYTES);
    const trips = { socket: new Float64Array(MEASURED), bus: new Float64Array(MEASURED) };
    for (let n = -WARM; n < MEASURED; n++) {
      const [over, through] = [await socket.echo(payload), await bus.echo(payload)];
      if (n < 0) continue;
      trips.socket[n] = over;
      trips.bus[n] = through;
    }
    const figures = {
      ...{ bench: "bus", busMicrosP50: at(trips.bus, 0.5), busMicrosP99: at(trips.bus, 0.99) },
      ...{ socketMicrosP50: at(trips.socket, 0.5), socketMicrosP99: at(trips.socket, 0.99) },
      ...{ busFramesPerSecond: await bus.burst(), socketFramesPerSecond: await socket.burst(), goals: GOALS },
    };
    const isHeld =
      figures.busMicrosP50 <= GOALS.echoMicros && figures.busFramesPerSecond >= GOALS.framesPerSecond;
    const verdict = isHeld ? "goal reached" : "over budget";
    if (values.json) console.log(JSON.stringify({ ...figures, verdict }));
    else
      console.log(
        `bus: echo of ${ECHO_BYTES} bytes p50 ${figures.busMicrosP50.toFixed(0)} us, p99 ${figures.busMicrosP99.toFixed(0)} us ` +
          `(socket ${figures.socketMicrosP50.toFixed(0)} and ${figures.socketMicrosP99.toFixed(0)}); ` +
          `${figures.busFramesPerSecond.toFixed(0)} frames/s (socket ${figures.socketFramesPerSecond.toFixed(0)}): ${verdict}`,
      );
    return isHeld ? 0 : 1;
  } finally {
    for (const child of children) child.kill();
    for (const each of closers.reverse()) await each.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const at = (times: Float64Array, share: number): number =>
  times.toSorted()[Math.min(times.length - 1, Math.floor(times.length * share))]!;
