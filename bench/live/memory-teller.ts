/**
 * Imported before a process of the system by its entry beside this file: tells now and then what that process holds
 * after a full collection, as a line in the bench's folder. The bench is the parent, and says there how often.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type MemorySample, samplesFolder } from "./memory-samples.ts";

const folder = join(tmpdir(), samplesFolder(process.ppid));
const everyFile = join(folder, "every-ms");
const OPEN_FILES = "/proc/self/fd";

if (existsSync(everyFile)) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const role = basename(process.argv[1] ?? "", ".ts") + (process.env.STANDBY === "1" ? "-standby" : "");
  const tell = () => {
    collect();
    collect();
    const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
    const sample: MemorySample = {
      atMs: Date.now(),
      pid: process.pid,
      rssBytes: rss,
      // Array buffers are part of `external`.
      heldBytes: heapUsed + Math.max(external, arrayBuffers),
      openFiles: existsSync(OPEN_FILES) ? readdirSync(OPEN_FILES).length : null,
    };
    appendFileSync(join(folder, `${role}.jsonl`), `${JSON.stringify(sample)}\n`);
  };
  setInterval(tell, Number(readFileSync(everyFile, "utf8"))).unref();
}
