/** What alerts are sent to in tests: a real mail server and an HTTP server on loopback, which remember what they took. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export interface TakenMail {
  readonly raw: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
}

export class MailServer {
  readonly mails: TakenMail[] = [];
  /** Answered instead of taking it. */
  refusal: { readonly responseCode: number; readonly text: string } | undefined;
  readonly #options: SMTPServerOptions;
  #server: SMTPServer | undefined;
  port = 0;

  constructor(options: SMTPServerOptions = {}) {
    this.#options = options;
  }

  /** On the port of before, where there was one. */
  start(): Promise<void> {
    return this.startOn("127.0.0.1");
  }

  async startOn(host: string): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      allowInsecureAuth: true,
      onAuth: ({ username }, _, done) => done(null, { user: username ?? "" }),
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on("data", (part: Buffer) => parts.push(part));
        stream.on("end", () => {
          const { refusal } = this;
          if (refusal !== undefined) {
            done(Object.assign(new Error(refusal.text), { responseCode: refusal.responseCode }));
            return;
          }
          const to = session.envelope.rcptTo.map(({ address }) => address);
          this.mails.push({ raw: Buffer.concat(parts).toString("utf8"), to, user: session.user });
          done();
        });
      },
      ...this.#options,
    });
    server.on("error", () => undefined);
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, host, resolve));
    this.port = (server.server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    return new Promise((resolve) => (server === undefined ? resolve() : server.close(resolve)));
  }
}

export interface TakenPost {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export class PostServer {
  readonly posts: TakenPost[] = [];
  status = 200;
  answer = "ok";
  headers: Readonly<Record<string, string>> = {};
  #server: Server | undefined;
  url = "";

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { url: path = "", headers } = request;
        this.posts.push({ path, headers, body: Buffer.concat(parts).toString("utf8") });
        response.writeHead(this.status, this.headers).end(this.answer);
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.#server?.closeAllConnections();
    return new Promise((resolve) =>
      this.#server === undefined ? resolve() : this.#server.close(() => resolve()),
    );
  }
}
