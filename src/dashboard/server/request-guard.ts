/**
 * Which requests are answered at all (RELIABILITY 5). A web page that the operator has open elsewhere can reach this
 * port, by its name or by one that it lets point here; so the address that was asked for, and the page that asks, must
 * both be this one. Pure: a request is a few of its headers.
 *
 * DG-1  Every request, to whatever address, names a host of the list, exactly.
 * DG-2  What changes something comes from a page of this origin, is JSON and carries the header that no form can send.
 * DG-3  No GET changes anything.
 */

export interface RequestFacts {
  readonly method: string;
  /** Each as it came; a header that came twice is a list. */
  readonly host: readonly string[];
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly contentType: string | undefined;
  readonly mark: string | undefined;
}

export interface Refusal {
  readonly status: 403 | 405 | 415;
  /** For the audit and the log. */
  readonly why: string;
}

/** What a browser may call this server, with the port: the only hosts that are answered. */
export function allowedHosts(names: readonly string[], port: number): ReadonlySet<string> {
  return new Set(names.map((name) => `${name.includes(":") ? `[${name}]` : name}:${port}`));
}

const OWN_SITES: ReadonlySet<string> = new Set(["same-origin", "none"]);

/** Undefined for one that may be answered. */
export function refusal(
  { method, host, origin, fetchSite, contentType, mark }: RequestFacts,
  hosts: ReadonlySet<string>,
  scheme: "http" | "https",
): Refusal | undefined {
  const [name = ""] = host;
  if (host.length !== 1 || !hosts.has(name)) return { status: 403, why: "host" };
  if (fetchSite !== undefined && !OWN_SITES.has(fetchSite)) return { status: 403, why: "site" };
  if (origin !== undefined && origin !== `${scheme}://${name}`) return { status: 403, why: "origin" };
  if (method === "GET" || method === "HEAD") return undefined;
  if (method !== "POST") return { status: 405, why: "method" };
  // Browsers send it with every POST.
  if (origin === undefined) return { status: 403, why: "no origin" };
  if (mark !== "1") return { status: 403, why: "no header" };
  if (!/^application\/json(?:;|$)/i.test(contentType ?? "")) return { status: 415, why: "content type" };
  return undefined;
}
