/**
 * The digest of a day as the page of an e-mail: figures in one table, styles on the elements themselves, nothing that
 * is loaded, because mail programs show little else.
 */
import { html, type Markup, nothing } from "../report/markup.ts";
import type { DailyVerdict } from "./daily-verdict.ts";

/** What it is, and how much. */
export type DigestRow = readonly [name: string, value: string];

export interface DigestParts {
  readonly subject: string;
  readonly verdict: Pick<DailyVerdict, "result" | "able">;
  /** Those that are shown, and how many are not. */
  readonly broke: readonly string[];
  readonly unsaid: number;
  readonly rows: readonly DigestRow[];
  readonly where: string;
  readonly anchor?: string | undefined;
}

const BODY =
  "font:15px/1.5 system-ui,sans-serif;color:#1b1b19;background:#ffffff;max-width:640px;margin:24px";
const CELL = "padding:3px 24px 3px 0;border-bottom:1px solid #dddddd";
const FIGURE = `${CELL};text-align:right;font-variant-numeric:tabular-nums`;
const SMALL = "font-size:12px;color:#5b5b57";

export function digestPage({ subject, verdict, broke, unsaid, rows, where, anchor }: DigestParts): string {
  const more = unsaid > 0 ? html`<li>and ${unsaid} more</li>` : nothing;
  const told: Markup =
    broke.length === 0
      ? html`<p>Nothing broke.</p>`
      : html`<p>What broke:</p><ul>${broke.map((line) => html`<li>${line}</li>`)}${more}</ul>`;
  const table = rows.map(
    ([name, value]) => html`<tr><td style="${CELL}">${name}</td><td style="${FIGURE}">${value}</td></tr>`,
  );
  const kept =
    anchor === undefined
      ? nothing
      : html`<p style="${SMALL}">Keep this line: plimsoll verify-audit --anchor proves with it that the record was not
rewritten.<br><code style="word-break:break-all">${anchor}</code></p>`;
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${subject}</title></head>
<body style="${BODY}"><h1 style="font-size:20px">${subject}</h1>
<p>${verdict.result} ${verdict.able}</p>${told}
<table style="border-collapse:collapse">${table}</table>
<p style="${SMALL}">${where}</p>${kept}</body></html>
`.markup;
}
