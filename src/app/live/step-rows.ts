/**
 * What the journal keeps of a step of the execute stage besides its input: what the broker's news meant, the notes, the
 * commands, the alerts, a checkpoint now and then. The process writes these rows and a replay compares them, so both
 * have them from here (LEDGER-2).
 */
import type { AlertRow, JournalRow } from "../../adapters/journal/journal-terms.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { commandText, eventText } from "../../engine/event-text.ts";
import type { LiveExecute } from "../../engine/live-execute.ts";
import type { Alarm } from "../../execution/reconciliation-facts.ts";
import { checkpoint, executeDigest } from "./stage-digest.ts";

export class StepRows {
  readonly #run: string;
  readonly #live: LiveExecute;
  #claims = -1;

  constructor(run: string, live: LiveExecute) {
    this.#run = run;
    this.#live = live;
  }

  /** Of the last step, which was the `inputs`th of the run, in the order in which they are written. */
  of(inputs: number, at: EpochMicros): JournalRow[] {
    const { commands, brokerEvents, notes, flattenNotes } = this.#live.output;
    const entry = (part: "command" | "note", payload: string): JournalRow => ({
      kind: "entry",
      part,
      at,
      payload,
    });
    const rows = [
      ...brokerEvents.map((event) => entry("note", `event ${eventText(event)}`)),
      ...notes.map((note) => entry("note", `life ${JSON.stringify(note)}`)),
      ...flattenNotes.map((note) => entry("note", `flatten ${JSON.stringify(note)}`)),
      ...commands.map((command) => entry("command", commandText(command))),
      // In the transaction of what it tells of: no change of state without its alert (C-60).
      ...this.alerts(inputs, at),
    ];
    const digest = checkpoint("execute", inputs, () => executeDigest(this.#live));
    if (digest !== undefined) rows.push(entry("note", digest));
    const { authorities } = this.#live.stage;
    if (authorities.version !== this.#claims) {
      this.#claims = authorities.version;
      rows.push({ kind: "claims", rows: authorities.permission.claims });
    }
    return rows;
  }

  /** Only what people must hear of. */
  alerts(inputs: number, at: EpochMicros): JournalRow[] {
    const { alarms } = this.#live.output;
    return alarms.map((alarm, n) => this.alert(alarm, at, `${inputs}-${n}`));
  }

  /** `name` is its own within the run. */
  alert({ severity, text }: Alarm, at: EpochMicros, name: string): JournalRow {
    const row: AlertRow = {
      id: `${this.#run}-${name}`,
      at,
      level: severity === "page" ? "critical" : "warning",
      cause: text.replaceAll(/[\d.]+/g, "#").slice(0, 120),
      text,
      state: "waiting",
      attempts: 0,
      nextAt: at,
      deliveredAt: undefined,
      channel: undefined,
    };
    return { kind: "alert", row };
  }
}

/** True for a note of a step; others are the process's own and follow from no input. */
export const isOfStep = (note: string): boolean => /^(?:event|life|flatten|digest) /.test(note);

/** Every list that the last step filled, emptied for the next. */
export function emptyOutput({ output }: LiveExecute): void {
  for (const list of Object.values(output) as unknown[][]) list.length = 0;
}
