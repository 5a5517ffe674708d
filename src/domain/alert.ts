/**
 * The words of alerting (OPS-4, C-60, C-61). An *alert* is what some part of the system raised. Alerts of
 * one cause and level are one *incident* with a count. A *message* tells of an incident, and has one
 * *delivery* per channel. All instants are the machine's milliseconds since 1970.
 */
export const alertLevels = ["info", "warning", "critical"] as const;
export type AlertLevel = (typeof alertLevels)[number];

/** The more urgent, the larger. */
export const urgency = (level: AlertLevel): number => alertLevels.indexOf(level);

export interface RaisedAlert {
  /** Of its source: the same alert, read twice, is one. */
  readonly id: string;
  readonly level: AlertLevel;
  /** Alerts of one cause are one incident: an id of the table of causes, or a shape of words. */
  readonly cause: string;
  /** Which process or part says so. */
  readonly source: string;
  /** What happened, with both numbers. Untrusted: symbols and words of brokers are in it. */
  readonly text: string;
  readonly atMs: number;
  /** How many it stands for; 1 when absent. */
  readonly count?: number;
}

/** What is told once in words of its own, instead of as an incident: the digest of a day. All of it is inert. */
export interface Letter {
  readonly subject: string;
  /** Plain text, for mail. */
  readonly text: string;
  /** The same in a few lines, for Slack, webhooks and text messages; at most 1,600 characters. */
  readonly short: string;
  /** The same as a page, for mail; it loads nothing. */
  readonly html: string;
}

export type IncidentState = "open" | "acknowledged" | "over";

export interface Incident {
  readonly id: number;
  readonly level: AlertLevel;
  readonly cause: string;
  readonly source: string;
  /** Of the first alert, and of the last. */
  readonly text: string;
  readonly lastText: string;
  /** Shapes of what was said so far: what is new after an acknowledgement is told again. */
  readonly shapes: readonly string[];
  readonly openedMs: number;
  readonly lastMs: number;
  readonly count: number;
  readonly state: IncidentState;
  readonly acknowledgedMs?: number | undefined;
  readonly acknowledgedBy?: string | undefined;
  readonly overMs?: number | undefined;
  /** Messages made of it, when the last one was, and the count that it told. */
  readonly messages: number;
  readonly toldMs: number;
  readonly toldCount: number;
  /** Told in these words; absent for whatever is an alert. */
  readonly letter?: Letter | undefined;
}

export type MessageKind = "first" | "repeat" | "summary" | "test";
export type DeliveryState = "waiting" | "sending" | "delivered" | "failed" | "withdrawn";

export interface Delivery {
  readonly channel: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Not before. */
  readonly nextMs: number;
  /** When the last attempt ended; absent before the first. */
  readonly settledMs?: number | undefined;
  readonly error?: string | undefined;
}

export interface Message {
  /** The same at each attempt, on each channel: whoever receives can tell a repetition by it. */
  readonly id: string;
  readonly incident: number;
  /** Of all messages, from 1 on. */
  readonly number: number;
  readonly kind: MessageKind;
  readonly madeMs: number;
  readonly deliveries: readonly Delivery[];
}

/** A message in words. */
export interface MessageText {
  /** One line, for headers and lists. */
  readonly subject: string;
  readonly body: string;
  /** As the body, in at most 1,600 characters. */
  readonly short: string;
  /** Of a letter alone: beside the body in mail; elsewhere `short` stands for both. */
  readonly html?: string | undefined;
}

/** What is known of a channel, over restarts. */
export interface ChannelFacts {
  readonly id: string;
  readonly lastOkMs?: number | undefined;
  readonly lastFailedMs?: number | undefined;
  /** Failures in a row since the last delivery. */
  readonly failures: number;
  readonly error?: string | undefined;
}

export type SendResult =
  | { readonly ok: true }
  /** `isOfMessage`: this message was refused, and the channel takes others. */
  | { readonly ok: false; readonly reason: string; readonly isOfMessage?: boolean };

/** Where a source was read to. */
export interface SourcePosition {
  readonly source: string;
  readonly position: number;
}

/** What survives the process. A transaction is durable when it returns. */
export interface AlertRecord {
  transaction(work: () => void): void;
  hasAlert(id: string): boolean;
  addAlert(alert: RaisedAlert, incident: number): void;
  putIncident(incident: Incident): void;
  putMessage(message: Message): void;
  putDelivery(message: string, delivery: Delivery): void;
  putChannel(facts: ChannelFacts): void;
  putPosition(position: SourcePosition): void;
}

/** What a start goes on with. */
export interface RecordedAlerts {
  /** Those that are not over, and those that were over not long ago. */
  readonly incidents: readonly Incident[];
  /** Those with a delivery that has not ended. */
  readonly messages: readonly Message[];
  readonly channels: readonly ChannelFacts[];
  readonly lastIncident: number;
  readonly lastMessage: number;
}
