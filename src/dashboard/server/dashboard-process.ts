/**
 * The dashboard's process: it shows, asks and passes on what an operator wants, through execute's door like the
 * command line. It holds no broker key and opens every database read-only; it may die at any time and nobody waits.
 */
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { readActive } from "../../app/live/active-run.ts";
import { ControlClient, type ControlQuestion } from "../../app/live/control-client.ts";
import { operatorName } from "../../app/live/operator-name.ts";
import { ProcessTimers } from "../../app/live/process-timers.ts";
import type { StageContext } from "../../app/live/stage-context.ts";
import { InputError } from "../../domain/assert.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import { isoDate, isoInstant } from "../../domain/time.ts";
import { isEarlyClose, sessionAt, xnysSessions } from "../../market/calendar.ts";
import { phaseIn } from "../../market/phases.ts";
import type { Picture } from "../contract/picture.ts";
import { newAccessKey, readAccessKey, sessionsPath } from "./access-key.ts";
import { Acts } from "./acts.ts";
import { AuditTrail } from "./audit-trail.ts";
import { CountsReading } from "./counts-reading.ts";
import { readDashboardFacts, removeDashboardFacts, writeDashboardFacts } from "./dashboard-file.ts";
import { healthPort } from "./health-port.ts";
import { KeyGuard } from "./key-guard.ts";
import { linksOf } from "./links.ts";
import { type ListenTerms, listenTerms } from "./listen-terms.ts";
import { pageFolder } from "./page-build.ts";
import { PageFiles } from "./page-files.ts";
import { type PictureFacts, pictureOf } from "./picture.ts";
import type { RunningPorts } from "./ports.ts";
import { ReportFiles } from "./report-files.ts";
import { allowedHosts } from "./request-guard.ts";
import { Room } from "./room.ts";
import { runningPorts } from "./running-ports.ts";
import { Sampler } from "./sampler.ts";
import { buildServer } from "./server.ts";
import { Sessions } from "./sessions.ts";
import { StreamHub } from "./stream-hub.ts";

const KEEP_ALIVE_MS = 10_000;
/** A picture without news is sent so often: the page sees by its age that the line lives. */
const STILL_MS = 1000;
const MINUTE_MS = 60_000;

export async function runDashboard(context: StageContext): Promise<() => Promise<void>> {
  const dashboard = new Dashboard(context);
  await dashboard.start();
  return () => dashboard.stop();
}

