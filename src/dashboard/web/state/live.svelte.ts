/**
 * The stream of pictures: connects, connects again, and says how old what it has is. The screen follows it at most
 * four times a second, however fast it is told.
 */
import type { LinkPicture, Picture } from "../../contract/picture.ts";
import { type Ages, figuresAge, freshness } from "./freshness.ts";

const beatMs = 250;
const againMs = 2000;
/** A line that carries no picture for so long is left for a new one. */
const deadAfterMs = 10_000;

class Live {
  picture = $state.raw<Picture | null>(null);
  /** Monotonic milliseconds; moves four times a second, so that ages are counted on the screen. */
  now = $state(performance.now());
  isConnected = $state(false);
  #receivedAt = $state<number | null>(null);
  #waiting: Picture | null = null;
  #triedAt = 0;
  #source: EventSource | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;
  /** Asked when the stream breaks: it cannot tell an ended session from a dead server. */
  #whenBroken: () => void = () => undefined;

  readonly #ages = $derived<Ages>({
    silentMs: this.#receivedAt === null ? null : Math.max(0, this.now - this.#receivedAt),
    engine: this.picture?.engine ?? null,
    hasLevel: (this.picture?.permission.level ?? null) !== null,
  });
  readonly freshness = $derived(freshness(this.#ages));
  /** The level, while it is known. */
  readonly level = $derived(this.freshness === "lost" ? null : (this.picture?.permission.level ?? null));
  /** The connection to market data, when it is what makes figures old. */
  readonly silentFeed = $derived<LinkPicture | null>(
    this.picture?.links.find((link) => link.id.startsWith("feed") && link.state === "down") ?? null,
  );
  /** Of what is shown, milliseconds: of execute's answer, or of market data where that is older. */
  readonly ageMs = $derived(Math.max(figuresAge(this.#ages), this.silentFeed?.ageMs ?? 0));
  readonly isStale = $derived(
    this.freshness === "stale" || this.freshness === "lost" || this.silentFeed !== null,
  );
  /** Of the exchange, milliseconds since 1970; stands still while nothing arrives. */
  readonly exchangeNow = $derived.by(() => {
    if (this.picture === null) return null;
    const passed = this.freshness === "fresh" ? (this.#ages.silentMs ?? 0) * this.picture.speed : 0;
    return Date.parse(this.picture.at) + passed;
  });

  /** Of the exchange: when what is shown was so. */
  readonly asOf = $derived(
    this.picture === null
      ? null
      : Date.parse(this.picture.at) - (this.silentFeed?.ageMs ?? 0) * this.picture.speed,
  );

  /** Ages are counted from here on, connected or not. */
  start(whenBroken: () => void): void {
    this.#whenBroken = whenBroken;
    this.#beat ??= setInterval(() => this.#tick(), beatMs);
  }

  /** Nothing is asked for any more; what is shown grows old. */
  disconnect(): void {
    this.#drop();
    this.isConnected = false;
  }

  /** Now, not in two seconds. */
  connect(): void {
    this.#drop();
    const source = new EventSource("/api/stream");
    this.#source = source;
    this.#triedAt = performance.now();
    source.addEventListener("open", () => {
      this.isConnected = true;
    });
    source.addEventListener("picture", (event: MessageEvent<string>) => this.#take(event.data));
    source.addEventListener("error", () => {
      if (this.#source !== source) return;
      this.#drop();
      this.isConnected = false;
      this.#whenBroken();
      this.#again = setTimeout(() => this.connect(), againMs);
    });
  }

  #take(data: string): void {
    this.#waiting = JSON.parse(data) as Picture;
    if (this.picture === null) this.#tick();
  }

  #tick(): void {
    this.now = performance.now();
    if (this.#waiting === null) {
      this.#leaveDeadLine();
      return;
    }
    this.picture = this.#waiting;
    this.#receivedAt = this.now;
    this.#waiting = null;
  }

  /** After a sleep a line may look open and carry nothing. */
  #leaveDeadLine(): void {
    const heard = Math.max(this.#triedAt, this.#receivedAt ?? 0);
    if (this.#source !== null && this.now - heard > deadAfterMs) this.connect();
  }

  #drop(): void {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = null;
  }
}

export const live = new Live();
