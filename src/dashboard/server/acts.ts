/**
 * Does what the page asks (ADMIN-1): one command, one answer, however often it is sent. What tightens needs the session
 * alone and is never refused for its age; what loosens needs the key and the phrase again.
 *
 * DA-1  A halt is answered whether execute answers or not: without its word within a second the HALT file is made,
 *       which execute and the guardian obey.
 * DA-2  A session without the key tightens and loosens nothing.
 */
import type { ControlQuestion } from "../../app/live/control-client.ts";
import type { ControlAnswer } from "../../app/live/control-words.ts";
import { writeHaltFile } from "../../app/live/halt-file.ts";
import { InputError } from "../../domain/assert.ts";
import type { KillMode } from "../../domain/kill-mode.ts";
import type { ActAnswer } from "../contract/acts.ts";
import { type ActWords, type LooseningAct, loosens, phraseOf } from "./act-words.ts";
import type { AuditTrail } from "./audit-trail.ts";
import type { KeyGuard } from "./key-guard.ts";
import type { RunningPorts } from "./ports.ts";

export interface ActTerms {
  ask(question: ControlQuestion, withinMs: number, id: string): Promise<ControlAnswer>;
  /** Folder of the HALT file. */
  readonly killSwitch: string;
  readonly killMode: KillMode;
  readonly guard: KeyGuard;
  readonly trail: AuditTrail;
  readonly ports: RunningPorts;
  /** `dashboard:<user of the system>`. */
  readonly by: string;
  readonly wallIso: () => string;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
}

export interface Acted {
  readonly status: 200 | 400 | 401 | 409 | 429 | 503;
  readonly answer: ActAnswer;
}

/** As configured (RISK-3): who halts must not believe that something is closed when it is not. */
const haltDoes: Readonly<Record<KillMode, string>> = {
  flatten: "Everything is cancelled and closed.",
  cancel: "Entries are taken back and barred; positions stay open (kill.mode cancel).",
  halt_only: "Entries are barred; nothing is cancelled or closed (kill.mode halt_only).",
};
const HALT_WITHIN_MS = 1000;
const ANSWER_WITHIN_MS = 3000;
/** Commands whose answers are kept, so that a second click gets the first one's. */
const KEPT = 500;

export class Acts {
  readonly #terms: ActTerms;
  readonly #done = new Map<string, { readonly words: string; readonly acted: Promise<Acted> }>();

  constructor(terms: ActTerms) {
    this.#terms = terms;
  }

  async act(act: ActWords): Promise<Acted> {
    // The key is no part of the command: who gives a wrong one may send the same command again.
    const words = JSON.stringify(loosens(act) ? { ...act, key: "" } : act);
    const earlier = this.#done.get(act.id);
    if (earlier !== undefined)
      return earlier.words === words
        ? earlier.acted
        : refused(409, `command ${act.id} was another one; make a new id`);
    if (loosens(act)) {
      const barred = await this.#notAllowed(act);
      if (barred !== undefined) return barred;
    }
    const acted = this.#do(act);
    this.#done.set(act.id, { words, acted });
    for (const id of this.#done.keys()) {
      if (this.#done.size <= KEPT) break;
      this.#done.delete(id);
    }
    const result = await acted;
    // What did not happen may be tried again.
    if (result.answer.kind === "refused") this.#done.delete(act.id);
    return result;
  }

  async #notAllowed(act: LooseningAct): Promise<Acted | undefined> {
    const { guard, trail, by, pause } = this.#terms;
    const phrase = phraseOf(act);
    if (act.phrase !== phrase) {
      trail.note({ what: "request-refused", by, reason: `${act.verb}: another phrase` });
      return refused(400, `${act.verb}: type "${phrase}" to confirm; what was typed is not that`);
    }
    const verdict = guard.judge(act.key);
    if (verdict.kind === "right") return undefined;
    trail.note({ what: "key-refused", by, reason: `${act.verb}: ${verdict.kind} key` });
    if (verdict.kind === "locked") return refused(429, lockedText(verdict.waitSeconds));
    await pause(verdict.delayMs);
    return refused(401, `${act.verb}: the key is wrong; plimsoll dashboard shows it again`);
  }

