/**
 * Goal    what a server refuses is said and never ends a process (BN-3): a stage minds what is held with or without
 *         one; a stage that breaks at what it hears breaks for good, and does not go on half done.
 * Method  a server of a few lines on a loopback port, which does what a real one does only when it is set up badly.
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { NatsLine } from "./nats-line.ts";

/** Speaks as much of the protocol as a line needs: INFO, PING, SUB, PUB. */
class SmallServer {
  readonly #server: Server;
  readonly #subjects: string[] = [];
  #socket: Socket | undefined;
  /** Connections that it refuses, as one with other keys does. */
  refusals = 0;

  constructor(maxPayload = 1 << 20) {
    const info = { server_id: "S", version: "2.10.0", proto: 1, headers: true, max_payload: maxPayload };
    this.#server = createServer((socket) => {
      this.#socket = socket;
      socket.on("error", () => undefined);
      socket.write(`INFO ${JSON.stringify(info)}\r\n`);
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk.toString("latin1");
        for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
          this.#line(socket, text.slice(0, end));
          text = text.slice(end + 2);
        }
      });
    });
  }

  async url(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `nats://127.0.0.1:${(this.#server.address() as { readonly port: number }).port}`;
  }

  send(subject: string, text: string): void {
    const number = this.#subjects.indexOf(subject) + 1;
    this.#socket?.write(`MSG ${subject} ${number} ${text.length}\r\n${text}\r\n`);
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }

  #line(socket: Socket, line: string): void {
    const [word, subject = ""] = line.split(" ");
    if (word === "SUB") this.#subjects.push(subject);
    else if (word === "PING" && this.refusals === 0) socket.write("PONG\r\n");
    else if (word === "CONNECT" && this.refusals > 0) {
      this.refusals -= 1;
      socket.end("-ERR 'Authorization Violation'\r\n");
    }
  }
}

const open: { close(): unknown }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const each of open.splice(0).reverse()) await each.close();
});

async function lineTo(server: SmallServer) {
  open.push(server);
  const told: string[] = [];
  const url = await server.url();
  const line = new NatsLine({ url, name: "test", env: { NATS_TOKEN: "hunter2" } }, (text) => told.push(text));
  open.push(line);
  return {
    line,
    told,
    says: (text: string) => vi.waitFor(() => expect(told.join("\n")).toContain(text), 10_000),
  };
}

describe("BN-3: a line", () => {
  it("says once that its keys are refused, without them, and is there as soon as they are taken", async () => {
    const server = new SmallServer();
    server.refusals = 2;
    const { told, says } = await lineTo(server);
    await says("the bus is there");
    expect(told).toEqual([expect.stringContaining("Authorization Violation"), "the bus is there"]);
    expect(told.join()).not.toContain("hunter2");
  });

  it("loses what is larger than the server takes, says so once, and nothing breaks", async () => {
    const { line, told, says } = await lineTo(new SmallServer(1000));
    await says("the bus is there");
    for (let n = 0; n < 3; n++) line.publish("a", new Uint8Array(1001));
    line.publish("a", new Uint8Array(1000));
    expect(told.slice(1)).toEqual([expect.stringMatching(/^a message could not be sent: .*max_payload/)]);
  });

  it("throws on what a hearer throws, where nobody catches it, and hears the next message", async () => {
    const server = new SmallServer();
    const { line, says } = await lineTo(server);
    await says("the bus is there");
    const heard: string[] = [];
    line.subscribe("a", (bytes) => {
      heard.push(Buffer.from(bytes).toString());
      if (heard.length === 1) throw new Error("a rule is broken");
    });
    const thrown: (() => void)[] = [];
    vi.spyOn(globalThis, "setImmediate").mockImplementation(((work: () => void) => {
      thrown.push(work);
    }) as never);
    await vi.waitFor(() => {
      server.send("a", "x");
      expect(heard.length).toBeGreaterThan(1);
    });
    expect(thrown).toHaveLength(1);
    expect(thrown[0]).toThrow("a rule is broken");
  });
});
