/** One figure of a row of figures, with what stands beside it. */
import { NO_DATA } from "../../app/formats.ts";
import { html, type Markup } from "../report/markup.ts";

/** `tone`: gain, loss or flat for money; none otherwise. */
export function keyTile(name: string, value: string, beside: string, tone = ""): Markup {
  const shape = value === NO_DATA ? "flat" : tone;
  return html`<div><p class="k">${name}</p><p class="v ${shape}">${value}</p><p class="n">${beside}</p></div>`;
}
