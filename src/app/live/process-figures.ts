/** What the execute process knows around its stage, for an answer to `metrics`; and the beats of its peers. */
import type { AlpacaBroker } from "../../adapters/brokers/alpaca/broker.ts";
import type { Link } from "../../adapters/bus/bus-terms.ts";
import type { LiveJournal } from "../../adapters/journal/live-journal.ts";
import type { ExecuteDriver } from "./execute-driver.ts";
import type { GaugeReads } from "./execute-gauges.ts";
import type { FeedState } from "./ingest-process.ts";
import type { WatchPost } from "./watch-post.ts";

export interface FigureParts {
  readonly journal: LiveJournal;
  readonly driver: ExecuteDriver;
  readonly broker: AlpacaBroker;
  readonly post: WatchPost;
  readonly feed: FeedState | undefined;
  readonly ingest: Link | undefined;
  readonly compute: Link | undefined;
  /** NaN before its first beat. */
  readonly guardianAgeMs: number;
}

export function processFigures(parts: FigureParts): GaugeReads {
  const { driver, broker, post, feed, ingest, compute } = parts;
  const journal = { ...parts.journal.health(), next: parts.journal.nextSequence };
  return {
    ...{ feed, journal, verdict: post.duty.verdict, budget: broker.budget, skewMs: post.skewMs },
    queues: [
      { queue: "journal", depth: journal.pending },
      { queue: "requests", depth: driver.held },
      { queue: "broker", depth: broker.queued },
      { queue: "deferred", depth: driver.live.deferred.waiting.length },
      { queue: "compute", depth: compute?.lastBeat?.pending ?? 0 },
    ],
    beatAges: {
      ...{ ingest: ingest?.beatAgeMs(), compute: compute?.beatAgeMs(), guardian: parts.guardianAgeMs },
      "trade-updates": broker.isUp ? broker.pulseAgeMs : undefined,
    },
  };
}

/** Hands each beat of a peer on once, with the moment at which it came. */
export class PeerBeats {
  readonly #heard = new Map<string, bigint>();

  /** `undefined` when there is no new one. `mono` is now. */
  of(channel: string, link: Link | undefined, mono: number) {
    if (link?.lastBeat === undefined || this.#heard.get(channel) === link.lastBeat.atNs) return undefined;
    this.#heard.set(channel, link.lastBeat.atNs);
    return { ...link.lastBeat, heardMs: mono - link.beatAgeMs() };
  }
}
