/**
 * What alerts are about (C-61): each cause with the page of the runbook that cures it. Execute, the
 * guardian and the log say it in words of their own; the first pattern that fits names the cause, so that
 * one trouble told by three processes is one incident. `docs/alerts.md` shows this table.
 */
import type { AlertLevel } from "../../domain/alert.ts";

export interface AlertCause {
  readonly id: string;
  /** Of most of its alerts; a source may say otherwise. */
  readonly level: AlertLevel;
  /** Heading of docs/RUNBOOK.md, as a link names it. */
  readonly runbook: string;
  readonly about: string;
  /** Of the texts that mean it; absent: only a source that knows raises it. */
  readonly says?: RegExp;
}

export const RUNBOOK = "docs/RUNBOOK.md";

/** The first that fits counts. */
export const alertCauses: readonly AlertCause[] = [
  {
    id: "closed",
    level: "critical",
    runbook: "halted-by-loss",
    about: "a closing of everything has ended, or was withdrawn before its first order",
    says: /^flatten \S+ ended |^flat: |^withdrawn before the first close/,
  },
  {
    id: "not-flat",
    level: "critical",
    runbook: "not-flat",
    about: "a closing does not come to its end: something is still held, or cannot be closed",
    says: /not flat|close it by hand|close refused|the market is shut|did not close it|^flatten \S+: |changed sides/,
  },
  {
    id: "end-of-day",
    level: "critical",
    runbook: "not-flat",
    about:
      "the session ends and something is held that should not be carried over night, or cannot be closed",
    says: /^end of day: /,
  },
  {
    id: "closing",
    level: "critical",
    runbook: "halted-by-loss",
    about: "everything is being closed, by a limit, the kill switch, an operator or the guardian",
    says: /^kill: |^everything is being closed|^the guardian (?!cannot see)/,
  },
  {
    id: "broker-key",
    level: "critical",
    runbook: "key-leak-or-rotation",
    about: "the broker or the feed refuses our key",
    says: /refuses our key|the feed refuses us/,
  },
  {
    id: "certificate",
    level: "critical",
    runbook: "key-leak-or-rotation",
    about: "a certificate was refused: somebody may stand between us and the broker",
    says: /certificate/i,
  },
  {
    id: "broker-silent",
    level: "critical",
    runbook: "broker-down-with-exposure",
    about: "the broker does not answer, or the account cannot be seen",
    says: /broker does not answer|cannot see the account/,
  },
  {
    id: "account-restricted",
    level: "critical",
    runbook: "account-restricted",
    about: "the broker restricts the account",
    says: /restricts account/,
  },
  {
    id: "unknown-order",
    level: "critical",
    runbook: "unknown-order",
    about: "nobody knows what became of an order, or one turns up that was given up",
    says: /unknown to the broker|was given up and exists|is ours and was not in our books|booked fills that the broker/,
  },
  {
    id: "unexplained-position",
    level: "critical",
    runbook: "unexplained-position",
    about: "our books and the broker's differ: positions, foreign orders, prices",
    says: /by somebody else|not ours works|are not the broker's|average price .* at the broker/,
  },
  {
    id: "unexplained-cash",
    level: "critical",
    runbook: "unexplained-position",
    about: "cash or equity differ between our books and the broker's",
    says: /^equity |^cash at the broker/,
  },
  {
    id: "strategy-fault",
    level: "critical",
    runbook: "strategy-fault",
    about: "a strategy threw and is disabled",
    says: /^strategy \S+ threw/,
  },
  {
    id: "feed-mute",
    level: "critical",
    runbook: "feed-mute",
    about: "safety mode lasts or comes again and again: no entries until the channels are well",
    says: /^safety mode/,
  },
  {
    id: "disk-full",
    level: "critical",
    runbook: "disk-full",
    about: "the disk is full: what the ballast left is for closing",
    says: /disk is full|ENOSPC/,
  },
  {
    id: "journal",
    level: "critical",
    runbook: "corrupted-journal-or-restore",
    about: "a journal cannot be written or read",
    says: /^(?:journal|ingest|compute)\.db: |^journal: |journal-lost|cannot write its journal/,
  },
  {
    id: "crash-loop",
    level: "critical",
    runbook: "crash-loop",
    about: "a process crashes again and again, does not start, or had to be killed",
    says: /crashed \d+ times|crashed three times|could not be started|^\S+ was killed: /,
  },
  {
    id: "other-build",
    level: "critical",
    runbook: "failed-deploy-or-rollback",
    about: "processes of different builds, settings or runs met, or a second execute holds the lease",
    says: /^refused: |was started by build|another execute has the lease/,
  },
  {
    id: "model-missing",
    level: "critical",
    runbook: "model-of-a-run-missing",
    about:
      "the trees that the run began with are gone or changed: compute waits for them and nothing is entered",
    says: /^cannot begin: model /,
  },
  {
    id: "decides-otherwise",
    level: "critical",
    runbook: "compute-decides-otherwise",
    about: "compute started again and did not come to the decisions of its record: nothing is entered",
    says: /^cannot begin: compute\.db: of the bars of /,
  },
  {
    id: "process-broke",
    level: "critical",
    runbook: "crash-loop",
    about: "a process ended at a fault of its own, or cannot begin; the supervisor starts it again",
    says: /^broke: |^cannot begin: |^could not end in good order/,
  },
  {
    id: "monitor-part",
    level: "critical",
    runbook: "crash-loop",
    about: "a part of the monitor does not start",
    says: / does not start: /,
  },
  {
    id: "channels-down",
    level: "critical",
    runbook: "alert-channels-down",
    about: "no channel for alerts has worked for five minutes; in live entries are barred",
  },
  { id: "health", level: "warning", runbook: "health", about: "a health check of the monitor fails" },
  {
    id: "digest",
    level: "info",
    runbook: "any-other-alert",
    about: "the day in a few lines, once after each close",
  },
  { id: "test", level: "info", runbook: "alert-channels-down", about: "a test of the channels" },
];

const byId = new Map(alertCauses.map((cause) => [cause.id, cause]));
const OTHER = "other: ";
const SHAPE_MAX = 120;

/** Words without their figures: the same trouble with other numbers has the same shape. */
export const shapeOf = (text: string): string => text.replaceAll(/[\d.]+/g, "#").slice(0, SHAPE_MAX);

/** Of a text that nobody classified; its shape where no pattern fits. */
export const causeOfText = (text: string): string =>
  alertCauses.find(({ says }) => says?.test(text) === true)?.id ?? `${OTHER}${shapeOf(text)}`;

/** Where the cure stands: a path with a heading that is there. */
export function runbookOf(cause: string): string {
  const known = byId.get(cause)?.runbook;
  const heading = known ?? (cause.startsWith("health ") ? "health" : "any-other-alert");
  return `${RUNBOOK}#${heading}`;
}
