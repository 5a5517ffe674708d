/**
 * The port that Prometheus asks (OPS-5): GET /metrics and nothing else, on the loopback, under its own name alone: a
 * page in somebody's browser must not read it through a name that points here (RELIABILITY 5).
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { expositionType } from "./exposition.ts";

export interface MetricsServerTerms {
  readonly host: string;
  readonly port: number;
  readonly text: () => Promise<string>;
  /** What went wrong with one answer; whoever asked is told nothing of it. */
  readonly failed: (reason: string) => void;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Requests that may be open at a time: one scraper has one. */
const CONNECTIONS_MAX = 16;
const TIMEOUT_MS = 10_000;

/** Rejects with the system's own error when the port cannot be had. */
export function serveMetrics(terms: MetricsServerTerms): Promise<MetricsServer> {
  const server = createServer((request, response) => void answer(request, response, terms, portOf()));
  server.maxConnections = CONNECTIONS_MAX;
  server.requestTimeout = TIMEOUT_MS;
  server.headersTimeout = TIMEOUT_MS;
  const portOf = (): number => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : terms.port;
  };
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(terms.port, terms.host, () => {
      server.off("error", reject);
      server.on("error", (error) => terms.failed(error.message));
      resolve({
        port: portOf(),
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { text, failed }: MetricsServerTerms,
  port: number,
): Promise<void> {
  const say = (status: number, body: string, type = "text/plain; charset=utf-8"): void => {
    response.writeHead(status, {
      "content-type": type,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-length": Buffer.byteLength(body),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const names = ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${port}`);
  if (!names.includes(request.headers.host ?? "")) return say(403, "this name is not served here\n");
  const [path] = (request.url ?? "").split("?");
  if (path !== "/metrics") return say(404, "only /metrics is here\n");
  if (request.method !== "GET" && request.method !== "HEAD") return say(405, "only GET\n");
  try {
    say(200, await text(), expositionType);
  } catch (error) {
    failed(error instanceof Error ? error.message : String(error));
    say(500, "the figures could not be read; see the log\n");
  }
}