  async #do(act: ActWords): Promise<Acted> {
    try {
      if (act.verb === "halt") return await this.#halt(act);
      const question = questionOf(act, this.#terms.by);
      return question === undefined ? await this.#run(act) : await this.#asked(act, question);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (error.exitCode === 1) return refused(503, error.message);
      return refused(error.exitCode === 2 ? 400 : 409, error.message);
    }
  }

  async #asked(act: ActWords, question: ControlQuestion): Promise<Acted> {
    const answer = await this.#terms.ask(question, ANSWER_WITHIN_MS, act.id);
    // Execute writes down what it refuses, whoever asked.
    if (answer.kind === "refused") return refused(answer.exitCode === 2 ? 400 : 409, answer.reason);
    return accepted(act.id, `${act.verb}: accepted.`);
  }

  async #halt({ id, reason }: ActWords): Promise<Acted> {
    const { ask, killSwitch, by, trail, wallIso } = this.#terms;
    try {
      const answer = await ask({ verb: "halt", by, reason }, HALT_WITHIN_MS, id);
      if (answer.kind === "accepted")
        return accepted(id, `Halt: accepted. ${haltDoes[this.#terms.killMode]}`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
    try {
      const path = writeHaltFile(killSwitch, `${by}: ${reason}`, wallIso());
      trail.keep({ what: "halt-file", by, reason: `${id}: ${reason}` });
      return accepted(
        id,
        `Execute did not take the halt within 1 s, so the file ${path} was made: execute obeys it as soon as it ` +
          `runs, and the guardian without it. ${haltDoes[this.#terms.killMode]}`,
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return refused(503, `Not halted: execute does not answer and the HALT file cannot be made (${why}).`);
    }
  }

  async #run(act: ActWords): Promise<Acted> {
    const { ports, by, trail } = this.#terms;
    const text = await performed(act, ports, by);
    if (text === undefined)
      return refused(503, `${act.verb}: ${absent[act.verb] ?? "is not part of this system"}`);
    // What is done about alerts and errors, the monitor tells the audit itself.
    if (act.verb === "run-task") trail.note({ what: act.verb, by, reason: `${act.task}: ${act.reason}` });
    return accepted(act.id, text);
  }
}

export const lockedText = (seconds: number): string =>
  `Too many wrong keys: nobody is let in for ${seconds} s. Halting needs no key.`;

/** What execute is asked; undefined for what is none of its business. */
function questionOf(act: ActWords, by: string): ControlQuestion | undefined {
  const { reason } = act;
  switch (act.verb) {
    case "pause":
    case "resume":
    case "flatten":
    case "halt":
      return { verb: act.verb, by, reason };
    case "flatten-symbol":
      return { verb: "flatten", by, reason, symbol: act.symbol };
    case "close":
      return { verb: "close", by, reason, symbol: act.symbol };
    case "enable":
    case "disable":
      return { verb: act.verb, by, reason, strategy: act.strategy };
    case "override":
      return { verb: "override", by, reason, key: act.key, value: act.value, forSeconds: act.forSeconds };
    default:
      return undefined;
  }
}

const absent: Readonly<Partial<Record<ActWords["verb"], string>>> = {
  "resolve-error": "nothing here can resolve errors yet; use: plimsoll errors resolve ID",
  "resolve-errors": "nothing here can resolve errors yet; use: plimsoll errors resolve ID",
  "acknowledge-alert": "nothing here keeps alerts yet",
  "test-alerts": "nothing here sends alerts yet",
  "run-task": "nothing here runs tasks yet",
};

/** What was done; undefined where nobody can do it. */
async function performed(act: ActWords, ports: RunningPorts, by: string): Promise<string | undefined> {
  const { reason } = act;
  switch (act.verb) {
    case "resolve-error":
      return ports.errors?.resolve(act.error, by, reason);
    case "resolve-errors":
      return ports.errors?.resolveAll(act.errors, act.group, by, reason);
    case "acknowledge-alert":
      return ports.alerts?.acknowledge(act.alert, by, reason);
    case "test-alerts":
      return ports.alerts?.test(by, reason);
    case "run-task":
      return ports.jobs?.run(act.task, by, reason);
    default:
      return undefined;
  }
}

const accepted = (auditId: string, text: string): Acted => ({
  status: 200,
  answer: { kind: "accepted", auditId, text },
});

const refused = (status: Acted["status"], text: string): Acted => ({
  status,
  answer: { kind: "refused", text },
});
