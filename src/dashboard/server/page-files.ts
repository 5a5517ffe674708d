/**
 * The built page, read into memory: nothing that a request says becomes a path, and no link is followed. Each file is
 * held compressed as well, once for all who ask.
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly brotli: Buffer | undefined;
  readonly gzip: Buffer | undefined;
  readonly etag: string;
  /** Its name holds its hash. */
  readonly isHashed: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  ico: "image/x-icon",
  woff2: "font/woff2",
  json: "application/json; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  webmanifest: "application/manifest+json",
};
/** A picture or a font is packed already. */
const PACKED: ReadonlySet<string> = new Set(["png", "ico", "woff2"]);
const FILES_MAX = 500;

/** What is shown until the page is built. */
const MISSING = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Plimsoll</title></head>
<body><h1>The page is not built</h1>
<p>Build it with <code>npm run build:page</code>, then load this address again.</p>
<p>Until then the command line has everything: <code>plimsoll status</code>.</p></body></html>
`;

export class PageFiles {
  readonly #folder: string;
  #files: ReadonlyMap<string, PageFile> = new Map();
  #builtAt = Number.NaN;

  constructor(folder: string) {
    this.#folder = folder;
    this.#refresh();
  }

  /** Undefined for what the page does not have. `path` is that of a request, compared and never opened. */
  find(path: string): PageFile | undefined {
    if (path === "/" || path === "/index.html") {
      this.#refresh();
      return this.#files.get("/index.html") ?? packed("html", Buffer.from(MISSING), false);
    }
    return this.#files.get(path);
  }

  /** The page may have been built anew while this runs. */
  #refresh(): void {
    const index = lstatSync(join(this.#folder, "index.html"), { throwIfNoEntry: false });
    const builtAt = index?.isFile() ? index.mtimeMs : Number.NaN;
    if (Object.is(builtAt, this.#builtAt)) return;
    this.#builtAt = builtAt;
    this.#files = index?.isFile() ? readPage(this.#folder) : new Map();
  }
}

function readPage(folder: string): Map<string, PageFile> {
  const files = new Map<string, PageFile>();
  const found = readdirSync(folder, { withFileTypes: true, recursive: true });
  for (const entry of found.slice(0, FILES_MAX)) {
    const place = join(entry.parentPath, entry.name);
    const ending = entry.name.split(".").at(-1) ?? "";
    // A link is no file here.
    if (!entry.isFile() || TYPES[ending] === undefined || entry.name.startsWith(".")) continue;
    const name = place.slice(folder.length).replaceAll("\\", "/");
    files.set(name, packed(ending, readFileSync(place), /^\/assets\/.+-[\w-]{8,}\.\w+$/.test(name)));
  }
  return files;
}

function packed(ending: string, body: Buffer, isHashed: boolean): PageFile {
  const isPacked = PACKED.has(ending);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  return {
    type: TYPES[ending] ?? "application/octet-stream",
    body,
    brotli: isPacked ? undefined : brotliCompressSync(body, { params }),
    gzip: isPacked ? undefined : gzipSync(body),
    etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
    isHashed,
  };
}
