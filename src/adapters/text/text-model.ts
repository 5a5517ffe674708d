/**
 * FinBERT from local weights. The network's runtime is an extra of 290 MB that most installations do without: it is
 * looked for when a model is opened, never before, and nothing is fetched from anywhere. A folder holds what is
 * published with a model: config.json, vocab.txt, tokenizer_config.json if any, and model.onnx or onnx/model.onnx.
 *
 * One thread a session, so that the sums of the network come in one order and equal texts give equal scores.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { InputError } from "../../domain/assert.ts";
import {
  combinedProbabilities,
  labelOrder,
  type ModelInput,
  type ModelOutput,
  modelInputs,
} from "../../models/sentiment/finbert.ts";
import type { SentimentProbabilities } from "../../models/sentiment/probabilities.ts";
import { createWordPiece } from "../../models/sentiment/word-piece.ts";

/** Not a dependency: required by name at run time, so that neither install nor type check needs it. */
const EXTRA = "onnxruntime-node";

export interface TextModel {
  /** Refuses nothing: a text without words is neutral. One text at a time. */
  read(text: string): Promise<SentimentProbabilities>;
  close(): Promise<void>;
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(
    feeds: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, { data: ArrayLike<number> }>>>;
  release(): Promise<void>;
}

/** The part of onnxruntime that is used. */
export interface NetworkRuntime {
  readonly InferenceSession: { create(path: string, options: object): Promise<Session> };
  readonly Tensor: new (type: "int64", data: BigInt64Array, dims: readonly number[]) => unknown;
}

/** Refuses a missing extra, a missing file and a model whose labels or vocabulary cannot be read, in one line. */
export async function openTextModel(
  folder: string,
  loadRuntime: () => NetworkRuntime = () => requireExtra(folder),
): Promise<TextModel> {
  const { InferenceSession, Tensor } = loadRuntime();
  const order = labelOrder(readJson(folder, "config.json"));
  const hasTokenizer = existsSync(join(folder, "tokenizer_config.json"));
  const tokenizer = hasTokenizer ? readJson(folder, "tokenizer_config.json") : {};
  const wordPiece = createWordPiece(read(folder, "vocab.txt"), {
    isUncased: tokenizer.do_lower_case !== false,
  });
  const session = await InferenceSession.create(weightsIn(folder), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
  });

  const pass = async ({ ids, pieces }: ModelInput): Promise<ModelOutput> => {
    const tensor = (pick: (id: number) => number) =>
      new Tensor(
        "int64",
        BigInt64Array.from(ids, (id) => BigInt(pick(id))),
        [1, ids.length],
      );
    const known: Readonly<Record<string, () => unknown>> = {
      input_ids: () => tensor((id) => id),
      attention_mask: () => tensor(() => 1),
      token_type_ids: () => tensor(() => 0),
    };
    const feeds: Record<string, unknown> = {};
    for (const name of session.inputNames) {
      const make = known[name];
      if (make === undefined)
        throw new InputError(`sentiment: the model wants the input ${name}, which is none of BERT's`);
      feeds[name] = make();
    }
    const outputs = await session.run(feeds);
    const logits = outputs.logits ?? outputs[session.outputNames[0] ?? ""];
    return { logits: logits?.data ?? [], pieces };
  };

  return {
    async read(text) {
      const outputs: ModelOutput[] = [];
      for (const input of modelInputs(text, wordPiece)) outputs.push(await pass(input));
      return combinedProbabilities(outputs, order);
    },
    close: () => session.release(),
  };
}

function requireExtra(folder: string): NetworkRuntime {
  const requireFromHere = createRequire(import.meta.url);
  try {
    return requireFromHere(EXTRA);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "MODULE_NOT_FOUND") {
      throw new InputError(`sentiment: ${EXTRA} is installed but does not load: ${message.split("\n")[0]}`);
    }
    throw new InputError(
      `sentiment: text models are an extra: npm install --no-save --ignore-scripts ${EXTRA}, and put config.json, ` +
        `vocab.txt and model.onnx into ${folder}; the lexicon needs neither`,
    );
  }
}

function weightsIn(folder: string): string {
  const places = ["model.onnx", join("onnx", "model.onnx")].map((name) => join(folder, name));
  const found = places.find((path) => existsSync(path));
  if (found === undefined) throw new InputError(`sentiment: no weights; looked for ${places.join(" and ")}`);
  return found;
}

function read(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch (error) {
    throw new InputError(`sentiment: ${join(folder, name)} cannot be read: ${(error as Error).message}`);
  }
}

function readJson(folder: string, name: string): Record<string, unknown> {
  const text = read(folder, name);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`sentiment: ${join(folder, name)} is not JSON: ${(error as Error).message}`);
  }
}
