/** Where the dashboard may listen (RELIABILITY 5): the loopback, or elsewhere with three settings that say so. */
import { readFileSync } from "node:fs";
import { type DashboardParams, loopbackHosts } from "../../app/dashboard-params.ts";
import type { TradingMode } from "../../app/live/run-terms.ts";
import { InputError } from "../../domain/assert.ts";

export interface ListenTerms {
  readonly host: string;
  /** Tried in this order. */
  readonly ports: readonly number[];
  /** What a browser may call it. */
  readonly names: readonly string[];
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** The demo may lie beside another one; paper and live answer where everybody looks for them. */
const DEMO_TRIES = 20;
const PORT_MAX = 65_535;
const LOOPBACK_NAMES = ["127.0.0.1", "localhost", "::1"];

/** `port` is that of the command line. Throws InputError (exit 2) with one line: which settings are missing. */
export function listenTerms(
  params: DashboardParams,
  mode: TradingMode,
  port: number | undefined,
): ListenTerms {
  const first = port ?? params.port;
  const tries = mode === "demo" && first !== 0 ? DEMO_TRIES : 1;
  const ports = Array.from({ length: tries }, (_, n) => first + n).filter((each) => each <= PORT_MAX);
  const tls = tlsOf(params.tls);
  const { host } = params;
  if (loopbackHosts.includes(host)) return { host, ports, names: LOOPBACK_NAMES, tls };
  const missing = [
    ...(params.allowOtherHosts ? [] : ["dashboard.allowOtherHosts: true"]),
    ...(tls === undefined ? ["dashboard.tls with cert and key"] : []),
    ...(params.names.length === 0 ? ["dashboard.names, what a browser calls it"] : []),
  ];
  if (missing.length === 0) return { host, ports, names: [...params.names, ...LOOPBACK_NAMES], tls };
  throw new InputError(
    `dashboard.host = ${host}: others can reach it there, so it needs ${missing.join("; ")}; or use 127.0.0.1`,
    2,
  );
}

function tlsOf({ cert, key }: DashboardParams["tls"]): ListenTerms["tls"] {
  if (cert === "" && key === "") return undefined;
  if (cert === "" || key === "")
    throw new InputError("dashboard.tls: give both cert and key, files in PEM, or neither", 2);
  return { cert: pem(cert, "cert"), key: pem(key, "key") };
}

function pem(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new InputError(`dashboard.tls.${name} = ${path}: cannot be read (${code}); give a file in PEM`, 2);
  }
}
