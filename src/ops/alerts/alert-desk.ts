/**
 * Where alerts become incidents, messages and deliveries (OPS-4, C-60, C-61). It decides and writes down;
 * who sends asks it what is due and tells it what came of it. It knows no clock and no network.
 *
 * AD-1  An alert is in exactly one incident, and an incident of critical or warning level has a message; an
 *        alert that was read twice counts once.
 * AD-2  Of one message a channel has one delivery. It ends as delivered once, as failed (never a critical
 *        one), or withdrawn: only a repetition that an acknowledgement has made idle, or an older test.
 *        A letter is told once, whoever hands it over again under its id.
 * AD-3  A delivery is marked as begun, durably, before a byte leaves; one that was begun and not settled
 *        when the process died is sent again under the same id.
 * AD-4  Of what is due on a channel the most urgent goes first, then the oldest; one at a time.
 */

import {
  type AlertRecord,
  type Delivery,
  type Incident,
  type Letter,
  type Message,
  type MessageKind,
  type RaisedAlert,
  type RecordedAlerts,
  type SendResult,
  type SourcePosition,
  urgency,
} from "../../domain/alert.ts";
import { type AlertPolicy, letterChannels, plannedChannels, retryAfterMs } from "./alert-policy.ts";
import { ChannelBook } from "./channel-book.ts";
import { folded, incidentKey, isQuiet, messageDue, opened } from "./incident-folding.ts";

/** One attempt that is to be made. */
export interface DueSend {
  readonly message: Message;
  readonly incident: Incident;
  readonly channel: string;
  readonly attempt: number;
}

export class AlertDesk {
  readonly #policy: AlertPolicy;
  readonly #record: AlertRecord;
  readonly #name: string;
  readonly channels: ChannelBook;
  readonly #incidents = new Map<number, Incident>();
  /** Incidents that alerts of a key fold into. */
  readonly #byKey = new Map<string, number>();
  /** Messages with a delivery that has not ended. */
  readonly #messages = new Map<string, Message>();
  readonly #busy = new Set<string>();
  #lastIncident: number;
  #lastMessage: number;

  /** `name` makes the ids of messages unique among systems that tell the same person. */
  constructor(name: string, policy: AlertPolicy, record: AlertRecord, known: RecordedAlerts, nowMs: number) {
    this.#name = name;
    this.#policy = policy;
    this.#record = record;
    this.#lastIncident = known.lastIncident;
    this.#lastMessage = known.lastMessage;
    this.channels = new ChannelBook(policy.channels, known.channels, nowMs);
    for (const incident of known.incidents) this.#keep(incident);
    for (const message of known.messages) this.#takeUp(message, nowMs);
  }

  incident(id: number): Incident | undefined {
    return this.#incidents.get(id);
  }

  /** Those that are not over. */
  get live(): readonly Incident[] {
    return [...this.#incidents.values()].filter(({ state }) => state !== "over");
  }

  /** Deliveries that have not ended. */
  get pending(): number {
    return [...this.#messages.values()].flatMap(({ deliveries }) => deliveries.filter(isPending)).length;
  }

  /** All of them or none, with how far their source was read. */
  raise(alerts: readonly RaisedAlert[], nowMs: number, position?: SourcePosition): void {
    this.#record.transaction(() => {
      for (const alert of alerts) if (!this.#record.hasAlert(alert.id)) this.#take(alert, nowMs);
      if (position !== undefined) this.#record.putPosition(position);
    });
  }

  /** As history: nobody is told. For what is old when the first monitor of a root begins. */
  note(alerts: readonly RaisedAlert[], nowMs: number): void {
    this.#record.transaction(() => {
      for (const alert of alerts) {
        if (this.#record.hasAlert(alert.id)) continue;
        this.#lastIncident += 1;
        this.#record.putIncident({ ...opened(this.#lastIncident, alert), state: "over", overMs: nowMs });
        this.#record.addAlert(alert, this.#lastIncident);
      }
    });
  }

