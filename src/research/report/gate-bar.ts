/**
 * A limit bar read the other way: the fill must pass the disc (DESIGN 4). The disc stands at the same
 * place in every bar, so that the marks of a column line up.
 */
import { html, type Markup } from "./markup.ts";
import { across, disc } from "./svg.ts";

const MARK_AT = 0.88;
const HEIGHT = 20;

export interface GateFigure {
  readonly label: string;
  /** At or above zero; the bar is empty when it is not known. */
  readonly value: number;
  readonly gate: number;
  /** Both numbers, as read aloud: `0.924 of 0.950`. */
  readonly text: string;
}

export function gateBar({ label, value, gate, text }: GateFigure): Markup {
  const share = Number.isFinite(value) && gate > 0 ? Math.max(0, value / gate) : 0;
  const filled = Number.isFinite(gate) ? Math.min(1, share * MARK_AT) : 0;
  return html`<div class="gate-bar" role="meter" aria-label="${label}" aria-valuemin="0" aria-valuemax="100"
 aria-valuenow="${Math.round(filled * 100)}" aria-valuetext="${text}">
<svg width="100%" height="${HEIGHT}" aria-hidden="true">
<rect class="track" y="6" width="100%" height="8" rx="1"/>
<rect class="fill" y="6" width="${across(filled)}" height="8" rx="1"/>
${disc({ x: MARK_AT, y: HEIGHT / 2 }, { radius: 4.5, isUpright: true })}</svg></div>`;
}
