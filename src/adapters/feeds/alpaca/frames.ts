/**
 * Frames of the data stream and bodies of the data host, decoded without loss: trade ids have 64 bits, instants have
 * nanoseconds. msgpack's own decoder would make a Date of an instant, JSON's a double of an id.
 */
import { decode, decodeTimestampToTimeSpec, EXT_TIMESTAMP, ExtensionCodec, encode } from "@msgpack/msgpack";
import type { RawMessage } from "./records.ts";

const instants = new ExtensionCodec();
instants.register({
  type: EXT_TIMESTAMP,
  encode: () => null,
  decode: (data) => decodeTimestampToTimeSpec(data),
});

/** The messages of one frame; undefined when it is damaged or is no list of messages. */
export function decodeFrame(frame: string | Uint8Array): readonly RawMessage[] | undefined {
  const decoded = typeof frame === "string" ? readLossless(frame) : readMsgpack(frame);
  if (!Array.isArray(decoded)) return undefined;
  const isMessage = (entry: unknown): entry is RawMessage => typeof entry === "object" && entry !== null;
  return decoded.every(isMessage) ? decoded : undefined;
}

/** What we say on a line that speaks msgpack: both directions use the codec that the upgrade asked for. */
export function encodeFrame(message: Readonly<Record<string, unknown>>): Uint8Array {
  return encode(message);
}

/** JSON in which an integer that a double cannot hold is a bigint; undefined when it is none. */
export function readLossless(text: string): unknown {
  try {
    return JSON.parse(text, keepInteger);
  } catch {
    return undefined;
  }
}

function keepInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || !Number.isInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function readMsgpack(frame: Uint8Array): unknown {
  try {
    return decode(frame, { extensionCodec: instants, useBigInt64: true });
  } catch {
    return undefined;
  }
}
