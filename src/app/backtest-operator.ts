/**
 * The operator of a backtest. A latched halt is lifted by a person, and a backtest has none: this one resumes at
 * the first event of the next session, so that a run tells what every day of its period would have been like and
 * not only those before the first halt. What it does is an event like any other: journaled, replayed, counted.
 */
import type { EngineEvent, OperatorActed } from "../domain/events.ts";
import type { SessionTable } from "../domain/session.ts";
import { isKill } from "../engine/kill-mode.ts";
import type { EventSource } from "../engine/ports.ts";
import { SessionClock } from "../engine/session-clock.ts";
import type { SingleLoop } from "../engine/single-loop.ts";

export class BacktestOperator implements EventSource {
  readonly #source: EventSource;
  readonly #loop: SingleLoop;
  readonly #clock: SessionClock;
  #next: EngineEvent | undefined;

  constructor(source: EventSource, loop: SingleLoop, sessions: SessionTable) {
    this.#source = source;
    this.#loop = loop;
    this.#clock = new SessionClock(sessions);
  }

  next(): EngineEvent | undefined {
    const waiting = this.#next;
    if (waiting !== undefined) {
      this.#next = undefined;
      return waiting;
    }
    const event = this.#source.next();
    if (event?.kind !== "BarsClosed") return event;
    const { at } = event.bars;
    const isNewSession = this.#clock.advance(at);
    const { authorities, kill } = this.#loop.execute;
    // A kill that closes nothing never gets as far as HALTED: it stands as it was raised.
    const stands = kill.mode !== "flatten" && authorities.permission.claims.some(isKill);
    if (!isNewSession || !(stands || authorities.isAtLeast("HALTED"))) return event;
    this.#next = event;
    const resume: OperatorActed = {
      kind: "OperatorActed",
      at,
      action: "resume",
      by: "backtest",
      reason: "a new session: backtest.operatorResumes = next_session",
    };
    return resume;
  }
}
