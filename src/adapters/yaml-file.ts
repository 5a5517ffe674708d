/** Reads YAML. A file that cannot be read or parsed is one line naming it. */
import { readFileSync } from "node:fs";
import { parse, parseDocument, YAMLParseError } from "yaml";
import { InputError } from "../domain/assert.ts";

export function readYaml(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new InputError(`--config ${path}: cannot be read; give the path of a YAML file`);
  }
  return parseYaml(text, path);
}

/** `source` is named in the message. Whatever comes back is a finite tree: it can be walked and written. */
export function parseYaml(text: string, source: string): unknown {
  try {
    // Dates stay text: the schema decides what they are. Warnings are silent: an odd tag is refused there.
    const value = parse(text, { schema: "core", logLevel: "error" }) as unknown;
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw new InputError(`${source}: not valid YAML${whereAndWhy(error)}`);
  }
}

/** Aliases go wrong as other errors than syntax does: unknown ones, too many of them, one inside itself. */
function whereAndWhy(error: unknown): string {
  if (!(error instanceof YAMLParseError))
    return ": an alias (*name) in it does not resolve; write the value out";
  const line = error.linePos?.[0].line;
  return `${line === undefined ? "" : ` at line ${line}`}: ${error.code}`;
}

/** The text with settings put in, and all else, comments among it, as it was. Throws InputError where it cannot be. */
export function yamlWith(
  text: string,
  settings: readonly (readonly [path: readonly string[], value: unknown])[],
  source: string,
): string {
  try {
    const document = parseDocument(text, { schema: "core", logLevel: "error" });
    if (document.errors.length > 0) throw document.errors[0];
    for (const [path, value] of settings) document.setIn(path, document.createNode(value));
    return document.toString({ lineWidth: 0 });
  } catch (error) {
    const why =
      error instanceof YAMLParseError ? whereAndWhy(error) : ": it is written in a way that only you know";
    throw new InputError(`${source}: cannot be changed${why}; put the settings in by hand`, 1);
  }
}
