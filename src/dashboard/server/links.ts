/** The lines that trading hangs on, each with its age and its deadline: what the watchdog sees and what runs. Pure. */
import type { ActiveRun } from "../../app/live/active-run.ts";
import type { EnginePicture } from "../../app/live/engine-picture.ts";
import type { Light, LinkPicture } from "../contract/picture.ts";
import { engineLight } from "./picture.ts";

/** Channels of the watchdog, as people call them. */
const channels: readonly (readonly [id: string, label: string])[] = [
  ["data", "Data line"],
  ["trade-updates", "Order updates"],
  ["broker", "Broker"],
  ["ingest", "Ingest"],
  ["compute", "Compute"],
  ["guardian", "Guardian"],
];
const SEVERE: ReadonlySet<string> = new Set(["down", "engine-dead", "blind", "feed-down"]);

export function linksOf(
  engine: EnginePicture | undefined,
  ageMs: number | null,
  active: Pick<ActiveRun, "processes"> | undefined,
): LinkPicture[] {
  const isKnown = engineLight(ageMs) !== "down";
  return [
    feedLink(engine, isKnown),
    ...channels.map((channel) => channelLink(channel, engine, isKnown, active)),
  ];
}

function feedLink(engine: EnginePicture | undefined, isKnown: boolean): LinkPicture {
  const line = { id: "feed", label: "Market data" };
  const feed = engine?.feed;
  if (!isKnown || feed === null || feed === undefined)
    return { ...line, state: "off", ageMs: null, deadlineMs: null, text: "not known" };
  const { messageAgeMs: ageMs, cadenceMs: deadlineMs, reason } = feed;
  const state: Light = feed.line === "down" ? "down" : ageMs > deadlineMs ? "late" : "ok";
  const text = feed.line === "down" ? reason : `${feed.symbols} symbols, ${feed.rejected} records refused`;
  return { ...line, state, ageMs, deadlineMs, text };
}

function channelLink(
  [id, label]: readonly [string, string],
  engine: EnginePicture | undefined,
  isKnown: boolean,
  active: Pick<ActiveRun, "processes"> | undefined,
): LinkPicture {
  const line = { id, label };
  const child = active?.processes.find((each) => each.id === id);
  if (child !== undefined && child.state !== "ready" && child.state !== "starting")
    return { ...line, state: "down", ageMs: null, deadlineMs: null, text: `the process is ${child.state}` };
  const reason = engine?.watchdog?.reasons.find(({ channel }) => channel === id);
  if (!isKnown || engine?.watchdog === null || engine === undefined)
    return { ...line, state: "off", ageMs: null, deadlineMs: null, text: "not known" };
  if (reason === undefined)
    return { ...line, state: "ok", ageMs: null, deadlineMs: null, text: "within its deadline" };
  const { what, ageMs, deadlineMs } = reason;
  const state = SEVERE.has(what) ? "down" : "late";
  return { ...line, state, ageMs, deadlineMs, text: what.replaceAll("-", " ") };
}
