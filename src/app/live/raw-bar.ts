/** A bar of the feed as the gatekeeper takes it: what it does not judge is left out of the journal. */
import type { FeedBar } from "../../adapters/feeds/alpaca/records.ts";
import type { RawBar } from "../../market/gatekeeper.ts";

export const rawBar = ({ symbol, timestamp, open, high, low, close, volume }: FeedBar): RawBar => ({
  symbol,
  timestamp,
  open,
  high,
  low,
  close,
  volume,
});