  /** A message on these channels, whatever their state: the answer says whether they work. Older tests are idle. */
  test(alert: RaisedAlert, channels: readonly string[], nowMs: number): void {
    this.#record.transaction(() => {
      if (this.#record.hasAlert(alert.id)) return;
      for (const message of [...this.#messages.values()])
        if (message.kind === "test") this.#withdraw(message, channels);
      this.#lastIncident += 1;
      const incident: Incident = { ...opened(this.#lastIncident, alert), state: "over", overMs: nowMs };
      this.#record.addAlert(alert, incident.id);
      this.#tell(incident, "test", channels, nowMs);
    });
  }

  /**
   * Words of their own, told once on the channels that take letters; returns those. No incident to be acknowledged: it
   * is over as soon as it is told, and what goes wrong with it calls nobody else.
   */
  letter(alert: RaisedAlert, letter: Letter, nowMs: number): readonly string[] {
    const channels = letterChannels(this.#policy);
    this.#record.transaction(() => {
      if (this.#record.hasAlert(alert.id)) return;
      this.#lastIncident += 1;
      const over = { state: "over", overMs: nowMs, letter } as const;
      const incident: Incident = { ...opened(this.#lastIncident, alert), ...over };
      this.#record.addAlert(alert, incident.id);
      this.#tell(incident, "first", channels, nowMs);
      this.#forget(incident);
    });
    return channels;
  }

  /** False when there is no such incident, or it is acknowledged or over. */
  acknowledge(id: number, by: string, nowMs: number): boolean {
    const incident = this.#incidents.get(id);
    if (incident === undefined || incident.state !== "open") return false;
    this.#record.transaction(() => {
      this.#put({ ...incident, state: "acknowledged", acknowledgedMs: nowMs, acknowledgedBy: by });
      for (const message of [...this.#messages.values()])
        if (message.incident === id && message.kind === "repeat") this.#withdraw(message);
    });
    return true;
  }

  /** What caused it is well again: nobody is called any more; what nobody was told of yet still goes out. */
  clear(cause: string, nowMs: number): void {
    for (const incident of this.live) if (incident.cause === cause) this.#end(incident, nowMs);
  }

  /** What time alone brings: repetitions, sums, ends. */
  tick(nowMs: number): void {
    for (const incident of this.live) {
      if (isQuiet(incident, this.#policy, nowMs)) this.#end(incident, nowMs);
      else this.#again(incident, nowMs);
    }
    this.channels.tick(nowMs);
  }

  /** One for each channel that is free and has something due. */
  due(nowMs: number): readonly DueSend[] {
    return this.#policy.channels.flatMap((channel) => {
      const next = this.#busy.has(channel) ? undefined : this.#next(channel, nowMs);
      return next === undefined ? [] : [next];
    });
  }

  /** Durable when it returns: from now on the attempt may have been heard (AD-3). */
  begun({ message, channel, attempt }: DueSend, nowMs: number): void {
    this.#busy.add(channel);
    this.#deliver(message.id, channel, { state: "sending", attempts: attempt, nextMs: nowMs });
  }

  settled({ message, incident, channel, attempt }: DueSend, result: SendResult, nowMs: number): void {
    this.#busy.delete(channel);
    const { giveUpMs, escalateAfter } = this.#policy;
    this.#record.transaction(() => {
      this.#record.putChannel(this.channels.settled(channel, result, nowMs));
      if (result.ok) {
        this.#deliver(message.id, channel, { state: "delivered", settledMs: nowMs, error: undefined });
        const known = this.#incidents.get(incident.id);
        // Whoever hears of it an hour late is called again in five minutes, not at once.
        if (known !== undefined) this.#put({ ...known, toldMs: nowMs, toldCount: incident.count });
        return;
      }
      const { reason: error } = result;
      const mayFail = incident.level !== "critical" && message.kind !== "test";
      const isOver = mayFail && (result.isOfMessage === true || nowMs - message.madeMs >= giveUpMs);
      const nextMs = nowMs + retryAfterMs(attempt);
      const state = isOver ? "failed" : "waiting";
      this.#deliver(message.id, channel, { state, nextMs, settledMs: nowMs, error });
      const stands = message.kind !== "test" && incident.letter === undefined;
      if (attempt === escalateAfter && stands) this.#escalate(message.id, nowMs);
    });
  }

  #take(alert: RaisedAlert, nowMs: number): void {
    const key = incidentKey(alert);
    const known = this.#incidents.get(this.#byKey.get(key) ?? -1);
    const goesOn =
      known !== undefined && (known.state !== "over" || nowMs - (known.overMs ?? 0) <= this.#policy.reopenMs);
    if (goesOn) {
      this.#record.addAlert(alert, known.id);
      // What says something new after an acknowledgement is told when the next repetition would be due.
      this.#put(folded(known, alert));
      return;
    }
    this.#lastIncident += 1;
    const incident = opened(this.#lastIncident, alert);
    this.#record.addAlert(alert, incident.id);
    this.#tell(incident, "first", plannedChannels(alert.level, this.#policy), nowMs);
  }

  #again(incident: Incident, nowMs: number): void {
    const kind = messageDue(incident, this.#policy, nowMs);
    if (kind === undefined) return;
    // A channel that has not had the last one yet gets that, with what is known by then, and not two.
    const waiting = new Set(
      [...this.#messages.values()]
        .filter((message) => message.incident === incident.id)
        .flatMap(({ deliveries }) => deliveries.filter(isPending).map(({ channel }) => channel)),
    );
    const free = plannedChannels(incident.level, this.#policy).filter((channel) => !waiting.has(channel));
    if (free.length > 0) this.#record.transaction(() => this.#tell(incident, kind, free, nowMs));
  }

  #tell(incident: Incident, kind: MessageKind, channels: readonly string[], nowMs: number): void {
    this.#lastMessage += 1;
    const wait = kind === "first" && incident.level === "warning" ? this.#policy.groupMs : 0;
    const message: Message = {
      id: `${this.#name}-${this.#lastMessage}`,
      incident: incident.id,
      number: this.#lastMessage,
      kind,
      madeMs: nowMs,
      deliveries: channels.map((channel) => ({
        channel,
        state: "waiting",
        attempts: 0,
        nextMs: nowMs + wait,
      })),
    };
    this.#put({ ...incident, messages: incident.messages + 1, toldMs: nowMs, toldCount: incident.count });
    if (channels.length === 0) return;
    this.#record.putMessage(message);
    this.#messages.set(message.id, message);
  }

  /** The next channel that has not been asked yet stands in. */
  #escalate(id: string, nowMs: number): void {
    const message = this.#messages.get(id);
    const asked = message?.deliveries.map(({ channel }) => channel) ?? [];
    const next = this.#policy.channels.find((channel) => !asked.includes(channel));
    if (message === undefined || next === undefined) return;
    const added: Delivery = { channel: next, state: "waiting", attempts: 0, nextMs: nowMs };
    this.#messages.set(id, { ...message, deliveries: [...message.deliveries, added] });
    this.#record.putDelivery(id, added);
  }

  /** Of an earlier process: what had begun begins again; a channel that is not set up any more hears nothing. */
  #takeUp(message: Message, nowMs: number): void {
    const latest = nowMs + retryAfterMs(Number.POSITIVE_INFINITY);
    const deliveries = message.deliveries.map((one): Delivery => {
      if (!isPending(one)) return one;
      if (!this.#policy.channels.includes(one.channel)) {
        const gone: Delivery = { ...one, state: "withdrawn", error: "the channel is not set up any more" };
        this.#record.putDelivery(message.id, gone);
        return gone;
      }
      // A clock that was set back must not hold an alert up.
      const nextMs = one.state === "sending" ? nowMs : Math.min(one.nextMs, latest);
      return { ...one, state: "waiting", nextMs };
    });
    if (deliveries.some(isPending)) this.#messages.set(message.id, { ...message, deliveries });
  }

  #next(channel: string, nowMs: number): DueSend | undefined {
    let best: { readonly message: Message; readonly incident: Incident; readonly own: Delivery } | undefined;
    for (const message of this.#messages.values()) {
      const own = message.deliveries.find((one) => one.channel === channel);
      const incident = this.#incidents.get(message.incident);
      if (own?.state !== "waiting" || incident === undefined || own.nextMs > nowMs) continue;
      // A line that is down is not asked by each message in turn; a critical one tries at once, once.
      const isUrgent = incident.level === "critical" && own.attempts === 0;
      if (!isUrgent && !this.channels.mayTry(channel, nowMs)) continue;
      const isFirst = best === undefined || isBefore({ message, incident }, best);
      if (isFirst) best = { message, incident, own };
    }
    if (best === undefined) return undefined;
    const { message, incident, own } = best;
    return { message, incident, channel, attempt: own.attempts + 1 };
  }

  #deliver(id: string, channel: string, change: Partial<Delivery>): void {
    const message = this.#messages.get(id);
    if (message === undefined) return;
    const deliveries = message.deliveries.map((one) =>
      one.channel === channel ? { ...one, ...change } : one,
    );
    const own = deliveries.find((one) => one.channel === channel);
    if (own !== undefined) this.#record.putDelivery(id, own);
    if (deliveries.some(isPending)) {
      this.#messages.set(id, { ...message, deliveries });
      return;
    }
    this.#messages.delete(id);
    const incident = this.#incidents.get(message.incident);
    if (incident !== undefined) this.#forget(incident);
  }

  #withdraw(message: Message, channels?: readonly string[]): void {
    for (const { channel, state } of message.deliveries)
      if (state === "waiting" && channels?.includes(channel) !== false)
        this.#deliver(message.id, channel, { state: "withdrawn" });
  }

