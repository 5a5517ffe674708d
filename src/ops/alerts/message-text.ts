/**
 * What people read of an incident (C-60): mode, run, level, what happened with its numbers, since when,
 * where the cure stands and how to acknowledge. Plain text; whatever came from outside is inert.
 */

import type { Incident, Letter, Message, MessageText } from "../../domain/alert.ts";
import { runbookOf } from "./alert-causes.ts";
import { TEST } from "./alert-desk.ts";
import { cut, inertLine } from "./inert-text.ts";

export interface MessageFacts {
  readonly mode: string;
  readonly run: string;
}

/** The longest text message that a carrier takes apart and puts together again. */
export const SMS_MAX = 1600;
const SUBJECT_MAX = 150;
/** Of what happened first and of what happened last: with both, a message is a text message still. */
const WHAT_MAX = 500;
const SOURCE_MAX = 60;
/** By its id a repetition is known. */
const MARK = "\nMessage ";

export function messageText(
  { id, kind }: Pick<Message, "id" | "kind">,
  incident: Incident,
  { mode, run }: MessageFacts,
): MessageText {
  if (incident.letter !== undefined) return letterText(id, incident.letter);
  const level = kind === "test" ? "TEST" : incident.level.toUpperCase();
  const what = inertLine(incident.text);
  const again = kind === "repeat" ? ", not acknowledged yet" : kind === "summary" ? ", goes on" : "";
  const subject = cut(`[${mode} ${run}] ${level}${again}: ${what}`, SUBJECT_MAX);
  const lines = [
    `${level} in mode ${mode}, run ${run}${again}`,
    `What: ${cut(what, WHAT_MAX)}`,
    ...lastLines(incident, what),
    `Since: ${instant(incident.openedMs)}`,
    `From: ${cut(inertLine(incident.source), SOURCE_MAX)}`,
    ...(kind === "test"
      ? ["Nothing is to be done: this channel works."]
      : [
          `Cure: ${runbookOf(incident.cause)}`,
          `Acknowledge: plimsoll alerts ack ${incident.id}, or on the page of alerts`,
        ]),
  ];
  const body = [...lines, `Message ${id}`].join("\n");
  return { subject, body, short: cut(body, SMS_MAX) };
}

const letterText = (id: string, { subject, text, short, html }: Letter): MessageText => ({
  subject: cut(inertLine(subject), SUBJECT_MAX),
  body: `${text.trimEnd()}\n${MARK}${id}`,
  short: `${cut(short, SMS_MAX - id.length - MARK.length)}${MARK}${id}`,
  html,
});

function lastLines({ count, lastText, lastMs, cause }: Incident, what: string): readonly string[] {
  if (count <= 1 || cause === TEST) return [];
  const last = inertLine(lastText);
  return [
    `Count: ${count} of this cause, the last at ${instant(lastMs)}`,
    ...(last === what ? [] : [`Last: ${cut(last, WHAT_MAX)}`]),
  ];
}

/** To the second; seconds are what people compare with other clocks. */
const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
