/** The link's own frames: hello, refusal and beat. What cannot be read is a FrameError: such a peer is none of ours. */
import { z } from "zod";
import type { Beat, Hello } from "./bus-terms.ts";
import { FrameError } from "./frame-codec.ts";

export const HELLO_KIND = 1;
export const REFUSAL_KIND = 2;
export const BEAT_KIND = 3;

/** Raised with every change of the frames: two versions have no link. */
const PROTOCOL = 1;

const helloShape = z.strictObject({
  protocol: z.literal(PROTOCOL),
  role: z.string().min(1),
  build: z.string(),
  config: z.string(),
  run: z.string(),
  pid: z.int().positive(),
  resumeFrom: z.int().nonnegative(),
});

export const helloText = (hello: Hello): string => JSON.stringify({ protocol: PROTOCOL, ...hello });

export function readHello(payload: Uint8Array): Hello {
  try {
    const { protocol: _, ...hello } = helloShape.parse(JSON.parse(Buffer.from(payload).toString("utf8")));
    return hello;
  } catch {
    throw new FrameError("the peer's hello cannot be read: another protocol, or no process of ours");
  }
}

/** Why the two have no link (C-55); undefined when they have. */
export function mismatch(own: Hello, peer: Hello, roles: readonly string[]): string | undefined {
  const who = `${peer.role} (process ${peer.pid})`;
  if (!roles.includes(peer.role)) return `${who} has no business here; allowed: ${roles.join(", ")}`;
  for (const key of ["build", "config", "run"] as const) {
    if (own[key] === peer[key]) continue;
    return `${who} is of ${key} ${peer[key]}, ${own.role} of ${own[key]}; restart all of them together`;
  }
  return undefined;
}

const BEAT_BYTES = 24;

export function writeBeat(beat: Beat): Uint8Array {
  const bytes = Buffer.allocUnsafe(BEAT_BYTES);
  bytes.writeDoubleLE(beat.sequence, 0);
  bytes.writeDoubleLE(beat.pending, 8);
  bytes.writeBigUInt64LE(beat.atNs, 16);
  return bytes;
}

export function readBeat(payload: Uint8Array): Beat {
  if (payload.byteLength !== BEAT_BYTES) throw new FrameError(`a beat of ${payload.byteLength} bytes`);
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  return {
    sequence: bytes.readDoubleLE(0),
    pending: bytes.readDoubleLE(8),
    atNs: bytes.readBigUInt64LE(16),
  };
}
