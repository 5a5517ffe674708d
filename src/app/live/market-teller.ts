/**
 * What ingest tells the other processes: minutes and halts, numbered and kept for whoever restarts, and told once they
 * are durable; ticks and the feed's state, which are worth nothing once they are old.
 */
import type { Link } from "../../adapters/bus/bus-terms.ts";
import type { LiveJournal } from "../../adapters/journal/live-journal.ts";
import { eventAt } from "../../domain/events.ts";
import type { MarketNews } from "../../engine/live-ingest.ts";
import { stageEventText } from "../../engine/stage-text.ts";
import { FrameKind } from "./frames.ts";
import { KeptTexts, sendKept } from "./kept-texts.ts";
import { toldLine } from "./stage-digest.ts";
import type { StageLog } from "./stage-log.ts";

export class MarketTeller {
  readonly #links = new Map<string, Link>();
  readonly #wantsTicks = new Set<string>();
  /** What nobody may miss. */
  readonly #told = new KeptTexts();
  readonly #log: StageLog;
  /** How many of those are durable, and were told. */
  #telling = 0;

  constructor(log: StageLog) {
    this.#log = log;
  }

  /** The number that the next minute or halt gets. */
  get next(): number {
    return this.#told.length;
  }

  up(link: Link): void {
    this.#links.set(link.peer.role, link);
    this.#send(link, Math.max(0, link.peer.resumeFrom), this.#telling);
  }

  down(link: Link): void {
    if (this.#links.get(link.peer.role) === link) this.#links.delete(link.peer.role);
  }

  wantsTicks(link: Link): void {
    this.#wantsTicks.add(link.peer.role);
  }

  /** As an earlier life of this run has told it. */
  replayed(event: MarketNews): void {
    this.#told.push(stageEventText(event));
    this.#telling = this.#told.length;
  }

  /** What a crash would have us forget must not be known elsewhere: its number would be given a second time. */
  tell(event: MarketNews, journal: LiveJournal): void {
    const text = stageEventText(event);
    const entry = journal.append("command", eventAt(event), toldLine(this.#told.length, text));
    this.#told.push(text);
    const known = this.#told.length;
    // A journal that failed promises nothing any more, but the market has to be heard of to leave what is held.
    journal.onDurable(entry, () => {
      for (const link of this.#links.values()) this.#send(link, this.#telling, known);
      this.#telling = Math.max(this.#telling, known);
    });
  }

  /** Of quotes, only the newest of an instrument counts. */
  tick(send: (link: Link) => void): void {
    for (const [role, link] of this.#links) if (this.#wantsTicks.has(role)) send(link);
  }

  /** The newest state under that key, to execute. */
  state(key: number, text: string): void {
    this.#links.get("execute")?.sendNewest(key, FrameKind.FeedState, text);
  }

  #send(link: Link, from: number, to: number): void {
    sendKept({ link, kind: FrameKind.Market, texts: this.#told, log: this.#log }, from, to);
  }
}
