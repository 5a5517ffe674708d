/** What every answer says to a browser besides itself (RELIABILITY 5, ASVS 3.4). */

const NOTHING_ELSE = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

/** The page: its own scripts, styles, fonts and pictures, and no address but this one. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/**
 * A report brings its styles and its few scripts in the file. The sandbox gives it an origin of its own: it sees no
 * cookie and may ask nobody.
 */
const REPORT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; " +
  `sandbox allow-scripts; ${NOTHING_ELSE}`;

export type Kind = "page" | "asset" | "report" | "answer";

export function securityHeaders(kind: Kind, isEncrypted: boolean): Record<string, string> {
  return {
    "content-security-policy": kind === "report" ? REPORT_POLICY : PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    // The name of an asset holds its hash: it never changes.
    "cache-control": kind === "asset" ? "public, max-age=31536000, immutable" : "no-store",
    ...(isEncrypted ? { "strict-transport-security": "max-age=31536000" } : {}),
  };
}
