/**
 * A server that answers the whole contract of the dashboard's page with invented figures: for `npx vite` while the page
 * is worked on (`node test/dashboard-fixture.ts --state halted`), and for the browser tests. It is never part of the
 * product. With `dist` it hands out the built page under the policy of the real server.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import type { ActAnswer, ActAsk } from "../src/dashboard/contract/acts.ts";
import * as answers from "./dashboard-fixture-answers.ts";
import { type FixtureState, fixtureStates, pictureOf } from "./dashboard-fixture-picture.ts";

export interface FixtureOptions {
  readonly state?: FixtureState;
  readonly port?: number;
  /** Folder of the built page. */
  readonly dist?: string;
  /** Asked for at login; without one every browser is let in. */
  readonly key?: string;
  /** Between two pictures, milliseconds. */
  readonly everyMs?: number;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** As the dashboard's server sends them. */
export const pageHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
};

export class DashboardFixture {
  state: FixtureState;
  /** False: the stream ends and nothing is answered but acts, as when execute's pictures do not come. */
  isStreaming = true;
  /** Every act that came, in order. */
  readonly acts: ActAsk[] = [];
  /** How many of the newest errors nobody has resolved. */
  openErrors = 3;
  /** How many of the newest orders are not there yet. */
  ordersToCome = 0;
  readonly resolved = new Set<number>();
  readonly acknowledged = new Set<string>();
  /** What the next acts get in place of "accepted". */
  answerActs: ((asked: ActAsk) => ActAnswer) | null = null;
  readonly #options: FixtureOptions;
  readonly #sessions = new Set<string>();
  readonly #streams = new Map<ServerResponse, ReturnType<typeof setInterval>>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  #startedAt = performance.now();
  #sequence = 1;

  constructor(options: FixtureOptions = {}) {
    this.#options = options;
    this.state = options.state ?? "scaled";
  }

