/** Levels of a log line, lowest first, in the one form that they have everywhere; `LOG_LEVEL` is the least (OPS-6). */
export const logLevels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
export type LogLevel = (typeof logLevels)[number];

/** However it is written; undefined for what is no level. */
export function levelNamed(word: unknown): LogLevel | undefined {
  const upper = typeof word === "string" ? word.toUpperCase() : "";
  return logLevels.find((level) => level === upper);
}

export const isAtLeast = (level: LogLevel, least: LogLevel): boolean =>
  logLevels.indexOf(level) >= logLevels.indexOf(least);
