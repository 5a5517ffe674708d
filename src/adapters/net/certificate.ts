/**
 * Refused certificates by name (fault 9): whoever is on the other end did not prove to be who we asked for. That is no
 * failing line: every byte would go to a stranger, so a person is called and nothing is ever sent the weaker way.
 */

const REFUSED = "certificate refused: ";

/** Every code of node's TLS that says a certificate does not hold, from expired over unknown issuer to wrong name. */
const CODES =
  /^(CERT_|CRL_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_(CA|PURPOSE)|PATH_LENGTH_|HOSTNAME_MISMATCH|ERROR_IN_C|ERR_TLS_CERT_)/;

/** The line for people, of a connection to `host` as the address had it; undefined for any other failure. */
export function certificateRefusal(error: Error, host: string): string | undefined {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return CODES.test(code) ? `${REFUSED}${host}, ${code} (${error.message})` : undefined;
}

/** Whether a failure that was told as text is one of these. */
export const isCertificateRefusal = (reason: string): boolean => reason.startsWith(REFUSED);
