/**
 * What we want to hear, as a set that only the owner changes (DATA-7). An acknowledgement says what the other side
 * sends; it never says what we want: a client that took it for that lost its second symbol when the line dropped
 * between two quick requests. What is refused is taken out by name, so that one bad symbol cannot silence the rest.
 */

export const feedChannels = [
  "bars",
  "updatedBars",
  "dailyBars",
  "statuses",
  "lulds",
  "quotes",
  "trades",
] as const;
export type FeedChannel = (typeof feedChannels)[number];

/** One symbol on one channel; "*" is every symbol. */
export interface Wish {
  readonly channel: FeedChannel;
  readonly symbol: string;
}

export interface Step {
  readonly action: "subscribe" | "unsubscribe";
  readonly wishes: readonly Wish[];
}

/** How often the same missing wishes are asked for before they count as refused. */
const ASKS_MAX = 3;

export class Subscriptions {
  readonly #wanted = new Map<string, Wish>();
  #heard = new Set<string>();
  #outstanding: Step | undefined;
  /** Wishes per request: halves when a request is refused, so that the bad one is found. */
  #most = Number.POSITIVE_INFINITY;
  readonly #asks = new Map<string, number>();

  add(wish: Wish): void {
    this.#wanted.set(keyOf(wish), wish);
  }

  remove(wish: Wish): void {
    this.#wanted.delete(keyOf(wish));
  }

  get wanted(): readonly Wish[] {
    return [...this.#wanted.values()];
  }

  /** A request is under way and was not answered. */
  get isAsking(): boolean {
    return this.#outstanding !== undefined;
  }

  /** Everything wanted is heard. */
  get isComplete(): boolean {
    return this.#outstanding === undefined && this.#missing().length === 0;
  }

  /** A new line: nothing is heard on it. */
  restart(): void {
    this.#heard = new Set();
    this.#outstanding = undefined;
    this.#asks.clear();
    this.#most = Number.POSITIVE_INFINITY;
  }

  /** The next request to send; undefined while one is under way or nothing is to be asked. */
  next(): Step | undefined {
    if (this.#outstanding !== undefined) return undefined;
    const surplus = [...this.#heard].filter((key) => !this.#wanted.has(key)).map(wishOf);
    const missing = this.#missing().slice(0, this.#most);
    if (missing.length > 0) this.#outstanding = { action: "subscribe", wishes: missing };
    else if (surplus.length > 0) this.#outstanding = { action: "unsubscribe", wishes: surplus };
    return this.#outstanding;
  }

  /** The other side told all that it sends. Returns the wishes that it keeps ignoring: they are given up. */
  acknowledged(sets: Readonly<Partial<Record<FeedChannel, readonly string[]>>>): readonly Wish[] {
    const asked = this.#outstanding;
    this.#outstanding = undefined;
    this.#heard = new Set(
      feedChannels.flatMap((channel) => (sets[channel] ?? []).map((symbol) => keyOf({ channel, symbol }))),
    );
    if (asked?.action !== "subscribe") return [];
    return asked.wishes.filter((wish) => {
      const key = keyOf(wish);
      if (this.#heard.has(key) || !this.#wanted.has(key)) return false;
      const asks = (this.#asks.get(key) ?? 0) + 1;
      this.#asks.set(key, asks);
      return asks >= ASKS_MAX && this.#wanted.delete(key);
    });
  }

  /**
   * The request under way was refused as a whole. One wish: it is given up and returned. More: the next requests are
   * smaller, until the refused ones stand alone.
   */
  refused(): Wish | undefined {
    const asked = this.#outstanding;
    this.#outstanding = undefined;
    if (asked === undefined) return undefined;
    if (asked.wishes.length > 1) {
      this.#most = Math.ceil(asked.wishes.length / 2);
      return undefined;
    }
    const [wish] = asked.wishes;
    if (wish === undefined) return undefined;
    if (asked.action === "subscribe") this.#wanted.delete(keyOf(wish));
    else this.#heard.delete(keyOf(wish));
    return wish;
  }

  /** In the order of the channels, then of the wishes: what matters most is asked first when room is scarce. */
  #missing(): Wish[] {
    return [...this.#wanted.values()]
      .filter((wish) => !this.#heard.has(keyOf(wish)))
      .toSorted((a, b) => feedChannels.indexOf(a.channel) - feedChannels.indexOf(b.channel));
  }
}

const keyOf = ({ channel, symbol }: Wish): string => `${channel} ${symbol}`;

function wishOf(key: string): Wish {
  const space = key.indexOf(" ");
  return { channel: key.slice(0, space) as FeedChannel, symbol: key.slice(space + 1) };
}
