/**
 * A data provider that replays answers: the same function serves real HTTP on the loopback and the virtual network, so
 * that shapes and statuses go through the real client, and waits through virtual time.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock, HttpRequest, TimerHandle } from "../src/adapters/net/ports.ts";
import type { VirtualAnswer, VirtualServer } from "../src/adapters/net/virtual-network.ts";

export interface Asked {
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
export type Provider = (asked: Asked) => VirtualAnswer;

export interface ServedProvider {
  readonly origin: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** On a free port of the loopback. `silence` and the like break the connection. */
export async function serveProvider(provider: Provider): Promise<ServedProvider> {
  const asked: Asked[] = [];
  const server = createServer((incoming, outgoing) => {
    const one = { path: incoming.url ?? "", headers: incoming.headers };
    asked.push(one);
    const answer = provider(one);
    if (typeof answer === "string") {
      incoming.socket.destroy();
      return;
    }
    const { status, headers = {}, body = "", delayMs = 0 } = answer;
    const send = () => {
      outgoing.writeHead(status, headers);
      outgoing.end(body);
    };
    if (delayMs === 0) send();
    else setTimeout(send, delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${port}`, asked, close };
}

/** The same behind a virtual network. */
export function virtualProvider(provider: Provider): {
  readonly server: VirtualServer;
  readonly asked: Asked[];
} {
  const asked: Asked[] = [];
  const handle = ({ url, headers }: HttpRequest): VirtualAnswer => {
    const { pathname, search } = new URL(url);
    const one = { path: `${pathname}${search}`, headers };
    asked.push(one);
    return provider(one);
  };
  return { server: { handle, upgrade: () => 404 }, asked };
}

/** From here on a timer is a deadline, which real answers on the loopback never reach. */
const DEADLINE_MS = 15_000;

/** Beside real I/O: waits are over at once, deadlines never come, and the time is what was waited. */
export class HastyClock implements Clock {
  #now = 0;

  now(): number {
    return this.#now;
  }

  timer(afterMs: number, fire: () => void): TimerHandle {
    if (afterMs >= DEADLINE_MS) return { cancel: () => undefined };
    const at = this.#now + afterMs;
    const handle = setImmediate(() => {
      this.#now = Math.max(this.#now, at);
      fire();
    });
    return { cancel: () => clearImmediate(handle) };
  }
}

/** Beside a virtual network and real files: whenever nothing else is to do, the next timer is due. */
export class DrivenClock implements Clock {
  #now = 0;
  readonly #waiting: { readonly at: number; readonly fire: () => void }[] = [];
  #isTicking = false;

  now(): number {
    return this.#now;
  }

  timer(afterMs: number, fire: () => void): TimerHandle {
    const timer = { at: this.#now + Math.max(0, afterMs), fire };
    this.#waiting.push(timer);
    this.#tick();
    return {
      cancel: () => {
        const index = this.#waiting.indexOf(timer);
        if (index >= 0) this.#waiting.splice(index, 1);
      },
    };
  }

  #tick(): void {
    if (this.#isTicking) return;
    this.#isTicking = true;
    setImmediate(() => {
      this.#isTicking = false;
      const next = this.#waiting.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) return;
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#now = next.at;
      next.fire();
      this.#tick();
    });
  }
}
