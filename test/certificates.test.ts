/**
 * Goal: whoever cannot prove to be the broker gets not one byte of a request, for http and for sockets, it is told in
 * words, entries end until a person has looked, and no code of ours asks for less (fault 9). Method: real servers on
 * loopback with certificates of an authority made for the test, and the real client in front of them.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createServer as createPlainServer } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Server as NetServer } from "node:net";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocketServer } from "ws";
import { AlpacaBroker } from "../src/adapters/brokers/alpaca/broker.ts";
import { paperHosts } from "../src/adapters/brokers/alpaca/hosts.ts";
import { isCertificateRefusal } from "../src/adapters/net/certificate.ts";
import { Counts } from "../src/adapters/net/counts.ts";
import { TransportError } from "../src/adapters/net/ports.ts";
import { RealClock } from "../src/adapters/net/real-clock.ts";
import { RealTransport } from "../src/adapters/net/real-transport.ts";
import { CertificateGuard } from "../src/app/live/certificate-guard.ts";
import type { BrokerNews, RequestId } from "../src/domain/broker.ts";
import { credentials, recordedAt } from "./alpaca-conversation.ts";
import { type Certificate, throwawayAuthority } from "./throwaway-certificate.ts";

const DAY_MS = 86_400_000;
const HOME = [127, 0, 0, 1] as const;
const trusted = throwawayAuthority();
const stranger = throwawayAuthority();
const now = Date.now();
const valid = { ip: HOME, from: new Date(now - DAY_MS), until: new Date(now + DAY_MS) };
const past = { ip: HOME, from: new Date(now - 2 * DAY_MS), until: new Date(now - DAY_MS) };

/** What each server shows, and the code that its certificate is refused with. */
const refused: readonly (readonly [what: string, certificate: () => Certificate, code: string])[] = [
  ["that expired yesterday", () => trusted.leaf(past), "CERT_HAS_EXPIRED"],
  ["of an authority that nobody knows", () => stranger.leaf(valid), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ["of another address", () => trusted.leaf({ ...valid, ip: [10, 0, 0, 1] }), "ERR_TLS_CERT_ALTNAME_INVALID"],
];

let known: string[] = [];
beforeAll(() => {
  known = getCACertificates("default");
  setDefaultCACertificates([...known, trusted.cert]);
});
afterAll(() => setDefaultCACertificates(known));

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function transport(): RealTransport {
  const made = new RealTransport();
  closers.push(() => made.close());
  return made;
}

async function portOf(server: NetServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A server that counts what reaches it. */
async function server(terms: Certificate & { readonly maxVersion?: "TLSv1.1" }) {
  const heard: string[] = [];
  const made: Server = createServer({ ...terms, minVersion: "TLSv1" }, (request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.end("{}");
  });
  made.on("tlsClientError", () => undefined);
  const sockets = new WebSocketServer({ server: made });
  sockets.on("connection", (socket) => {
    heard.push("socket");
    socket.send("hello");
  });
  sockets.on("error", () => undefined);
  return { host: `127.0.0.1:${await portOf(made)}`, heard };
}

async function ask(url: string): Promise<TransportError | number> {
  const { signal } = new AbortController();
  return transport()
    .request({ method: "POST", url, headers: { authorization: "secret" }, body: "{}", signal })
    .then(
      ({ status }) => status,
      (error: unknown) => {
        expect(error).toBeInstanceOf(TransportError);
        return error as TransportError;
      },
    );
}

/** The first that a socket tells. */
const open = (url: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = transport().open(
      url,
      { authorization: "secret" },
      {
        opened: () => undefined,
        message: () => {
          resolve("message");
          socket.terminate();
        },
        ponged: () => undefined,
        closed: (reason) => resolve(reason),
      },
    );
  });

describe("a certificate", () => {
  it("that holds is taken: what is refused below is refused for its own fault", async () => {
    const { host, heard } = await server(trusted.leaf(valid));
    expect(await ask(`https://${host}/v2/orders`)).toBe(200);
    expect(await open(`wss://${host}/stream`)).toBe("message");
    expect(heard).toEqual(["POST /v2/orders", "socket"]);
  });

  it.each(refused)("%s is refused, in words, and nothing was sent", async (_, certificate, code) => {
    const { host, heard } = await server(certificate());
    for (let again = 0; again < 2; again += 1) {
      const failure = (await ask(`https://${host}/v2/orders`)) as TransportError;
      expect(failure.sent).toBe(false);
      expect(failure.message).toContain(`certificate refused: ${host}, ${code} (`);
      expect(isCertificateRefusal(failure.message)).toBe(true);
    }
    expect(await open(`wss://${host}/stream`)).toContain(`certificate refused: ${host}, ${code} (`);
    expect(heard).toEqual([]);
  });

  it("is asked for though the environment says otherwise", async () => {
    const { host, heard } = await server(stranger.leaf(valid));
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    try {
      expect(await ask(`https://${host}/v2/orders`)).toBeInstanceOf(TransportError);
      expect(isCertificateRefusal(await open(`wss://${host}/stream`))).toBe(true);
    } finally {
      vi.unstubAllEnvs();
    }
    expect(heard).toEqual([]);
  });

  it("cannot be avoided: neither plain text nor an old protocol is talked to", async () => {
    const plainHeard: string[] = [];
    const plain = createPlainServer((request, response) => {
      plainHeard.push(request.url ?? "");
      response.end();
    });
    plain.on("clientError", (_error, socket) => socket.destroy());
    const plainHost = `127.0.0.1:${await portOf(plain)}`;
    const old = await server({ ...trusted.leaf(valid), maxVersion: "TLSv1.1" });
    for (const host of [plainHost, old.host]) {
      expect(await ask(`https://${host}/v2/orders`)).toBeInstanceOf(TransportError);
      expect(await open(`wss://${host}/stream`)).not.toBe("message");
    }
    expect([...plainHeard, ...old.heard]).toEqual([]);
  });
});

describe("the broker's client before a stranger", () => {
  it("says which certificate of whom was refused, for a request and for its stream, and entries end once", async () => {
    const { host, heard } = await server(stranger.leaf(valid));
    const news: BrokerNews[] = [];
    const both = Promise.withResolvers<void>();
    const broker = new AlpacaBroker({
      clock: new RealClock(),
      transport: transport(),
      credentials,
      hosts: { ...paperHosts, trading: `https://${host}`, tradingStream: `wss://${host}` },
      seed: 1,
      exchangeNow: () => recordedAt,
      exposed: () => false,
      onNews: (entry) => {
        news.push(entry);
        if (new Set(news.map(({ kind }) => kind)).size === 2) both.resolve();
      },
      onPulse: () => undefined,
      onTerminal: () => undefined,
      log: () => undefined,
      counts: new Counts(),
    });
    broker.start();
    broker.request({ kind: "CancelAll", id: 1 as RequestId, priority: "flatten" });
    await both.promise;
    broker.stop();
    const guard = new CertificateGuard();
    const reasons = news.flatMap((entry) => ("reason" in entry ? [entry.reason] : []));
    const claims = reasons.flatMap((reason) => guard.heard(reason) ?? []);
    expect(news.map(({ kind }) => kind).toSorted()).toEqual(expect.arrayContaining(["line", "notSent"]));
    expect(reasons.filter(isCertificateRefusal).length).toBeGreaterThanOrEqual(2);
    expect(claims).toHaveLength(1);
    expect(claims[0]?.claim).toMatchObject({ level: "NO_NEW_ENTRIES", liftedBy: "operator" });
    expect(claims[0]?.claim.reason).toContain(host);
    guard.resumed();
    expect(guard.heard(reasons[0] ?? "")).toBeDefined();
    expect(heard).toEqual([]);
  });
});

it("no code of ours switches the check off, by an option, an agent of its own or the environment", () => {
  const src = join(import.meta.dirname, "..", "src");
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((path) =>
    /\.(ts|tsx|js|sh)$/.test(path),
  );
  expect(files.length).toBeGreaterThan(300);
  const off =
    /rejectUnauthorized(?!: true)|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity|insecureHTTPParser|minVersion\s*:|--tls-min-v1\.[01]|setDefaultCACertificates|secureOptions/;
  const found = files.filter((path) => off.test(readFileSync(join(src, path), "utf8")));
  expect(found).toEqual([]);
});
