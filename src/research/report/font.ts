/**
 * Inter, embedded, so that the report needs no network and looks the same everywhere. A Latin subset of
 * the variable font, 48 kB; its licence stands beside it and its notice goes where the font goes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const FONT_FILE = join(import.meta.dirname, "..", "..", "..", "assets", "fonts", "inter-latin.woff2");

export interface ReportFont {
  /** An `@font-face` rule whose source is a data URL. */
  readonly css: string;
}

/** Throws the file system's error when the checkout lacks its fonts. */
export function loadReportFont(): ReportFont {
  const data = readFileSync(FONT_FILE).toString("base64");
  return {
    css: `/* Inter, copyright 2016 The Inter Project Authors, SIL Open Font License 1.1 */
@font-face{font-family:"Inter Variable";font-weight:100 900;font-display:block;
src:url(data:font/woff2;base64,${data}) format("woff2")}`,
  };
}
