/**
 * The dashboard's server: the page, its stream, its questions and its acts behind one door (RELIABILITY 5). What
 * a request may be is decided in `request-guard.ts`; what is answered comes from `Room`, which knows no HTTP.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import cookies from "@fastify/cookie";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { actAsk } from "./act-words.ts";
import { type Acts, lockedText } from "./acts.ts";
import { type AuditTrail, oneLine } from "./audit-trail.ts";
import type { KeyGuard } from "./key-guard.ts";
import type { PageFile, PageFiles } from "./page-files.ts";
import { orderId, problemOf, questionWords } from "./question-words.ts";
import type { ReportFiles } from "./report-files.ts";
import { type RequestFacts, refusal } from "./request-guard.ts";
import type { Room } from "./room.ts";
import { type Kind, securityHeaders } from "./security-headers.ts";
import type { Session, Sessions } from "./sessions.ts";
import type { StreamHub } from "./stream-hub.ts";

export interface ServerParts {
  /** Known when it listens: the port is part of a host's name. */
  readonly hosts: () => ReadonlySet<string>;
  readonly port: () => number;
  /** PEM; undefined: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly page: PageFiles;
  readonly reports: ReportFiles;
  readonly sessions: Sessions;
  readonly guard: KeyGuard;
  readonly trail: AuditTrail;
  readonly acts: Acts;
  readonly room: Room;
  readonly hub: StreamHub;
  /** A reader has begun: it is shown a picture now. */
  readonly watched: () => void;
  readonly hours: number;
  readonly by: string;
  readonly pause: (ms: number) => Promise<void>;
  readonly log: (text: string) => void;
}

const BODY_MAX = 16 * 1024;
const HEADERS_MAX = 8 * 1024;
const REQUEST_WITHIN_MS = 10_000;
const HEADERS_WITHIN_MS = 5000;
const CONNECTIONS_MAX = 64;

const loginAsk = z.strictObject({ key: z.string().max(200) });

export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const { tls } = parts;
  const server = fastify({
    logger: false,
    // What a proxy says of who asks is what anybody may say.
    trustProxy: false,
    bodyLimit: BODY_MAX,
    requestTimeout: REQUEST_WITHIN_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 140 },
    ...(tls === undefined
      ? { http: { maxHeaderSize: HEADERS_MAX } }
      : { https: { ...tls, maxHeaderSize: HEADERS_MAX } }),
    clientErrorHandler: (_, socket) => {
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      else socket.destroy();
    },
  }) as unknown as FastifyInstance;
  server.server.headersTimeout = HEADERS_WITHIN_MS;
  server.server.maxConnections = CONNECTIONS_MAX;
  await server.register(cookies);
  const door = new Door(parts);
  server.addHook("onRequest", (request, reply, done) => {
    if (door.lets(request, reply)) done();
  });
  door.serve(server);
  return server;
}

class Door {
  readonly #parts: ServerParts;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** False once it has answered itself. */
  lets(request: FastifyRequest, reply: FastifyReply): boolean {
    const { hosts, tls, trail, by } = this.#parts;
    reply.headers(securityHeaders("answer", tls !== undefined));
    const found = refusal(factsOf(request.raw), hosts(), tls === undefined ? "http" : "https");
    if (found === undefined) return true;
    const asked = oneLine(`${request.method} ${request.headers.host ?? ""}`).slice(0, 80);
    trail.note({ what: "request-refused", by, reason: `${found.why}: ${asked}` });
    void reply
      .code(found.status)
      .send(said("This request is not answered: it does not come from this page."));
    return false;
  }

