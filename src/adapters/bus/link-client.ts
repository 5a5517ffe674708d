/**
 * Keeps one link to a server: connects, and again when it is lost, 50 ms later and twice as long each time up to a
 * second. A refusal ends it: waiting does not change a build or a configuration.
 */
import { createConnection } from "node:net";
import type { TimerHandle } from "../net/ports.ts";
import type { LinkSocket, LinkTerms } from "./bus-terms.ts";
import { SocketLink } from "./socket-link.ts";

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1000;

export class LinkClient {
  readonly #terms: LinkTerms;
  #waitMs = FIRST_WAIT_MS;
  #timer: TimerHandle | undefined;
  #socket: LinkSocket | undefined;
  #link: SocketLink | undefined;
  #isClosed = false;

  /** Begins to connect at once. */
  constructor(terms: LinkTerms) {
    const { events } = terms;
    this.#terms = {
      ...terms,
      events: {
        ...events,
        frame: (kind, payload, link) => events.frame(kind, payload, link),
        refused: (reason) => events.refused(reason),
        down: (reason, link) => events.down(reason, link),
        up: (link) => {
          this.#waitMs = FIRST_WAIT_MS;
          events.up(link);
        },
      },
    };
    this.#connect();
  }

  /** Connects no more, cuts the link where there is one. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#socket?.destroy();
    this.#link?.cut("this process is stopping");
  }

  #connect(): void {
    const socket = this.#terms.open?.() ?? createConnection(this.#terms.path);
    this.#socket = socket;
    socket.once("error", () => this.#again());
    socket.once("connect", () => {
      socket.removeAllListeners("error");
      this.#socket = undefined;
      this.#link = new SocketLink(socket, this.#terms, {
        ended: (_, isRefused) => {
          this.#link = undefined;
          if (isRefused) this.#isClosed = true;
          this.#again();
        },
      });
    });
  }

  #again(): void {
    this.#socket = undefined;
    if (this.#isClosed) return;
    this.#timer = this.#terms.clock.timer(this.#waitMs, () => this.#connect());
    this.#waitMs = Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
  }
}
