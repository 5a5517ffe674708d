/** Goal: what was sealed comes back bit by bit with its key, and not at all with another one or a changed bit. */
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { backupKey, backupKeyEnv, isSealed, openSealed, sealFile } from "./sealed-file.ts";

const folder = scratchFolder("sealed-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DIGITS = "5f".repeat(32);
const key = backupKey({ PLIMSOLL_BACKUP_KEY: DIGITS })!;
const other = backupKey({ PLIMSOLL_BACKUP_KEY: "0".repeat(64) })!;
let files = 0;
const path = () => join(folder, `file-${files++}`);

function sealed(content: Uint8Array): string {
  const [plain, to] = [path(), path()];
  writeFileSync(plain, content);
  sealFile(plain, to, key);
  return to;
}

describe("a sealed file", () => {
  it.each([0, 1, 4096, (1 << 20) - 1, (1 << 20) + 7, 3_000_001])("of %i bytes comes back", (size) => {
    const content = Buffer.alloc(size, "a journal ");
    const [file, to] = [sealed(content), path()];
    expect(isSealed(file)).toBe(true);
    expect(readFileSync(file).includes("a journal a journal")).toBe(false);
    openSealed(file, to, key);
    expect(readFileSync(to).equals(content)).toBe(true);
  });

  it("of the same content is never the same file twice", () => {
    const content = Buffer.from("the same");
    expect(readFileSync(sealed(content)).equals(readFileSync(sealed(content)))).toBe(false);
  });

  it("BK-4 does not open with another key, a changed bit anywhere, or cut short, and leaves nothing", () => {
    const file = sealed(Buffer.alloc(5000, "x"));
    const bytes = readFileSync(file);
    const refused = (content: Uint8Array, by = key) => {
      const [broken, to] = [path(), path()];
      writeFileSync(broken, content);
      expect(() => openSealed(broken, to, by)).toThrow(broken);
      expect(() => readFileSync(to)).toThrow("ENOENT");
    };
    refused(bytes, other);
    for (const at of [0, 17, 33, 44, 2500, bytes.length - 17, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      refused(changed);
    }
    for (const size of [0, 20, 59, 60, bytes.length - 1]) refused(bytes.subarray(0, size));
  });
});

describe("the key", () => {
  it("is 64 hex digits or nothing, and no message and no print shows it", () => {
    expect(backupKey({})).toBeUndefined();
    expect(backupKey({ PLIMSOLL_BACKUP_KEY: "" })).toBeUndefined();
    const wrong = `${DIGITS.slice(1)}g`;
    let said = "";
    try {
      backupKey({ PLIMSOLL_BACKUP_KEY: wrong });
    } catch (error) {
      said = String(error);
    }
    expect(said).toContain("64 hex digits");
    expect(said).not.toContain(wrong.slice(0, 20));
    const file = path();
    writeFileSync(file, `${DIGITS}\n`, { mode: 0o600 });
    expect(backupKey({ PLIMSOLL_BACKUP_KEY_FILE: file })?.equals(key)).toBe(true);
    const more = { PLIMSOLL_BACKUP_KEY_FILE: file, ALPACA_API_KEY: "PK" };
    expect(backupKeyEnv(more)).toEqual({ PLIMSOLL_BACKUP_KEY_FILE: file });
    expect(backupKeyEnv({ ALPACA_API_KEY: "PK" })).toEqual({});
    chmodSync(file, 0o644);
    expect(() => backupKey({ PLIMSOLL_BACKUP_KEY_FILE: file })).toThrow(/mode 0644, allowed is 0600/);
    expect(() => backupKey({ PLIMSOLL_BACKUP_KEY_FILE: path() })).toThrow(/is not there/);
    expect(inspect(key) + JSON.stringify(key)).not.toContain("5f5f");
  });
});
