/** The shell of every report: one file that needs no network and lets nothing in but its own style and script. */
import { createHash } from "node:crypto";
import type { ReportFont } from "./font.ts";
import { html, type Markup, trusted } from "./markup.ts";
import { stylesCss } from "./styles.ts";
import { themeCss } from "./theme.ts";

/** Switches the theme. The page is whole without it: the button shows itself only when scripts may run. */
const THEME_SCRIPT = `const b=document.getElementById("theme"),r=document.documentElement;
const m=matchMedia("(prefers-color-scheme: dark)");
const now=()=>r.dataset.theme??(m.matches?"dark":"light"),other=()=>now()==="dark"?"light":"dark";
const say=()=>{b.textContent=other()==="dark"?"Dark":"Light"};
b.hidden=false;say();m.addEventListener("change",say);b.addEventListener("click",()=>{r.dataset.theme=other();say()});`;

export interface Page {
  readonly title: string;
  readonly body: Markup;
  readonly font: ReportFont;
  /** Our own rules behind the common ones. */
  readonly css?: string;
}

/** The whole file as text. Same page and font, same bytes. */
export function pageText({ title, body, font, css = "" }: Page): string {
  const style = `${font.css}\n${themeCss()}\n${stylesCss}${css}`;
  const policy = [
    "default-src 'none'",
    `style-src '${sourceHash(style)}'`,
    `script-src '${sourceHash(THEME_SCRIPT)}'`,
    "font-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<title>${title}</title>
<style>${trusted(style)}</style></head><body>
${body}
<script>${trusted(THEME_SCRIPT)}</script></body></html>
`;
  return page.markup;
}

const sourceHash = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
