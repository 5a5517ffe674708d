/**
 * The monitor's part that tells people (OPS-4): binds `AlertWatch` to the machine, the channels and the
 * run.
 */
import { randomUUID } from "node:crypto";
import { readAlertSecrets } from "../../adapters/alerts/alert-secrets.ts";
import { AlertStore, alertsPath } from "../../adapters/alerts/alert-store.ts";
import { plannedChannels, secretNames } from "../../adapters/alerts/channel-registry.ts";
import { InputError } from "../../domain/assert.ts";
import { ControlClient, type ControlQuestion } from "../live/control-client.ts";
import { ProcessTimers } from "../live/process-timers.ts";
import type { StageContext } from "../live/stage-context.ts";
import { CriticalLines, GuardianAlerts, JournalAlerts } from "./alert-sources.ts";
import { AlertWatch } from "./alert-watch.ts";
import { hearAsks } from "./ask-desk.ts";
import { sweepAnswers } from "./monitor-asks.ts";
import type { AlertPort, MonitorPart } from "./run-parts.ts";

const FOLLOW_EVERY_MS = 250;
/** Twenty times within the five minutes after which execute takes silence for a no. */
const TELL_EVERY_MS = 15_000;
const ANSWER_WITHIN_MS = 2_000;
const SWEEP_EVERY_MS = 600_000;
/** Of a stop: what is on its way may arrive. */
const LAST_WORDS_MS = 3_000;

/** One for each monitor; what is said before it has started is kept until then. */
export function alertPart(): MonitorPart & AlertPort {
  const early: ((watch: AlertWatch) => void)[] = [];
  let watch: AlertWatch | undefined;
  const say = (act: (to: AlertWatch) => void): void => {
    if (watch === undefined) early.push(act);
    else act(watch);
  };
  return {
    id: "alerts",
    raise: (level, cause, text) => say((to) => to.raise(level, cause, text)),
    clear: (cause) => say((to) => to.clear(cause)),
    start: async (context) => {
      const running = new RunningAlerts(context);
      watch = running.watch;
      for (const act of early.splice(0)) act(watch);
      return () => running.stop();
    },
  };
}

class RunningAlerts {
  readonly watch: AlertWatch;
  readonly #context: StageContext;
  readonly #store: AlertStore;
  readonly #timers: ProcessTimers;
  readonly #execute: ControlClient;
  readonly #close: () => void;
  #isWorking: boolean | undefined;
  #isTelling = false;

  constructor(context: StageContext) {
    this.#context = context;
    const { terms, places, clock, exchange, log } = context;
    const { root } = places;
    const [wall, mono] = [Date.now(), clock.now()];
    // The machine's time without its jumps: a retry waits as long as it was meant to.
    const now = () => wall + (clock.now() - mono);
    const secrets = readAlertSecrets(process.env, []);
    // Nobody who looks at this process's environment later finds them there.
    for (const name of secretNames) delete process.env[name];
    const channels = plannedChannels(terms.config.alerts.channels, secrets).map(({ id, problem, open }) => {
      if (problem !== undefined) log("error", `alerts: channel ${id} cannot send: ${problem}`);
      return [id, open()] as const;
    });
    this.#close = () => {
      for (const [, channel] of channels) channel.close();
    };
    this.#store = new AlertStore(alertsPath(root), (reason) => log("error", reason));
    const machineMs = (at: number, run: string) =>
      // Another run's exchange had a clock of its own; what it says is close to when it was.
      run === terms.run ? exchange.machineAt(at as Parameters<typeof exchange.machineAt>[0]) : at / 1000;
    this.watch = new AlertWatch({
      ...{ mode: terms.mode, run: terms.run, params: terms.config.alerts, store: this.#store, now, log },
      senders: new Map(channels),
      sources: [new JournalAlerts(root, machineMs), new GuardianAlerts(root), new CriticalLines(root)],
      exchangeNow: () => context.now().at,
      boot: randomUUID().slice(0, 8),
    });
    this.#execute = new ControlClient(root, terms);
    this.#timers = new ProcessTimers(clock);
    this.watch.begin();
    this.#timers.every(FOLLOW_EVERY_MS, () => this.#look(now()));
    this.#timers.every(TELL_EVERY_MS, () => this.#tell());
    this.#timers.every(SWEEP_EVERY_MS, () => sweepAnswers(root, Date.now()));
  }

  async stop(): Promise<void> {
    this.#timers.cancel();
    this.#execute.close();
    await this.watch.stop(LAST_WORDS_MS);
    this.#close();
  }

  #look(nowMs: number): void {
    const { root } = this.#context.places;
    hearAsks({ root, watch: this.watch, store: this.#store, nowMs });
    this.watch.tick();
    if (this.watch.hasWorkingChannel !== this.#isWorking) this.#tell();
  }

  /** Execute hears whether people can be reached, and what they did (I-40). It may be starting again: later, then. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    void this.#tellAll().finally(() => {
      this.#isTelling = false;
    });
  }

  async #tellAll(): Promise<void> {
    const working = this.watch.hasWorkingChannel;
    this.#isWorking = working;
    if (!(await this.#ask({ verb: "channels", working }))) return;
    for (const { id, who, action, subject, reason } of this.#store.untoldActs()) {
      if (!(await this.#ask({ verb: "note", by: who, reason, what: action, subject }, id))) return;
      this.#store.toldAct(id, Date.now());
    }
  }

  async #ask(question: ControlQuestion, id?: string): Promise<boolean> {
    try {
      const answer = await this.#execute.ask(question, ANSWER_WITHIN_MS, id);
      return answer.kind !== "refused";
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return false;
    }
  }
}
