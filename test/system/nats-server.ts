/** A real nats-server with JetStream on a loopback port of its own, for tests that kill it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { connectNats } from "../../src/adapters/nats/nats-connection.ts";
import { scratchFolder } from "../scratch-folder.ts";

const READY_MS = 20_000;
const POLL_MS = 50;

/** What it asks of who comes. */
export interface Guard {
  /** Further options of the program. */
  readonly words: readonly string[];
  /** What gets in, by the names of the environment. */
  readonly keys: Readonly<Record<string, string>>;
}

export class NatsServer {
  readonly url: string;
  readonly #port: number;
  readonly #store = scratchFolder("plimsoll-nats-");
  readonly #guard: Guard;
  #child: ChildProcess | undefined;

  private constructor(port: number, guard: Guard) {
    this.#port = port;
    this.#guard = guard;
    this.url = `${guard.words.includes("--tls") ? "tls" : "nats"}://127.0.0.1:${port}`;
  }

  static async start(guard: Guard = { words: [], keys: {} }): Promise<NatsServer> {
    const server = new NatsServer(await freePort(), guard);
    await server.again();
    return server;
  }

  /** After `kill`: the store is gone, too. */
  lose(): void {
    rmSync(this.#store, { recursive: true, force: true });
  }

  /** After `kill`: the same port and store. Resolves when it answers. */
  async again(): Promise<void> {
    const place = ["-a", "127.0.0.1", "-p", String(this.#port), "-js", "-sd", this.#store];
    this.#child = spawn("nats-server", [...place, ...this.#guard.words], { stdio: "ignore" });
    const end = performance.now() + READY_MS;
    for (;;) {
      const answer = await connectNats(
        { url: this.url, name: "test", env: this.#guard.keys },
        { waits: false },
      ).catch((error: Error) => error);
      if (!(answer instanceof Error)) return await answer.close();
      if (performance.now() > end) throw answer;
      await pause(POLL_MS);
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#store, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