  serve(server: FastifyInstance): void {
    const { log } = this.#parts;
    server.setNotFoundHandler((request, reply) => this.#file(request, reply));
    server.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
      if (error instanceof InputError) {
        const status = error.exitCode === 1 ? 503 : error.exitCode === 3 ? 409 : 400;
        return reply.code(status).send(said(error.message));
      }
      const { statusCode = 500 } = error;
      if (statusCode >= 500)
        log(oneLine(`${request.method} ${request.routeOptions.url ?? "?"}: ${error.stack}`));
      return reply.code(statusCode).send(said(errorWords[statusCode] ?? errorWords[500] ?? ""));
    });
    this.#serveSession(server);
    this.#serveQuestions(server);
    server.post("/api/act", (request, reply) => this.#act(request, reply));
    server.get("/api/stream", (request, reply) => this.#stream(request, reply));
    server.get<{ Params: { readonly name: string } }>("/reports/:name/report.html", (request, reply) => {
      this.#session(request);
      const found = this.#parts.reports.read(request.params.name);
      if (found === undefined) return reply.code(404).send(said("There is no such report any more."));
      return this.#headed(reply, "report").type("text/html; charset=utf-8").send(found);
    });
  }

  #serveSession(server: FastifyInstance): void {
    const { sessions, trail, by } = this.#parts;
    server.post("/api/login", (request, reply) => this.#login(request, reply));
    server.post("/api/logout", (request, reply) => {
      const session = this.#session(request);
      sessions.end(session);
      this.#parts.hub.prune((hash) => sessions.isAlive(hash));
      trail.note({ what: "logout", by, reason: "asked for" });
      return reply.clearCookie(this.#cookieName, { path: "/" }).code(204).send();
    });
    server.get("/api/session", (request) => {
      const session = this.#session(request);
      const endsAt = new Date(sessions.endsAtMs(session)).toISOString();
      return { isFresh: sessions.isFresh(session), endsAt };
    });
  }

  #serveQuestions(server: FastifyInstance): void {
    const { room } = this.#parts;
    const ask = <Words extends z.ZodType>(
      path: string,
      words: Words,
      answer: (given: z.infer<Words>) => unknown,
    ): void => {
      server.get(`/api/${path}`, (request) => {
        this.#session(request);
        return answer(parsed(words, request.query));
      });
    };
    const { nothing, page } = questionWords;
    ask("equity", questionWords.equity, ({ range }) => room.equity(range));
    ask("orders", questionWords.orders, (words) => room.orders(words));
    ask("why", questionWords.why, ({ symbol }) => room.why(symbol));
    ask("signals", questionWords.signals, (words) => room.signals(words));
    ask("strategies", nothing, () => room.strategies());
    ask("risk", nothing, () => room.risk());
    ask("research", nothing, () => room.research());
    ask("health", nothing, () => room.health());
    ask("errors", questionWords.errors, (words) => room.errors(words));
    ask("alerts", page, (words) => room.alerts(words));
    ask("jobs", nothing, () => room.jobs());
    ask("audit", page, (words) => room.audit(words));
    server.get<{ Params: { readonly id: string } }>("/api/orders/:id/chain", (request, reply) => {
      this.#session(request);
      const found = room.chain(parsed(orderId, request.params.id));
      return found ?? reply.code(404).send(said("There is no such order."));
    });
  }

  async #login(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { guard, sessions, trail, by, pause, hours, tls } = this.#parts;
    const { key } = parsed(loginAsk, request.body);
    const verdict = guard.judge(key);
    if (verdict.kind !== "right") {
      trail.note({ what: "login-refused", by, reason: `${verdict.kind} key` });
      if (verdict.kind === "locked") return reply.code(429).send(said(lockedText(verdict.waitSeconds)));
      await pause(verdict.delayMs);
      return reply.code(401).send(said("The key is wrong. It is shown by: plimsoll dashboard"));
    }
    trail.note({ what: "login", by, reason: "the key was right" });
    const terms = {
      path: "/",
      httpOnly: true,
      sameSite: "strict",
      maxAge: Math.round(hours * 3600),
    } as const;
    return reply
      .setCookie(this.#cookieName, sessions.begin(), { ...terms, secure: tls !== undefined })
      .code(204)
      .send();
  }

  async #act(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { sessions, acts } = this.#parts;
    const session = this.#session(request);
    const asked = parsed(actAsk, request.body);
    const { status, answer } = await acts.act(asked);
    if (status === 200) sessions.acted(session);
    return reply.code(status).send(answer);
  }

