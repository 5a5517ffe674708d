/**
 * HTML that cannot be forgotten to escape: text put into a template is escaped unless it already is
 * markup. Names of strategies, reasons of trades and warnings come from data and pass through here.
 */

/** Text that is HTML already. Made by `html` and `trusted` only. */
export interface Markup {
  readonly markup: string;
}

export type Part = Markup | string | number | readonly Markup[];

/** Our own style, script or font text. Never data. */
export const trusted = (markup: string): Markup => ({ markup });

export const nothing: Markup = trusted("");

/** A template whose strings and numbers are escaped, for element content and for quoted attributes. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let out = texts[0] ?? "";
  for (const [i, part] of parts.entries()) out += render(part) + (texts[i + 1] ?? "");
  return trusted(out);
}

function escapeText(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function render(part: Part): string {
  if (typeof part === "string") return escapeText(part);
  if (typeof part === "number") return String(part);
  if ("markup" in part) return part.markup;
  return part.map(({ markup }) => markup).join("");
}
