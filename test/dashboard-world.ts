/**
 * The dashboard's real server over a recorded session: the stage that lived through it answers at the real desk, its
 * ledger and its journal are real files. What is not there is the socket to execute: questions are handed over, and can
 * be made to hang or to find nobody.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { LiveJournal } from "../src/adapters/journal/live-journal.ts";
import { LedgerStore, ledgerPlaces } from "../src/adapters/ledger/ledger-store.ts";
import { ledgerTerms } from "../src/app/live/build-execute.ts";
import type { ControlQuestion } from "../src/app/live/control-client.ts";
import { ControlDesk, type ControlParts } from "../src/app/live/control-desk.ts";
import type { ControlAnswer } from "../src/app/live/control-words.ts";
import type { EnginePicture } from "../src/app/live/engine-picture.ts";
import { LedgerReplay } from "../src/app/live/ledger-replay.ts";
import { newAccessKey, sessionsPath } from "../src/dashboard/server/access-key.ts";
import { Acts } from "../src/dashboard/server/acts.ts";
import { AuditTrail } from "../src/dashboard/server/audit-trail.ts";
import { KeyGuard } from "../src/dashboard/server/key-guard.ts";
import { PageFiles } from "../src/dashboard/server/page-files.ts";
import { pictureOf } from "../src/dashboard/server/picture.ts";
import type { RunningPorts } from "../src/dashboard/server/ports.ts";
import { ReportFiles } from "../src/dashboard/server/report-files.ts";
import { allowedHosts } from "../src/dashboard/server/request-guard.ts";
import { Room } from "../src/dashboard/server/room.ts";
import { buildServer } from "../src/dashboard/server/server.ts";
import { Sessions } from "../src/dashboard/server/sessions.ts";
import { StreamHub } from "../src/dashboard/server/stream-hub.ts";
import { InputError } from "../src/domain/assert.ts";
import { type EpochMicros, isoInstant } from "../src/domain/time.ts";
import { instruments, type LiveSession, terms } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

const IDLE_MS = 15 * 60_000;
const LONGEST_MS = 12 * 3_600_000;

export interface Said {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

export class DashboardWorld {
  readonly root = scratchFolder("dashboard-");
  readonly killSwitch = join(this.root, "killswitch");
  readonly key: string;
  readonly asked: ControlQuestion[] = [];
  readonly logged: string[] = [];
  readonly hub: StreamHub;
  readonly trail: AuditTrail;
  readonly sessions: Sessions;
  readonly desk: ControlDesk;
  /** Wall clock of the sessions, and monotonic clock of the guards, milliseconds. */
  wallMs = Date.parse("2026-11-18T15:00:00Z");
  monoMs = 0;
  /** Execute takes questions and says nothing. */
  isExecuteSilent = false;
  ports: RunningPorts = {};
  port = 0;
  #journal: LiveJournal | undefined;
  #server: FastifyInstance | undefined;
  readonly #live: LiveSession;
  readonly #room: Room;

  constructor(live: LiveSession) {
    this.#live = live;
    mkdirSync(this.killSwitch, { mode: 0o700 });
    mkdirSync(join(this.root, "run"), { mode: 0o700 });
    this.key = newAccessKey(this.root);
    const now = () => this.monoMs;
    this.sessions = this.newSessions();
    this.hub = new StreamHub({ perSession: 2, now });
    this.trail = new AuditTrail({
      ask: (question, withinMs) => this.ask(question, withinMs),
      path: join(this.root, "logs", "dashboard-audit.jsonl"),
      now,
      wallIso: () => new Date(this.wallMs).toISOString(),
      log: (line) => this.logged.push(line),
    });
    const at = live.execute.stage.clock.close as EpochMicros;
    this.desk = new ControlDesk({
      context: {
        terms: { ...terms, killSwitch: this.killSwitch },
        places: { root: this.root },
        instruments,
        now: () => ({ at, mono: 0 }),
        clock: { now: () => 0 },
      },
      driver: { live: live.execute, inputs: live.entries.length, held: 0 },
      audit: (row: never) => this.#journal?.transaction([{ kind: "audit", row }]),
      feed: () => undefined,
      verdict: () => undefined,
      event: (event: never) => live.execute.step({ kind: "event", event, now: { at, mono: 0 } }),
      resumed: () => undefined,
    } as unknown as ControlParts);
    const folders = [join(this.root, "reports")];
    const reports = new ReportFiles(folders);
    const sampler = () => ({ picture: this.engine(), ageMs: 0 });
    this.#room = new Room({
      ...{ root: this.root, base: this.root, symbols: terms.symbols, reports, reportFolders: folders },
      facts: this.facts,
      sampler: {
        get last() {
          return sampler();
        },
      },
      picture: () => this.picture(),
      ports: this.ports,
      ask: (question, withinMs) => this.ask(question, withinMs),
      kept: () => this.trail.kept,
    });
  }

  get facts() {
    const { mode, run, accountId, build, config, strategyIds } = terms;
    const sessions: number | undefined = undefined;
    return { mode, run, accountId, build, speed: 1, sessions, startEquity: terms.cash, config, strategyIds };
  }

  get room(): Room {
    return this.#room;
  }

  newSessions(): Sessions {
    const path = sessionsPath(this.root);
    return new Sessions({ path, idleMs: IDLE_MS, longestMs: LONGEST_MS, nowMs: () => this.wallMs });
  }

  /** As it comes over the socket. */
  engine(): EnginePicture {
    const answer = this.desk.answer(JSON.stringify({ verb: "picture", id: "p" }));
    if (answer.kind !== "told") throw new Error(JSON.stringify(answer));
    return JSON.parse(JSON.stringify(answer.value)) as EnginePicture;
  }

  picture() {
    const engine = this.engine();
    return pictureOf(this.facts, {
      ...{ engine, ageMs: 0, why: "", madeAt: "", at: isoInstant(0 as EpochMicros), links: [], nextJobs: [] },
      session: { ...engine.session },
      counts: { errorsOpen: { critical: 0, error: 0, warning: 0 }, alertsOpen: 0, jobsFailed: 0 },
    });
  }

  async ask(
    question: ControlQuestion,
    withinMs: number,
    id = `q${this.asked.length}`,
  ): Promise<ControlAnswer> {
    this.asked.push(question);
    if (this.isExecuteSilent) {
      this.monoMs += withinMs;
      throw new InputError("execute does not answer; is the system running? see: plimsoll status", 1);
    }
    return JSON.parse(JSON.stringify(this.desk.answer(JSON.stringify({ ...question, id })))) as ControlAnswer;
  }

  async start(): Promise<void> {
    const store = new LedgerStore(ledgerPlaces(this.root));
    new LedgerReplay(this.#live.again(), ledgerTerms(terms), store).take(this.#live.entries);
    store.close();
    this.#journal = await LiveJournal.open({
      path: join(this.root, "db", "journal.db"),
      run: { run: terms.run, startedAt: terms.startedAt, header: "{}" },
      onFailed: (reason) => this.logged.push(reason),
      nowMs: () => performance.now(),
    });
    for (let from = 0; from < this.#live.entries.length; from += 1000)
      this.#journal.transaction(
        this.#live.entries.slice(from, from + 1000).map(({ part, at, payload }) => ({
          ...{ kind: "entry", part, at, payload },
        })) as never,
      );
    const dist = join(this.root, "dist");
    mkdirSync(join(dist, "assets"), { recursive: true });
    writeFileSync(join(dist, "index.html"), "<!doctype html><title>the page</title>");
    writeFileSync(join(dist, "assets", "app-a1b2c3d4.js"), "console.log('the page');".repeat(100));
    const guard = new KeyGuard(this.key, () => this.monoMs);
    const { trail, ports, killSwitch } = this;
    const pause = (ms: number) => {
      this.monoMs += ms;
      return Promise.resolve();
    };
    const acts = new Acts({
      ask: (question, withinMs, id) => this.ask(question, withinMs, id),
      ...{ killSwitch, guard, trail, ports, pause, by: "dashboard:tester", killMode: "flatten" },
      wallIso: () => new Date(this.wallMs).toISOString(),
    });
    let hosts: ReadonlySet<string> = new Set();
    this.#server = await buildServer({
      ...{ hosts: () => hosts, port: () => this.port, tls: undefined, page: new PageFiles(dist) },
      reports: new ReportFiles([join(this.root, "reports")]),
      ...{ sessions: this.sessions, guard, trail, acts, room: this.#room, hub: this.hub },
      ...{ watched: () => undefined, hours: 12, by: "dashboard:tester", pause },
      log: (line) => this.logged.push(line),
    });
    this.port = Number(new URL(await this.#server.listen({ host: "127.0.0.1", port: 0 })).port);
    hosts = allowedHosts(["127.0.0.1", "localhost", "::1"], this.port);
  }

  async stop(): Promise<void> {
    this.hub.close();
    await this.#server?.close();
    this.#room.close();
    await this.#journal?.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** As a browser on the page sends it; what is given comes last. */
  send(path: string, { method = "GET", headers = {}, body }: Asked = {}): Promise<Said> {
    const posted = { "content-type": "application/json", "x-plimsoll": "1", origin: this.origin };
    const wanted = { ...(method === "POST" ? posted : {}), ...headers };
    return new Promise((resolve, reject) => {
      const call = httpRequest(
        { host: "127.0.0.1", port: this.port, path, method, headers: wanted as never, agent: false },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8");
          answer.on("data", (piece: string) => {
            text += piece;
            if (answer.headers["content-type"]?.startsWith("text/event-stream")) answer.destroy();
          });
          answer.on("close", () =>
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
          );
        },
      );
      call.on("error", reject);
      call.end(body);
    });
  }

  /** The cookie of a new session. */
  async login(key = this.key): Promise<string> {
    const { headers, status } = await this.send("/api/login", {
      method: "POST",
      body: JSON.stringify({ key }),
    });
    if (status !== 204) throw new Error(`login: ${status}`);
    return headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  }

  act(cookie: string, act: object): Promise<Said> {
    return this.send("/api/act", { method: "POST", headers: { cookie }, body: JSON.stringify(act) });
  }

  /** Until what was handed to the journal can be read. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      const journal = this.#journal as LiveJournal;
      journal.onWritten(journal.transaction([]), () => resolve());
    });
  }
}