class Dashboard {
  readonly #context: StageContext;
  readonly #control: ControlClient;
  readonly #timers: ProcessTimers;
  readonly #sampler: Sampler;
  readonly #hub: StreamHub;
  readonly #sessions: Sessions;
  readonly #ports: RunningPorts;
  readonly #counts: CountsReading;
  readonly #room: Room;
  readonly #trail: AuditTrail;
  readonly #guard: KeyGuard;
  readonly #facts: PictureFacts;
  /** What all runs of a root share: the HALT file's parent. */
  readonly #base: string;
  #server: FastifyInstance | undefined;
  #port = 0;
  #hosts: ReadonlySet<string> = new Set();
  #sent = "";
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(context: StageContext) {
    const { terms, places, clock, log } = context;
    const { root } = places;
    const now = () => clock.now();
    this.#context = context;
    this.#base = dirname(terms.killSwitch);
    this.#timers = new ProcessTimers(clock);
    this.#control = new ControlClient(root, terms);
    const ask = (question: ControlQuestion, withinMs: number) => this.#control.ask(question, withinMs);
    const { idleMinutes, hours, streams } = terms.config.dashboard;
    this.#guard = new KeyGuard(readAccessKey(root) ?? newAccessKey(root), now);
    this.#sessions = new Sessions({
      path: sessionsPath(root),
      idleMs: idleMinutes * MINUTE_MS,
      longestMs: hours * 60 * MINUTE_MS,
      nowMs: Date.now,
    });
    this.#hub = new StreamHub({ perSession: streams, now });
    this.#sampler = new Sampler({
      clock,
      ask,
      isWatched: () => this.#hub.size > 0,
      sampled: () => this.#send(),
    });
    this.#trail = new AuditTrail({
      ...{ ask, path: join(root, "logs", "dashboard-audit.jsonl"), now },
      wallIso: () => new Date().toISOString(),
      log: (line) => log("error", line),
    });
    this.#facts = factsOf(context);
    this.#ports = {
      ...runningPorts({ root, base: this.#base, terms }),
      health: healthPort({ root, terms, ask }),
    };
    const reportFolders = [join(root, "reports"), join(this.#base, "reports")];
    this.#room = new Room({
      ...{ root, base: this.#base, facts: this.#facts, symbols: terms.symbols, sampler: this.#sampler },
      ...{ ask, ports: this.#ports, reports: new ReportFiles(reportFolders), reportFolders },
      picture: () => this.#picture(),
      kept: () => this.#trail.kept,
    });
    this.#counts = new CountsReading(this.#room.performance, this.#ports, now);
  }

  async start(): Promise<void> {
    const { places, log } = this.#context;
    // One that died: whoever has its page open finds this one there.
    const earlier = readDashboardFacts(places.root)?.port;
    removeDashboardFacts(places.root);
    try {
      await this.#listen(earlier);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // Trading goes on without it.
      log("error", error.message);
      writeDashboardFacts(places.root, { url: null, port: 0, pid: process.pid, trouble: error.message });
      return;
    }
    this.#sampler.start();
    this.#timers.every(KEEP_ALIVE_MS, () => {
      this.#hub.prune((session) => this.#sessions.isAlive(session));
      this.#hub.keepAlive();
    });
  }

  async stop(): Promise<void> {
    this.#timers.cancel();
    this.#sampler.stop();
    this.#hub.close();
    await this.#server?.close();
    this.#control.close();
    this.#room.close();
    removeDashboardFacts(this.#context.places.root);
  }

  async #listen(earlier: number | undefined): Promise<void> {
    const { terms, places, log } = this.#context;
    const { DASHBOARD_PORT: port } = process.env;
    const asked = port === undefined ? undefined : Number(port);
    const found = listenTerms(terms.config.dashboard, terms.mode, asked);
    const ports = earlier === undefined || earlier === 0 ? found.ports : [earlier, ...found.ports];
    const listen = { ...found, ports };
    const server = await this.#built(listen);
    this.#port = await bound(server, listen);
    this.#server = server;
    this.#hosts = allowedHosts(listen.names, this.#port);
    const scheme = listen.tls === undefined ? "http" : "https";
    const [name = listen.host] = listen.names;
    const url = `${scheme}://${name}:${this.#port}`;
    writeDashboardFacts(places.root, { url, port: this.#port, pid: process.pid });
    log("info", `the dashboard answers at ${url}`);
  }

  #built({ tls }: ListenTerms): Promise<FastifyInstance> {
    const { terms, places, log } = this.#context;
    const by = `dashboard:${operatorName()}`;
    const wait = async (ms: number) => void (await pause(ms));
    const acts = new Acts({
      ask: (question, withinMs, id) => this.#control.ask(question, withinMs, id),
      ...{ killSwitch: terms.killSwitch, guard: this.#guard, trail: this.#trail, ports: this.#ports, by },
      killMode: terms.config.kill.mode,
      wallIso: () => new Date().toISOString(),
      pause: wait,
    });
    return buildServer({
      ...{ tls, sessions: this.#sessions, guard: this.#guard, trail: this.#trail, acts, by },
      ...{ room: this.#room, hub: this.#hub, hours: terms.config.dashboard.hours, pause: wait },
      hosts: () => this.#hosts,
      port: () => this.#port,
      page: new PageFiles(pageFolder),
      reports: new ReportFiles([join(places.root, "reports"), join(this.#base, "reports")]),
      watched: () => {
        this.#send(true);
        this.#sampler.hurry();
      },
      log: (line) => log("error", line),
    });
  }

  #send(isForced = false): void {
    if (this.#hub.size === 0) return;
    const now = this.#context.clock.now();
    const { madeAt, at, engine, ...rest } = this.#picture();
    // Clocks and ages move by themselves: they alone are no news.
    const text = JSON.stringify({ ...rest, state: engine.state });
    if (!isForced && text === this.#sent && now - this.#sentAt < STILL_MS) return;
    this.#sent = text;
    this.#sentAt = now;
    this.#hub.send("picture", JSON.stringify({ ...rest, madeAt, at, engine }));
  }

  #picture(): Picture {
    const { exchange } = this.#context;
    const last = this.#sampler.last;
    const at = exchange.exchangeAt(Date.now());
    const table = xnysSessions();
    const row = sessionIndexAt(table, at);
    const session = sessionAt(table, row);
    const ageMs = last === undefined ? null : Math.round(last.ageMs);
    return pictureOf(this.#facts, {
      ...{ engine: last?.picture, ageMs, why: this.#sampler.why },
      madeAt: new Date().toISOString(),
      at: isoInstant(at),
      session: {
        date: isoDate(session.date),
        phase: phaseIn(at, session),
        opensAt: isoInstant(session.open),
        closesAt: isoInstant(session.close),
        isEarlyClose: isEarlyClose(session.date),
        number: row - sessionIndexAt(table, this.#context.terms.clock.exchangeAt) + 1,
      },
      links: linksOf(last?.picture, ageMs, readActive(this.#base)),
      ...this.#counts.read(),
    });
  }
}

function factsOf({ terms }: StageContext): PictureFacts {
  const { mode, run, accountId, build, clock, sessions, cash, config, strategyIds } = terms;
  const { speed } = clock;
  return { mode, run, accountId, build, speed, sessions, startEquity: cash, config, strategyIds };
}

/** The port that was free. Throws InputError (exit 1) when none of them is. */
async function bound(server: FastifyInstance, { host, ports }: ListenTerms): Promise<number> {
  for (const port of ports) {
    try {
      const address = await server.listen({ host, port });
      return Number(new URL(address).port);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EADDRINUSE" && port !== ports.at(-1)) continue;
      await server.close();
      const [first] = ports;
      const which = ports.length === 1 ? `port ${first}` : `ports ${first} to ${port}`;
      const what = code === "EADDRINUSE" ? "taken" : `not to be had (${code})`;
      throw new InputError(
        `dashboard: ${which} of ${host}: ${what}; trading goes on without the dashboard; free it or choose ` +
          "another with --port, then start again",
        1,
      );
    }
  }
  throw new InputError("dashboard: no port to listen on", 1);
}
