/** Follows the pages of one answer to their end: all of them or a reason, never half. */
import type { SourceAnswer, SourceBar } from "./bar-source.ts";
import type { Fetched, SourceClient, SourceRequest } from "./source-client.ts";

const PAGES_MAX = 1_000;

export interface BarsPage {
  readonly bars: readonly SourceBar[];
  /** Address of the next page, without a key; undefined on the last. A short or empty page may have one. */
  readonly next: string | undefined;
}

export async function allPages(
  client: SourceClient,
  first: string,
  request: (url: string) => SourceRequest<BarsPage>,
): Promise<SourceAnswer> {
  const bars: SourceBar[] = [];
  const seen = new Set<string>();
  for (let url: string | undefined = first; url !== undefined; ) {
    if (seen.has(url)) return { ok: false, why: "unreadable", reason: "the source repeats a page for ever" };
    if (seen.size === PAGES_MAX)
      return { ok: false, why: "unreadable", reason: `the source has more than ${PAGES_MAX} pages` };
    seen.add(url);
    const fetched: Fetched<BarsPage> = await client.get(request(url));
    if (!fetched.ok) return fetched;
    for (const bar of fetched.value.bars) bars.push(bar);
    url = fetched.value.next;
  }
  return { ok: true, bars };
}
