/** A small press of its own: a few invented stories a session, the same for a seed, with no bearing on prices. */
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { createRng } from "../numerics/rng.ts";
import type { Listing, PriceSource } from "./prices/price-source.ts";

export interface Story {
  readonly id: number;
  readonly headline: string;
  readonly summary: string;
  readonly content: string;
  readonly author: string;
  readonly url: string;
  readonly source: string;
  readonly symbols: readonly string[];
  readonly createdAt: EpochMicros;
}

const MOST_A_DAY = 6;
const subjects = [
  "names a new head of operations",
  "opens a second plant",
  "confirms its outlook for the year",
  "is added to a regional index",
  "extends a supply contract",
  "sets the date of its annual meeting",
] as const;

export class NewsDesk {
  readonly #source: PriceSource;
  readonly #seed: number;

  constructor(source: PriceSource, seed: number) {
    this.#source = source;
    this.#seed = seed;
  }

  /** Stories of a day, oldest first. */
  stories(day: DayNumber): readonly Story[] {
    const hours = this.#source.hours(day);
    const { listings } = this.#source;
    if (hours === undefined || listings.length === 0) return [];
    const rng = createRng(this.#seed, "news").fork(String(day));
    const minutes = (hours.to - hours.from) / MICROS_PER_MINUTE;
    const count = 1 + rng.integer(MOST_A_DAY);
    const stories = Array.from({ length: count }, (_, i) => {
      const listing = listings[rng.integer(listings.length)] as Listing;
      const subject = subjects[rng.integer(subjects.length)] ?? subjects[0];
      const at = hours.from + rng.integer(Math.max(1, minutes)) * MICROS_PER_MINUTE;
      return story(day * MOST_A_DAY + i, listing, subject, at as EpochMicros);
    });
    return stories.sort((a, b) => a.createdAt - b.createdAt);
  }
}

function story(id: number, { symbol, name }: Listing, subject: string, createdAt: EpochMicros): Story {
  return {
    id,
    headline: `${name} ${subject}`,
    summary: `${name} (${symbol}) ${subject}, the company said.`,
    content: `<p>${name} (${symbol}) ${subject}, the company said in a statement.</p>`,
    author: "Twin Press",
    url: `https://news.invalid/${id}`,
    source: "twin",
    symbols: [symbol],
    createdAt,
  };
}
