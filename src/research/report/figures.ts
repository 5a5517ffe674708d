/** Figures with their colour: the sign carries the meaning, colour only speeds it up. */
import { signed, signedPercent } from "../../app/formats.ts";
import { html, type Markup, type Part } from "./markup.ts";

export function direction(value: number, text: string): "gain" | "loss" | "flat" {
  if (!Number.isFinite(value) || !/[1-9]/.test(text)) return "flat";
  return value > 0 ? "gain" : "loss";
}

/** A change in dollars to the cent. */
export function moneyChange(dollars: number): Markup {
  const text = signed(dollars, 2);
  return html`<span class="${direction(dollars, text)}">${text}</span>`;
}

/** A change in dollars as charts and summaries have it: whole from 1,000 up. */
export function roughChange(dollars: number): Markup {
  const text = signed(dollars, Math.abs(dollars) >= 1000 ? 0 : 2);
  return html`<span class="${direction(dollars, text)}">${text}</span>`;
}

export function percentChange(fraction: number, decimals: number): Markup {
  const text = signedPercent(fraction, decimals);
  return html`<span class="${direction(fraction, text)}">${text}</span>`;
}

/** A multiple of the risk taken; empty when the trade had no stop. */
export const riskMultiple = (r: number): string => (Number.isFinite(r) ? signed(r, 1) : "");

interface Column {
  readonly head: string;
  /** `name` is bold and stays in view on a phone; `number` is right-aligned. */
  readonly kind?: "name" | "number" | "words";
}

export interface TableRows {
  /** Read aloud in place of a visible caption. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Part[])[];
  readonly total?: readonly Part[];
}

export function table({ caption, columns, rows, total }: TableRows): Markup {
  const kindClass = (i: number): Markup | string => {
    const kind = columns[i]?.kind;
    return kind === undefined ? "" : html` class="${kind}"`;
  };
  const cells = (row: readonly Part[]) => row.map((cell, i) => html`<td${kindClass(i)}>${cell}</td>`);
  const head = columns.map((column, i) => html`<th scope="col"${kindClass(i)}>${column.head}</th>`);
  const body = rows.map((row) => html`<tr>${cells(row)}</tr>`);
  const foot = total === undefined ? "" : html`<tfoot><tr>${cells(total)}</tr></tfoot>`;
  return html`<div class="tw"><table><caption class="vh">${caption}</caption>
<thead><tr>${head}</tr></thead><tbody>${body}</tbody>${foot}</table></div>`;
}

/** A bold statement, then when it changes or how to change it. */
export function emptyState(statement: string, cure: string): Markup {
  return html`<p class="empty"><b>${statement}</b>${cure}</p>`;
}

/** How figures were worked out, under or over them. */
export const note = (words: string): Markup => html`<p class="note-text">${words}</p>`;

export interface PanelHead {
  readonly title: string;
  readonly meta?: string;
  /** Width on a wide screen, in twelfths. */
  readonly span?: "c5" | "c7" | "c12";
  readonly shape?: string;
}

export function panel({ title, meta = "", span = "c12", shape = "" }: PanelHead, body: Part): Markup {
  const side = meta === "" ? "" : html`<span class="meta">${meta}</span>`;
  return html`<section class="panel ${span} ${shape}"><div class="ph"><h2>${title}</h2>${side}</div>${body}</section>`;
}
