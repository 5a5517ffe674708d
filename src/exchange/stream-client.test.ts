/** Goal: a client that does not read costs a bounded amount of memory, and hears everything in order once it reads. */
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import type { EpochMicros } from "../domain/time.ts";
import { FaultBook } from "./faults.ts";
import { type Frame, StreamClient } from "./stream-client.ts";

/** A socket that takes nothing until it is told to. */
class StuckSocket {
  readonly readyState = WebSocket.OPEN;
  bufferedAmount = Number.POSITIVE_INFINITY;
  readonly sent: Frame[] = [];

  send(frame: Frame): void {
    this.sent.push(frame);
  }
}

function clientOf(socket: StuckSocket): StreamClient {
  const now = () => 0 as EpochMicros;
  const terms = { faults: new FaultBook(), now, stream: "data", isBinary: false } as const;
  return new StreamClient(socket as unknown as WebSocket, terms);
}

it("keeps order while the socket is stuck, and says so before sixteen megabytes are passed by much", () => {
  const socket = new StuckSocket();
  const client = clientOf(socket);
  for (let i = 0; i < 100; i++) expect(client.send(String(i))).toBe(true);
  expect(socket.sent).toEqual([]);
  socket.bufferedAmount = 0;
  client.flush();
  expect(socket.sent).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));

  socket.bufferedAmount = Number.POSITIVE_INFINITY;
  const megabyte = "x".repeat(1024 * 1024);
  let taken = 0;
  while (client.send(megabyte) && taken < 100) taken += 1;
  expect(taken).toBe(16);
});
