/**
 * Reports of backtests and of demos that the reports folders hold, one folder each. A name is looked up among the
 * folders that are there: what is no such name is nowhere, and a link is not followed.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const NAME_FORM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/;
const MOST_BYTES = 64 * 1024 * 1024;
const FILE = "report.html";

export class ReportFiles {
  readonly #folders: readonly string[];

  /** Folders that hold a folder for each report; earlier ones win. */
  constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** Names that have a report. */
  names(): ReadonlySet<string> {
    return new Set(this.#folders.flatMap((folder) => reportsIn(folder)));
  }

  /** The address of a report on this origin; null when it is gone. */
  address(name: string): string | null {
    return this.#place(name) === undefined ? null : `/reports/${name}/${FILE}`;
  }

  read(name: string): Buffer | undefined {
    const folder = this.#place(name);
    return folder === undefined ? undefined : plainFile(join(folder, name, FILE));
  }

  #place(name: string): string | undefined {
    if (!NAME_FORM.test(name)) return undefined;
    return this.#folders.find((folder) => isReport(folder, name));
  }
}

function reportsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => NAME_FORM.test(name) && isReport(folder, name));
  } catch {
    return []; // No report was made yet.
  }
}

/** Neither the folder nor the file may be a link: it would lead out of the reports. */
function isReport(folder: string, name: string): boolean {
  const stat = (path: string) => lstatSync(path, { throwIfNoEntry: false });
  try {
    return (
      stat(join(folder, name))?.isDirectory() === true && stat(join(folder, name, FILE))?.isFile() === true
    );
  } catch {
    return false;
  }
}

function plainFile(path: string): Buffer | undefined {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const found = fstatSync(file);
      return found.isFile() && found.size <= MOST_BYTES ? readFileSync(file) : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined; // It was removed meanwhile.
  }
}