  #stream(request: FastifyRequest, reply: FastifyReply): void {
    const { hub, watched, tls } = this.#parts;
    const { hash } = this.#session(request);
    reply.hijack();
    const { raw } = reply as { readonly raw: ServerResponse };
    raw.writeHead(200, {
      ...securityHeaders("answer", tls !== undefined),
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
    });
    hub.add(hash, raw);
    watched();
  }

  /** Files of the page: all that is shown without a session, and nothing of it is a figure. */
  #file(request: FastifyRequest, reply: FastifyReply): unknown {
    const path = request.url.split("?")[0] ?? "/";
    const isRead = request.method === "GET" || request.method === "HEAD";
    const file = isRead && !path.startsWith("/api/") ? this.#parts.page.find(path) : undefined;
    if (file === undefined) return reply.code(404).send(said("There is nothing at this address."));
    this.#headed(reply, file.isHashed ? "asset" : "page").type(file.type);
    reply.header("etag", file.etag).header("vary", "accept-encoding");
    if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
    return sendPacked(request, reply, file);
  }

  #headed(reply: FastifyReply, kind: Kind): FastifyReply {
    return reply.headers(securityHeaders(kind, this.#parts.tls !== undefined));
  }

  /** Another port of this host has cookies of its own name; browsers do not keep ports apart. */
  get #cookieName(): string {
    return this.#parts.tls === undefined ? `plimsoll-${this.#parts.port()}` : "__Host-plimsoll";
  }

  #session(request: FastifyRequest): Session {
    const session = this.#parts.sessions.find(request.cookies[this.#cookieName]);
    if (session !== undefined) return session;
    throw new NoSession();
  }
}

class NoSession extends Error {
  readonly statusCode = 401;
}

const errorWords: Readonly<Record<number, string>> = {
  400: "This request cannot be read.",
  401: "Nobody is logged in here. Open the link that plimsoll dashboard prints.",
  413: "The request is larger than 16 KiB.",
  415: "The request must be JSON.",
  500: "This could not be answered; the log says why.",
};

const said = (text: string) => ({ kind: "refused", text }) as const;

/** Throws InputError (exit 2) with one line. */
function parsed<Words extends z.ZodType>(words: Words, given: unknown): z.infer<Words> {
  const found = words.safeParse(given);
  if (found.success) return found.data;
  throw new InputError(problemOf(found.error), 2);
}

function factsOf({ method = "", headers, rawHeaders }: IncomingMessage): RequestFacts {
  const host = rawHeaders.filter((_, n) => n % 2 === 1 && rawHeaders[n - 1]?.toLowerCase() === "host");
  const { origin, "content-type": contentType } = headers;
  const one = (value: string | readonly string[] | undefined) =>
    value === undefined || typeof value === "string" ? value : value.join(",");
  return {
    method,
    host,
    origin,
    contentType,
    fetchSite: one(headers["sec-fetch-site"]),
    mark: one(headers["x-plimsoll"]),
  };
}

function sendPacked(request: FastifyRequest, reply: FastifyReply, file: PageFile): FastifyReply {
  const taken = request.headers["accept-encoding"] ?? "";
  const wants = (name: string) => taken.split(",").some((part) => part.trim().split(";")[0] === name);
  if (file.brotli !== undefined && wants("br"))
    return reply.header("content-encoding", "br").send(file.brotli);
  if (file.gzip !== undefined && wants("gzip"))
    return reply.header("content-encoding", "gzip").send(file.gzip);
  return reply.send(file.body);
}
