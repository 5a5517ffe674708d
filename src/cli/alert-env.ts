/** Where secrets of the channels may lie besides the environment. */
import { join } from "node:path";
import type { CliContext } from "./context.ts";

export const envFiles = (context: CliContext): readonly string[] =>
  [process.cwd(), context.root()].map((folder) => join(folder, ".env"));
