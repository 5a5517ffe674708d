/**
 * Does what people ask about alerts and errors, and writes down who asked (I-40); and takes the digest of a day to
 * them. Never throws.
 */
import { AlertStore, alertsPath } from "../../adapters/alerts/alert-store.ts";
import { markAllResolved, markResolved } from "../../adapters/ledger/error-marks.ts";
import { ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { InputError } from "../../domain/assert.ts";
import type { AlertWatch } from "./alert-watch.ts";
import { type AskAnswer, answerAsk, type MonitorAsk, readAsks } from "./monitor-asks.ts";

export interface AskPlace {
  readonly root: string;
  readonly watch: Pick<AlertWatch, "desk" | "test" | "letter">;
  readonly store: AlertStore;
  readonly nowMs: number;
}

/** Each one is a mail and a paid SMS, and a phone that is full of tests is not looked at. */
const TESTS_MAX = 5;
const TESTS_WITHIN_MS = 600_000;

type Digest = Extract<MonitorAsk, { readonly kind: "digest" }>;
type PersonsAsk = Exclude<MonitorAsk, Digest>;

/** All that lies there now. */
export function hearAsks(place: AskPlace): void {
  for (const ask of readAsks(place.root)) {
    const answer = ask.kind === "digest" ? handedOver(ask, place) : doAsk(ask, place);
    if (answer !== undefined) answerAsk(place.root, ask, answer);
  }
}

export function doAsk(ask: PersonsAsk, place: AskPlace): AskAnswer {
  try {
    const text = done(ask, place);
    const { id, by: who, reason } = ask;
    const said = { id, atMs: place.nowMs, who, reason };
    if (ask.kind === "acknowledge")
      place.store.addAct({ ...said, action: "acknowledge-alert", subject: `${ask.incident}` });
    else if (ask.kind === "resolve")
      place.store.addAct({ ...said, action: "resolve-error", subject: `${ask.error}` });
    else if (ask.kind === "resolve-all")
      place.store.addAct({
        ...said,
        action: "resolve-error",
        subject: `${text.split(" ")[0]} of ${ask.group}`,
      });
    else place.store.addAct({ ...said, action: "test-alerts", subject: ask.channel ?? "all" });
    return { ok: true, text };
  } catch (error) {
    if (error instanceof InputError) return { ok: false, text: error.message };
    return { ok: false, text: `not done: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Without a running system: the line is marked, and the audit hears of it from the next monitor. */
export function resolveOffline(
  root: string,
  { id, by: who, reason, error }: Extract<MonitorAsk, { readonly kind: "resolve" }>,
  nowMs: number,
): string {
  markResolved(ledgerPlaces(root).performance, { id: error, by: who, at: new Date(nowMs).toISOString() });
  const store = new AlertStore(alertsPath(root), () => undefined);
  try {
    store.addAct({ id, atMs: nowMs, who, reason, action: "resolve-error", subject: `${error}` });
  } finally {
    store.close();
  }
  return `error ${error} is resolved`;
}

/** Nobody asks for it again by hand: it stays where it is until it stands in alerts.db. Undefined: it stays. */
function handedOver({ id, by, letter }: Digest, { watch, store }: AskPlace): AskAnswer | undefined {
  try {
    watch.letter(id, by, letter);
    return store.owed === 0 ? { ok: true, text: `${id} is handed over` } : undefined;
  } catch {
    return undefined;
  }
}

function done(ask: PersonsAsk, { root, watch, store, nowMs }: AskPlace): string {
  switch (ask.kind) {
    case "acknowledge":
      if (watch.desk.acknowledge(ask.incident, ask.by, nowMs)) return `alert ${ask.incident} is acknowledged`;
      throw new InputError(
        `alerts: ${ask.incident} is no open alert: it is acknowledged or over; see: plimsoll alerts ls`,
        1,
      );
    case "resolve":
      markResolved(ledgerPlaces(root).performance, {
        ...{ id: ask.error, by: ask.by, at: new Date(nowMs).toISOString() },
      });
      return `error ${ask.error} is resolved`;
    case "resolve-all": {
      const [{ errors: ids, by }, at] = [ask, new Date(nowMs).toISOString()];
      const count = markAllResolved(ledgerPlaces(root).performance, { ids, by, at });
      return `${count} errors are resolved`;
    }
    case "test": {
      const all = watch.desk.channels.all.map(({ id }) => id);
      const channels = ask.channel === undefined ? all : all.filter((id) => id === ask.channel);
      if (channels.length === 0)
        throw new InputError(
          `alerts: channel ${ask.channel ?? ""} is not switched on; there are ${all.join(", ") || "none"}`,
          2,
        );
      const oldest = store.actsSince("test-alerts", nowMs - TESTS_WITHIN_MS).at(-TESTS_MAX);
      if (oldest !== undefined) {
        const seconds = Math.ceil((oldest + TESTS_WITHIN_MS - nowMs) / 1000);
        throw new InputError(
          `alerts: ${TESTS_MAX} tests left within ${TESTS_WITHIN_MS / 60_000} min; the next one may in ${seconds} s`,
          3,
        );
      }
      watch.test(ask.id, channels, `asked for by ${ask.by}`);
      return `a test leaves by ${channels.join(", ")}`;
    }
  }
}
