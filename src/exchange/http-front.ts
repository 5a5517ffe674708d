/**
 * One request from its first byte to its last: who asks, how often, what for, and what goes wrong on purpose. Whatever
 * comes in, an answer in JSON goes out and the server lives on.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { EpochMicros } from "../domain/time.ts";
import { type Fault, type FaultBook, requestFaults } from "./faults.ts";
import { type Answer, badParameter, missing, Refused, type Route } from "./http-words.ts";
import type { KeyGate } from "./key-gate.ts";
import type { RateLimit } from "./rate-limit.ts";

export interface FrontTerms {
  readonly routes: readonly Route[];
  readonly faults: FaultBook;
  readonly limit: RateLimit;
  readonly gate: KeyGate;
  readonly now: () => EpochMicros;
  /** Called before a route answers, so that it answers out of the present. */
  readonly beforeAnswer: () => void;
  readonly afterAnswer: () => void;
  /** Paths that write their answer themselves. */
  readonly follow: (path: string, query: URLSearchParams, response: ServerResponse) => boolean;
}

const MOST_BODY_BYTES = 1024 * 1024;
const DATA_PATH = /^\/(?:v2\/stocks|v1beta1|v1beta3|v1\/corporate-actions)(?:\/|$)/;

export class HttpFront {
  readonly #terms: FrontTerms;

  constructor(terms: FrontTerms) {
    this.#terms = terms;
  }

  /** Never throws and never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("x-request-id", randomUUID());
    request.on("error", () => response.destroy());
    response.on("error", () => response.destroy());
    try {
      await this.#serve(request, response);
    } catch (error) {
      const isOurs = error instanceof Refused;
      const body = isOurs
        ? { code: error.code, message: error.message, ...error.extra }
        : { code: 50_010_000, message: "internal server error occurred" };
      if (!response.headersSent) write(response, { status: isOurs ? error.status : 500, body });
      else response.destroy();
    }
    this.#terms.afterAnswer();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = request;
    const { path, query } = target(url);
    const body = await readBody(request);
    const { faults, now } = this.#terms;
    const isAdmin = path.startsWith("/admin/");
    const fault = isAdmin ? undefined : faults.strike(requestFaults, { method, path }, now());
    if (fault !== undefined && !(await this.#before(fault, request, response))) return;
    this.#authorize(request, isAdmin);
    if (!isAdmin) this.#count(path, response);
    this.#terms.beforeAnswer();
    if (this.#terms.follow(path, query, response)) return;
    const answer = await this.#answer(method, path, query, body);
    if (fault?.kind === "reset-after") request.socket.destroy();
    else if (fault?.kind === "error-after")
      write(response, {
        status: fault.status ?? 504,
        body: { code: 50_410_000, message: "request timed out" },
      });
    else write(response, answer);
  }

  /** False when the request ends here. */
  async #before(fault: Fault, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    switch (fault.kind) {
      case "request-drop":
        request.socket.destroy();
        return false;
      case "request-stall":
        return false;
      case "request-delay":
        await pause(Math.max(0, fault.ms), undefined, { ref: false });
        return true;
      case "error-before":
        throw new Refused(fault.status ?? 503, 50_310_000, "service unavailable");
      case "html-error":
        response.writeHead(fault.status ?? 502, { "content-type": "text/html" });
        response.end("<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>");
        return false;
      case "rate-limit":
        throw this.#tooMany(response);
      case "rate-limit-bare":
        throw new Refused(429, 42_910_000, "rate limit exceeded");
      default:
        return true;
    }
  }

  #authorize({ headers }: IncomingMessage, isAdmin: boolean): void {
    const { "apca-api-key-id": key, "apca-api-secret-key": secret, authorization } = headers;
    const { gate } = this.#terms;
    const basic = /^Basic (.+)$/i.exec(authorization ?? "")?.[1];
    const bearer = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1];
    const [name, ...rest] = Buffer.from(basic ?? "", "base64")
      .toString("utf8")
      .split(":");
    const isKnown =
      (typeof key === "string" && typeof secret === "string" && gate.isAllowed(key, secret)) ||
      (basic !== undefined && gate.isAllowed(name ?? "", rest.join(":")));
    const isMaster = isAdmin && gate.knows(bearer ?? (typeof secret === "string" ? secret : ""));
    if (!isKnown && !isMaster) throw new Refused(401, 40_110_000, "request is not authorized");
  }

  #count(path: string, response: ServerResponse): void {
    const { limit, now } = this.#terms;
    const { isAllowed, headers } = limit.take(DATA_PATH.test(path) ? "data" : "trading", now());
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!isAllowed) throw this.#tooMany(response);
  }

  #tooMany(response: ServerResponse): Refused {
    const { limit, now } = this.#terms;
    const headers = limit.headers(Number.POSITIVE_INFINITY, now());
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.setHeader("retry-after", "1");
    return new Refused(429, 42_910_000, "rate limit exceeded");
  }

  async #answer(method: string, path: string, query: URLSearchParams, text: string): Promise<Answer> {
    const matching = this.#terms.routes.filter((route) => route.path.test(path));
    const route = matching.find((candidate) => candidate.method === method);
    if (route === undefined && matching.length > 0) throw new Refused(405, 40_510_000, "method not allowed");
    if (route === undefined) throw missing("endpoint not found");
    const parts = (route.path.exec(path) ?? []).slice(1).map((part) => decoded(part ?? ""));
    return route.answer({ method, path, query, body: parseBody(text), parts });
  }
}

function write(response: ServerResponse, { status, body }: Answer): void {
  if (body === undefined) {
    response.writeHead(status);
    response.end();
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" });
  response.end(text);
}

/** Ends early when the body is too large: what is left of it is not read. */
async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BODY_BYTES) throw new Refused(413, 41_310_000, "request body too large");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function parseBody(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badParameter("request body format is invalid");
  }
}

function target(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const [path = "/", ...rest] = url.split("?");
  const clean = path.length > 1 ? path.replace(/\/+$/, "") : path;
  return { path: clean.replaceAll(/%3A/gi, ":"), query: new URLSearchParams(rest.join("?")) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badParameter("invalid path");
  }
}
