/**
 * A certificate that was refused ends entries until a person has looked (fault 9): somebody may stand between us and
 * the broker or the market's data, and a line that works again proves nothing of it. Exits go on trying.
 */
import { isCertificateRefusal } from "../../adapters/net/certificate.ts";
import type { ClaimWord } from "./watch-duty.ts";

const HOLDER = { authority: "circuit_breakers", source: "certificate" } as const;

export class CertificateGuard {
  #isTold = false;

  /** Why a request or a line failed; the claim to be raised, once until `resumed`. Its reason is for a page as well. */
  heard(reason: string): (ClaimWord & { readonly claim: { readonly reason: string } }) | undefined {
    if (this.#isTold || !isCertificateRefusal(reason)) return undefined;
    this.#isTold = true;
    return { claim: { ...HOLDER, level: "NO_NEW_ENTRIES", scalar: 1, reason, liftedBy: "operator" } };
  }

  /** A person has looked and resumed: what is refused after that is news. */
  resumed(): void {
    this.#isTold = false;
  }
}
