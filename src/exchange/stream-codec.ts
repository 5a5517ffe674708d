/**
 * The two ways in which stream messages are written: JSON text, or msgpack for who asks for it by header. A message is
 * written once per codec however many clients get it, and messages are joined to frames as bytes.
 */
import { decode, ExtensionCodec, encode, encodeTimeSpecToTimestamp } from "@msgpack/msgpack";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import type { Frame } from "./stream-client.ts";
import { wireTime } from "./wire-time.ts";

/** An instant that becomes RFC 3339 text in JSON and the timestamp extension (type -1) in msgpack. */
export class WireInstant {
  readonly at: EpochMicros;

  constructor(at: EpochMicros) {
    this.at = at;
  }

  toJSON(): string {
    return wireTime(this.at);
  }
}

export const instant = (at: EpochMicros): WireInstant => new WireInstant(at);

const TIMESTAMP = -1;
const extensions = new ExtensionCodec();
extensions.register({
  type: TIMESTAMP,
  encode: (value) => (value instanceof WireInstant ? timestamp(value.at) : null),
  decode: (data) => data,
});

function timestamp(at: EpochMicros): Uint8Array {
  const sec = Math.floor(at / MICROS_PER_SECOND);
  return encodeTimeSpecToTimestamp({ sec, nsec: (at - sec * MICROS_PER_SECOND) * 1000 });
}

export type Codec = "json" | "msgpack";

/** By the request header of the upgrade. */
export const codecOf = (contentType: string | undefined): Codec =>
  contentType !== undefined && /msgpack/i.test(contentType) ? "msgpack" : "json";

/** One message, written at most once per codec. */
export class Message {
  readonly #value: object;
  #json: string | undefined;
  #packed: Uint8Array | undefined;

  constructor(value: object) {
    this.#value = value;
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.#value);
    return this.#json;
  }

  get packed(): Uint8Array {
    this.#packed ??= encode(this.#value, { extensionCodec: extensions });
    return this.#packed;
  }
}

/** An array of messages as one frame. */
export function arrayFrame(messages: readonly Message[], codec: Codec): Frame {
  if (codec === "json") return `[${messages.map(({ json }) => json).join(",")}]`;
  const head = arrayHead(messages.length);
  return Buffer.concat([head, ...messages.map(({ packed }) => packed)]);
}

/** A single value as one frame. */
export const singleFrame = (value: object, codec: Codec): Frame =>
  codec === "json" ? JSON.stringify(value) : encode(value, { extensionCodec: extensions });

/** What a client sent; undefined when it is neither JSON nor msgpack. */
export function readFrame(data: Uint8Array, codec: Codec): unknown {
  try {
    if (codec === "msgpack" && data[0] !== OPENING_BRACE) return decode(data);
    return JSON.parse(Buffer.from(data).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Clients that speak msgpack may still send JSON: in msgpack this byte alone would be the number 123. */
const OPENING_BRACE = 0x7b;

function arrayHead(length: number): Uint8Array {
  if (length < 16) return Uint8Array.of(0x90 | length);
  return Uint8Array.of(0xdc, length >> 8, length & 0xff);
}
