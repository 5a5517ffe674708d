/** How the levels of errors and alerts are shown: a light and a word. */
import type { Light } from "../../../contract/picture.ts";
import type { AlertLine, ErrorLine } from "../../../contract/running-answers.ts";

const lights: Readonly<Record<ErrorLine["level"] | AlertLine["level"], Light>> = {
  CRITICAL: "down",
  ERROR: "down",
  WARNING: "late",
  critical: "down",
  warning: "late",
  info: "off",
};

export const levelLight = (level: ErrorLine["level"] | AlertLine["level"]): Light => lights[level];

const words: Readonly<Record<string, string>> = {
  CRITICAL: "Critical",
  ERROR: "Error",
  WARNING: "Warning",
  INFO: "Info",
};

export const levelWord = (level: string): string => words[level.toUpperCase()] ?? level;
