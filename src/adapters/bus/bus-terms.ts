/**
 * What two processes of a run say to each other about themselves, and what a link between them tells its owner.
 * What the frames mean is the owner's business: the bus carries kinds and bytes.
 */
import type { Duplex } from "node:stream";
import type { Clock } from "../net/ports.ts";

/** Kinds from here on belong to the owners of a link; 0 is never sent, 1 to 15 are the link's own. */
export const FIRST_OWN_KIND = 16;
export const LAST_KIND = 255;

/** The first frame on a link, both ways. */
export interface Hello {
  /** "ingest", "compute", "execute", "guardian", "dashboard": who speaks. */
  readonly role: string;
  /** Digest of the code; equal at both ends or there is no link (C-55). */
  readonly build: string;
  /** Digest of the configuration; equal at both ends. */
  readonly config: string;
  /** The run both belong to; equal at both ends. */
  readonly run: string;
  readonly pid: number;
  /** First sequence of the peer's frames that the speaker has not journaled: send from here on. */
  readonly resumeFrom: number;
}

/** Where a process stands, said every 100 ms while its loop turns. */
export interface Beat {
  /** Last sequence it has processed. */
  readonly sequence: number;
  /** Inputs that wait to be processed. */
  readonly pending: number;
  /** Its monotonic clock, nanoseconds: the same clock for all processes of a machine, and of no other. */
  readonly atNs: bigint;
}

/** Bytes count the frame with its head. Reaching either bound cuts the link (ADR 0006). */
export interface QueueBounds {
  readonly framesMax: number;
  readonly bytesMax: number;
}

/** One connection to one peer. After `down` it sends nothing more; a reconnect is another link. */
export interface Link {
  readonly peer: Hello;
  /** Kept in order until sent. False: not sent, the link is down or was cut by its bound just now. */
  send(kind: number, payload: Uint8Array | string): boolean;
  /** As `send`, but a newer one of the same key takes the place of one that still waits, at the tail. */
  sendNewest(key: number, kind: number, payload: Uint8Array | string): boolean;
  /** The peer's newest beat, undefined before the first. */
  readonly lastBeat: Beat | undefined;
  /** Milliseconds since the peer's last beat arrived, or since the link came up. */
  beatAgeMs(): number;
  readonly waiting: { readonly frames: number; readonly bytes: number };
  cut(reason: string): void;
}

/** Called from the socket's events, never from within `send`. */
export interface LinkEvents {
  up(link: Link): void;
  /** `payload` is a view that stays valid; a view on a bigger buffer, so copy what is kept for long. */
  frame(kind: number, payload: Uint8Array, link: Link): void;
  down(reason: string, link: Link): void;
  /** Fatal: the peer is of another build, configuration or run, or has no business here (C-55). */
  refused(reason: string): void;
}

/** What carries a link: order and no loss, `connect` once, and an end that is told. */
export type LinkSocket = Duplex & {
  /** As `destroy`, once what was written has left. */
  destroySoon(): void;
};

export interface LinkTerms {
  /** Unix socket, at most 90 bytes. */
  readonly path: string;
  /** Another way to a connection than the socket at `path`. */
  readonly open?: () => LinkSocket;
  /** Asked at each connection: `resumeFrom` moves on. */
  readonly hello: () => Hello;
  /** Roles that may stand at the other end. */
  readonly peers: readonly string[];
  readonly bounds: QueueBounds;
  /** Sent every 100 ms when given. Asked in a timer of the loop, so that a loop that hangs falls silent. */
  readonly beat?: () => { readonly sequence: number; readonly pending: number };
  readonly clock: Clock;
  readonly events: LinkEvents;
}