  /** The address, once it listens. */
  async listen(): Promise<string> {
    const { port = 0 } = this.#options;
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const stream of this.#streams.keys()) stream.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  become(state: FixtureState): void {
    this.state = state;
    this.#startedAt = performance.now();
    for (const stream of this.#streams.keys()) this.#tell(stream);
  }

  /** As when the dashboard's process dies: streams break and are refused. */
  breakStream(): void {
    this.isStreaming = false;
    for (const stream of this.#streams.keys()) stream.destroy();
  }

  endSessions(): void {
    this.#sessions.clear();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fixture");
    if (!url.pathname.startsWith("/api/")) this.#file(url.pathname, response);
    else if (url.pathname === "/api/login") this.#login(await bodyOf(request), response);
    else if (!this.#isIn(request)) send(response, 401, { text: "no session" });
    else if (url.pathname === "/api/stream") this.#stream(response);
    else if (url.pathname === "/api/act") await this.#act(request, response);
    else if (url.pathname === "/api/become") {
      this.become(url.searchParams.get("state") as FixtureState);
      send(response, 200, { state: this.state });
    } else {
      const found = this.#question(url);
      if (found === undefined) send(response, 404, { text: `nothing at ${url.pathname}` });
      else send(response, 200, found);
    }
  }

  #question(url: URL): unknown {
    const { state } = this;
    const asked = url.searchParams;
    const chain = /^\/api\/orders\/([^/]+)\/chain$/.exec(url.pathname)?.[1];
    if (chain !== undefined) return answers.chainAnswer(chain) ?? undefined;
    const known: Readonly<Record<string, () => unknown>> = {
      "/api/session": () => ({ isFresh: true, endsAt: new Date(Date.now() + 3_600_000).toISOString() }),
      "/api/equity": () => answers.equityAnswer(state, asked.get("range") === "run" ? "run" : "today"),
      "/api/orders": () => answers.ordersAnswer(state, asked, this.ordersToCome),
      "/api/why": () => answers.whyAnswer(state, asked.get("symbol")),
      "/api/signals": () => answers.signalsAnswer(state, asked),
      "/api/strategies": () => answers.strategiesAnswer(state),
      "/api/risk": () => answers.riskAnswer(state),
      "/api/research": () => answers.researchAnswer(state),
      "/api/health": () => answers.healthAnswer(state),
      "/api/errors": () =>
        answers.errorsAnswer(state, asked, { opened: this.openErrors, resolved: this.resolved }),
      "/api/alerts": () => answers.alertsAnswer(state, asked, this.acknowledged),
      "/api/jobs": () => answers.jobsAnswer(state),
      "/api/audit": () => answers.auditAnswer(state, asked),
    };
    return known[url.pathname]?.();
  }

  #isIn(request: IncomingMessage): boolean {
    if (this.#options.key === undefined) return true;
    const cookie = /session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "";
    return this.#sessions.has(cookie);
  }

  #login(body: string, response: ServerResponse): void {
    const { key } = JSON.parse(body) as { key: string };
    if (key !== this.#options.key) {
      send(response, 401, { text: "not this key" });
      return;
    }
    const cookie = `s${performance.now()}`;
    this.#sessions.add(cookie);
    response.writeHead(204, { "set-cookie": `session=${cookie}; HttpOnly; SameSite=Strict; Path=/` }).end();
  }

  async #act(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers["x-plimsoll"] !== "1") {
      send(response, 403, { kind: "refused", text: "not from this page" });
      return;
    }
    const asked = JSON.parse(await bodyOf(request)) as ActAsk;
    if (!this.acts.some((known) => known.id === asked.id)) this.acts.push(asked);
    const answer: ActAnswer = this.answerActs?.(asked) ?? {
      kind: "accepted",
      auditId: String(this.acts.length),
      text: `${asked.verb}: accepted, written to the audit as ${this.acts.length}.`,
    };
    if (answer.kind === "accepted" && asked.verb === "resolve-error") this.resolved.add(asked.error);
    if (answer.kind === "accepted" && asked.verb === "resolve-errors")
      for (const error of asked.errors) this.resolved.add(error);
    if (answer.kind === "accepted" && asked.verb === "acknowledge-alert") this.acknowledged.add(asked.alert);
    send(response, answer.kind === "accepted" ? 200 : 409, answer);
  }

  #stream(response: ServerResponse): void {
    if (!this.isStreaming) {
      response.destroy();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const timer = setInterval(() => this.#tell(response), this.#options.everyMs ?? 500);
    this.#streams.set(response, timer);
    response.on("close", () => {
      clearInterval(timer);
      this.#streams.delete(response);
    });
    this.#tell(response);
  }

  #tell(response: ServerResponse): void {
    const passedMs = performance.now() - this.#startedAt;
    const picture = pictureOf({ state: this.state, passedMs, sequence: this.#sequence++ });
    response.write(`event: picture\ndata: ${JSON.stringify(picture)}\n\n`);
  }

  #file(path: string, response: ServerResponse): void {
    const { dist } = this.#options;
    const name = normalize(path === "/" ? "/index.html" : path);
    try {
      if (dist === undefined) throw new Error("no page here: npx vite serves it");
      const body = readFileSync(join(dist, name));
      response.writeHead(200, {
        "content-type": types[extname(name)] ?? "application/octet-stream",
        ...pageHeaders,
      });
      response.end(body);
    } catch {
      response.writeHead(404, pageHeaders).end();
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { "content-type": "application/json", ...pageHeaders })
    .end(JSON.stringify(body));
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      state: { type: "string", default: "scaled" },
      port: { type: "string", default: "9190" },
      dist: { type: "string" },
      key: { type: "string" },
    },
  });
  const { state, port, dist, key } = values;
  if (!(fixtureStates as readonly string[]).includes(state))
    throw new Error(`--state is one of ${fixtureStates}`);
  const fixture = new DashboardFixture({
    state: state as FixtureState,
    port: Number(port),
    ...(dist === undefined ? {} : { dist }),
    ...(key === undefined ? {} : { key }),
  });
  console.error(`fixture of the dashboard, state ${state}: ${await fixture.listen()}`);
}
