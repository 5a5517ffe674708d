/** Execute's end of the line to the guardian: beats both ways, ten times a second, one JSON object per line. */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { makeFolder } from "../../adapters/durable-file.ts";
import type { Clock, TimerHandle } from "../../adapters/net/ports.ts";
import {
  BEAT_EVERY_MS,
  BEAT_LINE_MAX,
  beatLine,
  type EngineBeat,
  type GuardianBeat,
  parseBeat,
} from "../../domain/guardian-beat.ts";

export interface GuardianLineTerms {
  readonly path: string;
  readonly clock: Clock;
  /** Asked in a timer of the loop: a loop that hangs falls silent. */
  readonly beat: () => Omit<EngineBeat, "kind" | "mono">;
  readonly heard: (beat: GuardianBeat) => void;
}

export class GuardianLine {
  readonly #terms: GuardianLineTerms;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #timer: TimerHandle | undefined;

  constructor(terms: GuardianLineTerms) {
    this.#terms = terms;
    this.#server = createServer((socket) => this.#welcome(socket));
    this.#server.maxConnections = 4;
  }

  listen(): Promise<void> {
    const { path } = this.#terms;
    makeFolder(dirname(path));
    rmSync(path, { force: true });
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, () => {
        chmodSync(path, 0o600);
        this.#tick();
        resolve();
      });
    });
  }

  close(): void {
    this.#timer?.cancel();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #tick(): void {
    const { clock, beat } = this.#terms;
    const line = beatLine({ kind: "engine", ...beat(), mono: clock.now() });
    // Who does not read loses beats, never memory.
    for (const socket of this.#sockets) if (socket.writableLength < BEAT_LINE_MAX) socket.write(line);
    this.#timer = clock.timer(BEAT_EVERY_MS, () => this.#tick());
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#sockets.delete(socket));
    let rest = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = (lines.pop() ?? "").slice(-BEAT_LINE_MAX);
      for (const line of lines) {
        const beat = parseBeat(line);
        if (beat?.kind === "guardian") this.#terms.heard(beat);
      }
    });
  }
}
