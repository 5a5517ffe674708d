/** Follows the pages of one answer to their end: all of them or a reason, never half. */
import type { SourceAnswer, SourceBar, SourceFailure } from "./bar-source.ts";
import type { Fetched, SourceClient, SourceRequest } from "./source-client.ts";

const PAGES_MAX = 1_000;

interface Page {
  /** Address of the next page, without a key; undefined on the last. A short or empty page may have one. */
  readonly next: string | undefined;
}

export interface BarsPage extends Page {
  readonly bars: readonly SourceBar[];
}

export async function allPages(
  client: SourceClient,
  first: string,
  request: (url: string) => SourceRequest<BarsPage>,
): Promise<SourceAnswer> {
  const bars: SourceBar[] = [];
  const failure = await followPages(
    first,
    (url) => client.get(request(url)),
    (page) => {
      for (const bar of page.bars) bars.push(bar);
    },
  );
  return failure ?? { ok: true, bars };
}

/** `take` hears of each page in order; why it went no further, undefined at the end of the last. */
export async function followPages<Value extends Page>(
  first: string,
  get: (url: string) => Promise<Fetched<Value>>,
  take: (page: Value) => void,
): Promise<SourceFailure | undefined> {
  const seen = new Set<string>();
  for (let url: string | undefined = first; url !== undefined; ) {
    if (seen.has(url)) return { ok: false, why: "unreadable", reason: "the source repeats a page for ever" };
    if (seen.size === PAGES_MAX)
      return { ok: false, why: "unreadable", reason: `the source has more than ${PAGES_MAX} pages` };
    seen.add(url);
    const fetched: Fetched<Value> = await get(url);
    if (!fetched.ok) return fetched;
    take(fetched.value);
    url = fetched.value.next;
  }
  return undefined;
}
