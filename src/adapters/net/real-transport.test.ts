/** Goal: what the real network tells of a failure is true: "not sent" only when no byte can have left. */
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { type HttpResponse, type SocketEvents, TransportError } from "./ports.ts";
import { RealTransport } from "./real-transport.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function transport(): RealTransport {
  const made = new RealTransport();
  closers.push(() => made.close());
  return made;
}

async function listen(server: Server | ReturnType<typeof createTcp>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ask = (url: string, abort = new AbortController(), body?: string): Promise<HttpResponse> =>
  transport().request({
    method: body === undefined ? "GET" : "POST",
    url,
    headers: {},
    signal: abort.signal,
    ...(body === undefined ? {} : { body }),
  });

async function failureOf(request: Promise<unknown>): Promise<TransportError> {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TransportError);
  return error as TransportError;
}

describe("a real request", () => {
  it("brings status, headers and body, whatever the body is", async () => {
    const at = await listen(
      createServer((request, response) => {
        request
          .on("data", () => undefined)
          .on("end", () => {
            response.writeHead(503, { "X-Request-ID": "r1" }).end("<html>busy</html>");
          });
      }),
    );
    const answer = await ask(`http://${at}/v2/orders`, new AbortController(), "{}");
    expect(answer).toMatchObject({ status: 503, body: "<html>busy</html>" });
    expect(answer.headers["x-request-id"]).toBe("r1");
  });

  it("that reduces risk does not wait for connections that others hold", async () => {
    const at = await listen(
      createServer((request, response) => {
        if (request.url === "/exit") response.end("closed");
      }),
    );
    const made = transport();
    const abort = new AbortController();
    const get = (path: string, more = {}) =>
      made.request({ method: "GET", url: `http://${at}${path}`, headers: {}, signal: abort.signal, ...more });
    const slow = Array.from({ length: 40 }, () => get("/slow").catch(() => undefined));
    expect((await get("/exit", { isUrgent: true })).body).toBe("closed");
    abort.abort();
    await Promise.all(slow);
  });

  it("was not sent when nobody listens, when the name is not found, or when it was aborted before", async () => {
    const at = await listen(createServer());
    for (const close of closers.splice(0)) close();
    expect((await failureOf(ask(`http://${at}/`))).sent).toBe(false);
    expect((await failureOf(ask("http://no-such-host.invalid/"))).sent).toBe(false);
    const abort = new AbortController();
    abort.abort();
    expect((await failureOf(ask(`http://${at}/`, abort))).sent).toBe(false);
  });

  it("counts as sent when the line is lost, or the deadline passes, after it left", async () => {
    const abort = new AbortController();
    const silent = await listen(createServer(() => abort.abort()));
    expect((await failureOf(ask(`http://${silent}/`, abort))).sent).toBe(true);
    const resets = await listen(createServer((request) => request.socket.destroy()));
    expect((await failureOf(ask(`http://${resets}/`))).sent).toBe(true);
    const cuts = await listen(
      createServer((_request, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
        setImmediate(() => response.destroy());
      }),
    );
    expect((await failureOf(ask(`http://${cuts}/`))).sent).toBe(true);
  });

  it("follows no redirect: the keys would go along", async () => {
    const asked: string[] = [];
    const at = await listen(
      createServer((request, response) => {
        asked.push(request.url ?? "");
        response.writeHead(307, { location: "/elsewhere" }).end();
      }),
    );
    const failure = await failureOf(ask(`http://${at}/here`));
    expect(failure.message).toContain("redirect refused (307)");
    expect(asked).toEqual(["/here"]);
  });
});

function told(): { events: SocketEvents; log: string[]; until: (line: string) => Promise<void> } {
  const log: string[] = [];
  const waiting: { line: string; resolve: () => void }[] = [];
  const add = (line: string): void => {
    log.push(line);
    for (const { line: wanted, resolve } of waiting) if (line.startsWith(wanted)) resolve();
  };
  const events: SocketEvents = {
    opened: () => add("opened"),
    message: (data) => add(`message ${typeof data === "string" ? data : `bytes ${data.length}`}`),
    ponged: () => add("ponged"),
    closed: (_reason, status) => add(`closed ${status ?? "-"}`),
  };
  const until = (line: string): Promise<void> =>
    log.some((entry) => entry.startsWith(line))
      ? Promise.resolve()
      : new Promise((resolve) => waiting.push({ line, resolve }));
  return { events, log, until };
}

describe("a real socket", () => {
  it("tells text from bytes, answers pings, and tells its end once", async () => {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket) => {
      socket.send("text");
      socket.send(Buffer.from([1, 2, 3]));
    });
    const at = await listen(server);
    const { events, log, until } = told();
    const socket = transport().open(`ws://${at}/stream`, { "Content-Type": "application/msgpack" }, events);
    await until("message bytes");
    socket.ping();
    await until("ponged");
    socket.terminate();
    await until("closed");
    expect(log).toEqual(["opened", "message text", "message bytes 3", "ponged", "closed -"]);
  });

  it("tells the status with which an upgrade was refused", async () => {
    const at = await listen(
      createServer().on("upgrade", (_request, socket) =>
        socket.end("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
      ),
    );
    const { events, log, until } = told();
    transport().open(`ws://${at}/stream`, {}, events);
    await until("closed");
    expect(log).toEqual(["closed 429"]);
  });

  it("can be ended while the upgrade is still unanswered", async () => {
    const at = await listen(createTcp(() => undefined));
    const { events, log, until } = told();
    transport().open(`ws://${at}/stream`, {}, events).terminate();
    await until("closed");
    expect(log).toEqual(["closed -"]);
  });
});
