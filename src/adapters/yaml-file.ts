/** Reads YAML. A file that cannot be read or parsed is one line naming it. */
import { readFileSync } from "node:fs";
import { parse, YAMLParseError } from "yaml";
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

/** `source` is named in the message. */
export function parseYaml(text: string, source = "value"): unknown {
  try {
    // Dates stay text: the schema decides what they are.
    return parse(text, { schema: "core" }) as unknown;
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const line = error.linePos?.[0].line;
    throw new InputError(`${source}: not valid YAML${line === undefined ? "" : ` at line ${line}`}: ${error.code}`);
  }
}
