/**
 * Builds the page when it is not there or was made of other sources, so that `start` alone is enough from a checkout.
 * The new page takes the place of the old one when it is whole; where it cannot be built, what is there stays.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const PROJECT = join(import.meta.dirname, "..", "..", "..");
export const pageFolder = join(PROJECT, "dist", "dashboard");
const VITE = join(PROJECT, "node_modules", "vite", "bin", "vite.js");
/** In the built page: a digest of what it was made of. */
const STAMP = "sources.txt";
const BUILD_WITHIN_MS = 120_000;

export type PageBuild =
  | { readonly kind: "fresh" | "built" }
  /** There is none, or an old one; one line with the cure. */
  | { readonly kind: "missing" | "old"; readonly why: string };

export async function buildPage(): Promise<PageBuild> {
  const wanted = sourcesDigest();
  if (stampOf(pageFolder) === wanted) return { kind: "fresh" };
  const kind = existsSync(join(pageFolder, "index.html")) ? "old" : "missing";
  if (!existsSync(VITE))
    return {
      kind,
      why: `the page is ${kind}: install the development packages with npm ci, then npm run build:page`,
    };
  const beside = `${pageFolder}.${process.pid}`;
  try {
    mkdirSync(join(PROJECT, "dist"), { recursive: true });
    const words = [VITE, "build", "--logLevel", "error", "--outDir", beside, "--emptyOutDir"];
    await promisify(execFile)(process.execPath, words, { cwd: PROJECT, timeout: BUILD_WITHIN_MS });
    writeFileSync(join(beside, STAMP), wanted);
    rmSync(pageFolder, { recursive: true, force: true });
    renameSync(beside, pageFolder);
    return { kind: "built" };
  } catch (error) {
    const first = (error as Error).message.split("\n")[0] ?? "";
    return {
      kind,
      why: `the page is ${kind} and could not be built (${first}); npm run build:page tells more`,
    };
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** Of everything that goes into the page. */
function sourcesDigest(): string {
  const digest = createHash("sha256");
  const files = globSync(["src/dashboard/{web,contract}/**/*", "vite.config.ts", "package-lock.json"], {
    cwd: PROJECT,
    withFileTypes: true,
  }).filter((entry) => entry.isFile());
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).toSorted())
    digest.update(path.slice(PROJECT.length)).update(readFileSync(path));
  return digest.digest("hex");
}

function stampOf(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, STAMP), "utf8");
  } catch {
    return undefined;
  }
}
