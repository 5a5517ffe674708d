/**
 * The monitor's part that keeps the system well (OPS-3): every five seconds it looks at every process, line and disk,
 * heals what can be healed, and tells people of the rest. What it wants of a process it asks of the supervisor, what it
 * wants of trading of execute: both judge for themselves. `run/health.json` says how all of it stands.
 */
import { dirname, join } from "node:path";
import { cleanUp } from "../../adapters/disk-clean-up.ts";
import { swapFile } from "../../adapters/durable-file.ts";
import { machineFigures } from "../../adapters/machine-figures.ts";
import { InputError } from "../../domain/assert.ts";
import { type Cure, type HealthFacts, healthFindings } from "../../ops/health/health-checks.ts";
import type { HealthRecord } from "../../ops/health/health-record.ts";
import { type HealthAct, SelfHealing } from "../../ops/health/self-healing.ts";
import { readActive } from "../live/active-run.ts";
import type { StageContext } from "../live/stage-context.ts";
import { EngineWatch } from "./engine-watch.ts";
import { ledgerLag, processSources, readHealth } from "./metric-sources.ts";
import type { AlertPort, MonitorPart } from "./run-parts.ts";

const LOOK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 2_000;
/** Where a claim of ours stands in execute's lattice. */
const SOURCE = "health";
const MEGABYTE = 1e6;

/** Without anybody who tells people, what is found is a line of the log. */
export const healthPart = (people?: AlertPort): MonitorPart => ({
  id: "health",
  start: async (context) => {
    const care = new HealthCare(context, people ?? logged(context));
    return () => care.close();
  },
});

const logged = ({ log }: StageContext): AlertPort => ({
  raise: (level, cause, text) => log(level, `${cause}: ${text}`),
  clear: (cause) => log("info", `${cause}: well again`),
});

class HealthCare {
  readonly #context: StageContext;
  readonly #people: AlertPort;
  readonly #engine: EngineWatch;
  readonly #healing = new SelfHealing();
  readonly #timer: NodeJS.Timeout;
  readonly #recoveries: Record<string, number>;
  #isAsking = false;

  constructor(context: StageContext, people: AlertPort) {
    this.#context = context;
    this.#people = people;
    this.#engine = new EngineWatch(context);
    this.#recoveries = { ...readHealth(context.places.root)?.recoveries };
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#engine.close();
  }

  #look(): void {
    const { places, clock, log } = this.#context;
    const nowMs = clock.now();
    for (const act of this.#healing.look(healthFindings(this.#facts()), nowMs)) this.#do(act);
    const record: HealthRecord = {
      at: new Date().toISOString(),
      checks: this.#healing.lines(nowMs, Date.now()),
      recoveries: this.#recoveries,
    };
    try {
      swapFile(join(places.root, "run", "health.json"), `${JSON.stringify(record)}\n`);
    } catch (error) {
      log("error", `run/health.json: ${(error as Error).message}`);
    }
    void this.#hold();
  }

  #facts(): HealthFacts {
    const { terms, places } = this.#context;
    const now = Date.now();
    const active = readActive(dirname(terms.killSwitch));
    const { told: engine, ageSeconds } = this.#engine;
    return {
      engine,
      // A start that takes long is told by who starts it.
      engineAgeSeconds: ageSeconds,
      processes: processSources(active, now),
      supervisorAgeSeconds: active === undefined ? Number.NaN : (now - Date.parse(active.writtenAt)) / 1000,
      machine: machineFigures(places.root),
      ledgerLag: ledgerLag(places.root, terms.run, engine),
    };
  }

  #do(act: HealthAct): void {
    if (act.kind === "cure") this.#cure(act.cure, act.why);
    else if (act.kind === "clear") this.#people.clear(act.cause);
    else {
      if (act.level === "critical") this.#count("escalate");
      this.#people.raise(act.level, act.cause, act.text);
    }
  }

  #cure(cure: Cure, why: string): void {
    const { places, log, parent } = this.#context;
    this.#count(cure.kind);
    if (cure.kind === "clean_up") {
      const freed = cleanUp(places.root, Date.now());
      log(
        "warning",
        `health: ${why}; ${(freed / MEGABYTE).toFixed(1)} MB of old logs and leftovers were removed`,
      );
      return;
    }
    const cause = cure.kind === "restart" ? cure.cause : "mute";
    log("warning", `health: ${why}; a ${cure.kind} of ${cure.id} is asked for`);
    parent.recover({ wish: cure.kind, id: cure.id, cause, why });
  }

  /** Execute's claim and our wish are brought together, whoever of the two has started anew meanwhile. */
  async #hold(): Promise<void> {
    const { told, isUp } = this.#engine;
    const { danger } = this.#healing;
    const isHeld = told?.claims.some(({ source }) => source === SOURCE) ?? false;
    if (!isUp || this.#isAsking || isHeld === (danger !== undefined)) return;
    this.#isAsking = true;
    try {
      const [verb, reason] =
        danger === undefined ? (["release", "all is well again"] as const) : (["hold", danger] as const);
      await this.#engine.control.ask({ verb, by: "monitor", reason }, ANSWER_WITHIN_MS);
      await this.#engine.ask();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    } finally {
      this.#isAsking = false;
    }
  }

  #count(action: string): void {
    this.#recoveries[action] = (this.#recoveries[action] ?? 0) + 1;
  }
}
