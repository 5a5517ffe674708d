/**
 * A file that holds room on the disk of the journals (fault 57, C-52): when there is none left it goes, and what closes
 * the positions can still be written down. It is no reserve to trade on: entries are barred long before, and until it
 * is back.
 */
import { randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { unfinishedMark } from "../durable-file.ts";

const MIB = 1 << 20;

/**
 * A commit of the journal writes a few pages of 4 KiB, and a closing of 30 positions makes about 500 of them. This is
 * room for 1,000 and more (measured: 3,500), since the ledger and the other journals of the disk want of it, too.
 */
export const BALLAST_BYTES = 16 * MIB;
/** Below it the journal's next write fails, and other files fail in ways that do not say why. */
const LAST_FREE_BYTES = MIB;
/** It is made where that many of its size are free: the next trouble is then not a minute away. */
const ROOM = 10;

/** Frees its room; false where there was none to free. Never throws: it is called when a disk is in trouble. */
export function dropBallast(path: string): boolean {
  try {
    rmSync(path);
    return true;
  } catch {
    return false;
  }
}

export class Ballast {
  readonly path: string;
  readonly #bytes: number;
  #isMaking = false;
  #wasKept = false;

  constructor(path: string, bytes: number = BALLAST_BYTES) {
    this.path = path;
    this.#bytes = bytes;
  }

  get isKept(): boolean {
    return existsSync(this.path);
  }

  /**
   * By the free bytes of its disk; NaN makes nothing. Resolves to `made`, or once to `gone`, whoever took it. Never
   * rejects.
   */
  async look(freeBytes: number): Promise<"made" | "gone" | undefined> {
    if (this.#isMaking) return undefined;
    this.#wasKept ||= this.isKept;
    if (freeBytes < LAST_FREE_BYTES) dropBallast(this.path);
    if (this.isKept) return undefined;
    if (this.#wasKept) {
      this.#wasKept = false;
      return "gone";
    }
    if (!(freeBytes >= ROOM * this.#bytes)) return undefined;
    this.#isMaking = true;
    this.#wasKept = await this.#make();
    this.#isMaking = false;
    return this.#wasKept ? "made" : undefined;
  }

  /** Written out, with bytes that no file system can fold away. */
  async #make(): Promise<boolean> {
    const beside = `${this.path}${unfinishedMark}${process.pid}`;
    try {
      const file = await open(beside, "w", 0o600);
      try {
        for (let left = this.#bytes; left > 0; left -= MIB)
          await file.writeFile(randomBytes(Math.min(left, MIB)));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, this.path);
      return true;
    } catch {
      await rm(beside, { force: true });
      return false;
    }
  }
}
