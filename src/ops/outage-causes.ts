/**
 * What a claim that bars the whole account means for the able minutes: somebody's intention, or an outage and whose
 * (RELIABILITY 6.5). By the source of the claim; the watchdog's names what was silent.
 */
import { type ClaimLevel, claimLevels, END_OF_RUN } from "../domain/claim.ts";
import { breakers } from "../risk/breaker-registry.ts";
import type { OutageCause } from "./able-minutes.ts";

const barring = claimLevels.indexOf("NO_NEW_ENTRIES");
const breakerIds: readonly string[] = breakers.map(({ id }) => id);

/** Bars on purpose: everything else that bars is an outage. Breakers are told by whoever knows them. */
const intended = ["operator", END_OF_RUN];

const bySource: Readonly<Record<string, OutageCause>> = {
  broker_errors: "broker",
  broker_refuses_key: "broker",
  account_restricted: "broker",
  "round-trips": "broker",
  certificate: "network",
  corporate_actions: "feed",
};

/** The watchdog's channels: `forwarding`, `ingest`, `compute` and `guardian` are processes of ours. */
const byChannel: Readonly<Record<string, OutageCause>> = {
  data: "feed",
  feed: "feed",
  stamps: "feed",
  "trade-updates": "broker",
  broker: "broker",
};

/** Of a claim on the whole account; undefined for what bars no entry, or on purpose. */
export function outageCause({
  source,
  reason,
  level,
}: {
  readonly source: string;
  readonly reason: string;
  readonly level: string;
}): OutageCause | undefined {
  if (claimLevels.indexOf(level as ClaimLevel) < barring) return undefined;
  if (intended.includes(source) || breakerIds.includes(source)) return undefined;
  return source === "watchdog" ? causeOfSilence(reason) : (bySource[source] ?? "own");
}

/** `S1: broker silent 6000 of 5000 ms, feed stale 31000 of 30000 ms`: every channel that it names. */
function causeOfSilence(reason: string): OutageCause {
  const named = [
    ...reason.matchAll(
      /([\w-]+) (?:silent|stale|stuck|down|flapping|engine-dead|blind|feed-down|recovering)\b/g,
    ),
  ];
  const causes = new Set(named.map(([, channel = ""]) => byChannel[channel] ?? "own"));
  if (causes.size === 0 || causes.has("own")) return "own";
  return causes.size > 1 ? "network" : ([...causes][0] ?? "own");
}
