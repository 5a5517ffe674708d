/**
 * Refused certificates by name (fault 9): whoever is on the other end did not prove to be who we asked for. That is no
 * failing line: every byte would go to a stranger, so a person is called and nothing is ever sent the weaker way.
 */

const REFUSED = "certificate refused: ";

/** Every code of node's TLS that says a certificate does not hold, from expired over unknown issuer to wrong name. */
const codes: readonly RegExp[] = [
  /^(CERT|CRL|DEPTH_ZERO|SELF_SIGNED|PATH_LENGTH|ERR_TLS_CERT)_/,
  /^UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_/,
  /^(INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|ERROR_IN_C.*)$/,
];

/** The line for people, of a connection to `host` as the address had it; undefined for any other failure. */
export function certificateRefusal(error: Error, host: string): string | undefined {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return codes.some((known) => known.test(code))
    ? `${REFUSED}${host}, ${code} (${error.message})`
    : undefined;
}

/** Whether a failure that was told as text is one of these. */
export const isCertificateRefusal = (reason: string): boolean => reason.startsWith(REFUSED);
