/**
 * Certificates for one test: an authority made on the spot and what it signs, valid or not. Written as X.509 by hand,
 * since node makes keys and no certificates, and a key in a repository looks like one that was lost.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** PEM, as servers and `tls` take them. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export interface LeafTerms {
  /** The address that it is for; a server of another one is a stranger. */
  readonly ip: readonly [number, number, number, number];
  readonly from: Date;
  readonly until: Date;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const OID = 0x06;
const UTF8 = 0x0c;
const GENERAL_TIME = 0x18;
const OCTETS = 0x04;
const BITS = 0x03;
const TRUE = Buffer.from([0x01, 0x01, 0xff]);
/** ecdsa-with-SHA256, commonName, basicConstraints, subjectAltName. */
const ECDSA_SHA256 = Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]);
const COMMON_NAME = Buffer.from([0x55, 0x04, 0x03]);
const BASIC_CONSTRAINTS = Buffer.from([0x55, 0x1d, 0x13]);
const ALTERNATIVE_NAMES = Buffer.from([0x55, 0x1d, 0x11]);

function field(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const nameOf = (name: string): Buffer =>
  field(SEQUENCE, field(SET, field(SEQUENCE, field(OID, COMMON_NAME), field(UTF8, Buffer.from(name)))));
const timeOf = (at: Date): Buffer =>
  field(GENERAL_TIME, Buffer.from(`${at.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`));
const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64").replaceAll(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`;

interface Body {
  readonly issuer: string;
  readonly subject: string;
  readonly from: Date;
  readonly until: Date;
  readonly subjectKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
}

function certificate({ issuer, subject, from, until, subjectKey, signer, extensions }: Body): string {
  const algorithm = field(SEQUENCE, field(OID, ECDSA_SHA256));
  const body = field(
    SEQUENCE,
    field(0xa0, field(INTEGER, Buffer.from([2]))),
    field(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer),
    field(SEQUENCE, timeOf(from), timeOf(until)),
    nameOf(subject),
    createPublicKey(subjectKey).export({ type: "spki", format: "der" }),
    field(0xa3, field(SEQUENCE, ...extensions)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign("sha256", body, signer)]);
  return pem(field(SEQUENCE, body, algorithm, field(BITS, signature)));
}

/** An authority that nobody knows until its certificate is trusted. */
export function throwawayAuthority(): { readonly cert: string; leaf(terms: LeafTerms): Certificate } {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const name = `throwaway ${randomBytes(4).toString("hex")}`;
  const day = 86_400_000;
  const isAuthority = field(
    SEQUENCE,
    field(OID, BASIC_CONSTRAINTS),
    TRUE,
    field(OCTETS, field(SEQUENCE, TRUE)),
  );
  const cert = certificate({
    issuer: name,
    subject: name,
    from: new Date(Date.now() - 1000 * day),
    until: new Date(Date.now() + day),
    subjectKey: own,
    signer: own,
    extensions: [isAuthority],
  });
  const leaf = ({ ip, from, until }: LeafTerms): Certificate => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const names = field(OCTETS, field(SEQUENCE, field(0x87, Buffer.from(ip))));
    return {
      key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
      cert: certificate({
        ...{ issuer: name, subject: "broker", from, until },
        subjectKey: privateKey,
        signer: own,
        extensions: [field(SEQUENCE, field(OID, ALTERNATIVE_NAMES), names)],
      }),
    };
  };
  return { cert, leaf };
}
