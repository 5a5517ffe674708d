/** The built-in exchange as a process of its own: started by the command line's entry, ready when it prints keys. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { AlpacaCredentials } from "../../adapters/brokers/alpaca/credentials.ts";
import { Secret } from "../../adapters/brokers/alpaca/secret.ts";
import { InputError } from "../../domain/assert.ts";
import type { ClockTerms } from "../../market/exchange-clock.ts";
import type { RunTerms } from "./run-terms.ts";

export interface TwinOptions {
  /** Entry of the command line. */
  readonly entry: string;
  /** Further words of `plimsoll exchange`. */
  readonly words: readonly string[];
}

export interface Twin {
  readonly hosts: RunTerms["hosts"];
  readonly credentials: AlpacaCredentials;
  readonly clock: ClockTerms;
  readonly symbols: readonly string[];
  /** Resolves when it is gone, whoever ended it. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

interface Announced {
  readonly trading: string;
  readonly data: string;
  readonly stream: string;
  readonly key: string;
  readonly secret: string;
}

/** Throws InputError (exit 1) when it ends before it is ready. */
export async function startTwin({ entry, words }: TwinOptions): Promise<Twin> {
  const child = spawn(process.execPath, [entry, "--quiet", "exchange", "--port", "0", ...words], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Ctrl-C is for whoever started it; it ends with that process, at the latest.
    detached: true,
  });
  const said: string[] = [];
  child.stderr?.setEncoding("utf8").on("data", (text: string) => void said.push(text));
  const gone = Promise.withResolvers<void>();
  child.once("exit", () => gone.resolve());
  const announced = await announcement(child, said);
  const headers = { "APCA-API-KEY-ID": announced.key, "APCA-API-SECRET-KEY": announced.secret };
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${announced.trading}${path}`, { headers, redirect: "error" });
    if (!response.ok) throw new InputError(`exchange: ${path} answers ${response.status}`, 1);
    return response.json();
  };
  const { clock } = (await get("/admin/state")) as { readonly clock: ClockTerms };
  const assets = (await get("/v2/assets?status=active")) as readonly { readonly symbol: string }[];
  return {
    hosts: {
      trading: announced.trading,
      tradingStream: announced.stream,
      data: announced.data,
      stream: announced.stream,
    },
    credentials: { keyId: new Secret(announced.key), secretKey: new Secret(announced.secret) },
    clock,
    ended: gone.promise,
    symbols: assets.map(({ symbol }) => symbol),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await gone.promise;
    },
  };
}

/** The one line that it prints when clients may come. */
async function announcement(child: ChildProcess, said: readonly string[]): Promise<Announced> {
  const first = Promise.withResolvers<string>();
  if (child.stdout !== null) createInterface(child.stdout).once("line", (line) => first.resolve(line));
  child.once("error", (error) => first.reject(error));
  child.once("exit", (code) => {
    const why = said
      .join("")
      .trim()
      .replace(/^plimsoll: /, "");
    first.reject(
      new InputError(why || `exchange: it ended with ${code}`, code === 2 || code === 3 ? code : 1),
    );
  });
  return JSON.parse(await first.promise) as Announced;
}
