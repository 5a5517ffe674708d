/** Where the demo keeps its state: apart from everything that could ever be real. */
import { join } from "node:path";
import type { CliContext } from "./context.ts";

export const demoRoot = (context: CliContext): string => join(context.root(), "demo");
