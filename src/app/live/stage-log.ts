/** A process's log: JSON lines on standard output, which the supervisor collects (OPS-6). */
export type LogLevel = "debug" | "info" | "warning" | "error" | "critical";
export type StageLog = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void;

export const stageLog =
  (component: string): StageLog =>
  (level, message, fields = {}) => {
    const line = { level, component, message, ...fields };
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
