/** What a backup says of itself: which run, which code, and what each of its files was when it was put in. */
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { databaseFacts } from "./database-copy.ts";

/** A database, a line of text after another, or a file that is replaced as a whole: one folder deep, plain names. */
const NAME = /^(?:db|run|killswitch)\/[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

/** First in each archive. */
export const MANIFEST = "manifest.json";
export const isMemberName = (name: string): boolean => name === MANIFEST || NAME.test(name);

const member = z.strictObject({
  name: z.string().regex(NAME),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of a database alone. */
  database: databaseFacts.optional(),
});

const manifest = z.strictObject({
  version: z.literal(1),
  /** ISO instant. */
  made: z.iso.datetime(),
  /** Of the code that made it. */
  build: z.string(),
  /** The run whose description is in it; null where there was none. */
  run: z.string().nullable(),
  files: z.array(member),
});
export type BackupManifest = z.infer<typeof manifest>;
export type BackupMember = z.infer<typeof member>;

/** Throws InputError (exit 1) naming the archive when the text is no manifest that this program reads. */
export function parseManifest(text: string, archive: string): BackupManifest {
  try {
    return manifest.parse(JSON.parse(text));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const why = issue === undefined ? "no JSON" : `${issue.path.join(".")}: ${issue.message}`;
    throw new InputError(`${archive}: ${MANIFEST} is none that this program reads (${why})`, 1);
  }
}
