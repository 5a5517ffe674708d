#!/usr/bin/env node
/** The command line's entry: hands the words and the streams of the process to one function. */
import { runCommandLine } from "./command-line.ts";

/**
 * A pipe that closes early (`| head`) ends the program quietly instead of with a stack trace. Who listens as well has
 * something to finish first (`stop-signals.ts`) and ends by itself.
 */
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (stream.listenerCount("error") === 1) process.exit(error.code === "EPIPE" ? 0 : 1);
  });
}

process.exitCode = await runCommandLine(process.argv, {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
