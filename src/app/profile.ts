/**
 * Profiles: sets of limits that can only tighten a configuration (SYSTEM 19). A profile is laid over everything
 * else, and each of its values holds only where it is the stricter one, so no order of overlays loosens a limit.
 */
import { InputError } from "../domain/assert.ts";
import { stricterAt } from "./limit-table.ts";

export const profiles = ["standard", "strict"] as const;
export type Profile = (typeof profiles)[number];

/** Words that a profile may set, from the loosest to the strictest. */
const WORDS: readonly (readonly string[])[] = [
  ["reduce_only", "kill"],
  ["venue", "virtual"],
  ["halt_only", "cancel", "flatten"],
  ["carry", "flat"],
];

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `limits` over `config`: for each of its keys the stricter number, the stricter word, or true. */
export function tightened(config: unknown, limits: unknown, source: string, path = ""): unknown {
  if (isTree(limits)) {
    if (!isTree(config)) throw new InputError(`${source}: unknown key ${path}; see config/default.yaml`);
    const inner = Object.entries(limits).map(([key, limit]) => [
      key,
      tightened(config[key], limit, source, path === "" ? key : `${path}.${key}`),
    ]);
    return { ...config, ...Object.fromEntries(inner) };
  }
  if (typeof limits === "number" && typeof config === "number") {
    const stricter = stricterAt(path);
    if (stricter !== undefined)
      return stricter === "less" ? Math.min(limits, config) : Math.max(limits, config);
  }
  if (limits === true && typeof config === "boolean") return true;
  const scale = WORDS.find((words) => words.includes(String(limits)) && words.includes(String(config)));
  if (scale !== undefined)
    return scale[Math.max(scale.indexOf(String(limits)), scale.indexOf(String(config)))];
  throw new InputError(`${source}: ${path} = ${JSON.stringify(limits)}: not a limit that can only tighten`);
}