  #end(incident: Incident, nowMs: number): void {
    this.#record.transaction(() => {
      this.#put({ ...incident, state: "over", overMs: nowMs });
      for (const message of [...this.#messages.values()])
        if (message.incident === incident.id && message.kind === "repeat") this.#withdraw(message);
    });
  }

  #put(incident: Incident): void {
    this.#keep(incident);
    this.#record.putIncident(incident);
  }

  #keep(incident: Incident): void {
    this.#incidents.set(incident.id, incident);
    if (incident.cause === TEST || incident.letter !== undefined) return;
    const key = incidentKey(incident);
    const before = this.#byKey.get(key);
    this.#byKey.set(key, incident.id);
    const old = before === undefined || before === incident.id ? undefined : this.#incidents.get(before);
    if (old !== undefined) this.#forget(old);
  }

  /** Once nothing can happen to it any more; what stands in the record stays. */
  #forget(incident: Incident): void {
    const isWanted = this.#byKey.get(incidentKey(incident)) === incident.id;
    const isTold = [...this.#messages.values()].some((message) => message.incident === incident.id);
    if (incident.state === "over" && !isWanted && !isTold) this.#incidents.delete(incident.id);
  }
}

/** Every test stands for itself. */
export const TEST = "test";

const isPending = ({ state }: Delivery): boolean => state === "waiting" || state === "sending";

interface Ranked {
  readonly message: Message;
  readonly incident: Incident;
}

const isBefore = (a: Ranked, b: Ranked): boolean => {
  const byUrgency = urgency(b.incident.level) - urgency(a.incident.level);
  return byUrgency === 0 ? a.message.number < b.message.number : byUrgency < 0;
};
