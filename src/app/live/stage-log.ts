/** A process's log: JSON lines on standard output, which the supervisor collects (OPS-6). */
export type LogLevel = "debug" | "info" | "warning" | "error" | "critical";
export type StageLog = (level: LogLevel, text: string, fields?: Readonly<Record<string, unknown>>) => void;

export const stageLog =
  (component: string): StageLog =>
  (level, text, fields = {}) => {
    const line = { level: level.toUpperCase(), component, text, ...fields };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
