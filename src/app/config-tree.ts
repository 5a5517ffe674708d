/** Settings as trees of keys, before anybody has checked them: files, single keys, and what lies over what. */
import { resolve } from "node:path";
import { parseYaml, readYaml } from "../adapters/yaml-file.ts";
import { InputError } from "../domain/assert.ts";

/** Characters of a wrong value that its message repeats. */
export const SHOWN = 80;

export type Tree = Record<string, unknown>;
export const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function overlay(below: unknown, above: unknown, path: string): Tree {
  if (!isTree(above))
    throw new InputError(`config: ${path || "the file"} must be a set of keys, got ${kindOf(above)}`);
  const merged: Tree = { ...(isTree(below) ? below : {}) };
  for (const [key, value] of Object.entries(above)) {
    const here = path === "" ? key : `${path}.${key}`;
    // Assigning this one would change what the tree inherits, unseen by the schema.
    if (key === "__proto__") throw new InputError(`config: unknown key ${here}; see config/default.yaml`);
    merged[key] = isTree(value) && isTree(merged[key]) ? overlay(merged[key], value, here) : value;
  }
  return merged;
}

export function assigned(assignment: string, where: string): Tree {
  const at = assignment.indexOf("=");
  const shown = assignment.slice(0, SHOWN);
  if (at <= 0)
    throw new InputError(`${where} ${shown}: must be key=value, e.g. --set sizing.positionPct=0.03`);
  const path = assignment.slice(0, at).split(".");
  const value: unknown = parseYaml(assignment.slice(at + 1), `${where} ${shown}`);
  const tree = path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree;
  return placed(tree, process.cwd()) as Tree;
}

/** Files of strategies with their whole paths: a file names them from where it lies, a command line from here. */
export function placed(tree: unknown, folder: string): unknown {
  if (!isTree(tree) || !isTree(tree.strategies)) return tree;
  const entries = Object.entries(tree.strategies).map(([id, entry]) => {
    if (!isTree(entry) || typeof entry.file !== "string" || entry.file === "") return [id, entry];
    return [id, { ...entry, file: resolve(folder, entry.file) }];
  });
  return { ...tree, strategies: Object.fromEntries(entries) };
}

/** A file in which everything is commented out changes nothing. A training that it holds is read by who trains. */
export function fileTree(file: string): unknown {
  const tree = readYaml(file) ?? {};
  if (!isTree(tree)) throw new InputError(`--config ${file}: must be a set of keys, got ${kindOf(tree)}`);
  const { training: _, ...settings } = tree;
  return settings;
}

/** Not the text itself: whoever names the wrong file may have named the one with the passwords. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return value === null ? "nothing" : `a ${typeof value === "string" ? "text" : typeof value}`;
}
