/**
 * Goal    without the extra a text model says in one line what is missing; with a runtime it gives the network BERT's
 *         inputs and reads the logits by their names.
 * Method  a runtime written here in place of the foreign one, files made by hand in a scratch folder.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type NetworkRuntime, openTextModel } from "./text-model.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-text-model-"));
  put("config.json", JSON.stringify({ id2label: { 0: "Neutral", 1: "Positive", 2: "Negative" } }));
  put("vocab.txt", "[UNK]\n[CLS]\n[SEP]\nprofits\nfell\nFell\n");
  put("model.onnx", "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, text: string) => writeFileSync(join(folder, name), text);

interface Fed {
  readonly type: string;
  readonly data: BigInt64Array;
  readonly dims: readonly number[];
}

/** Answers as many logits as it is told and remembers what it was given. */
function runtimeOf(inputNames: readonly string[], logits: readonly number[]) {
  const seen: { paths: string[]; feeds: Record<string, Fed>[]; released: number } = {
    paths: [],
    feeds: [],
    released: 0,
  };
  const runtime = {
    Tensor: class {
      readonly type: string;
      readonly data: BigInt64Array;
      readonly dims: readonly number[];
      constructor(type: string, data: BigInt64Array, dims: readonly number[]) {
        this.type = type;
        this.data = data;
        this.dims = dims;
      }
    },
    InferenceSession: {
      create: async (path: string) => {
        seen.paths.push(path);
        return {
          inputNames,
          outputNames: ["logits"],
          run: async (feeds: Record<string, Fed>) => {
            seen.feeds.push(feeds);
            return { logits: { data: Float32Array.from(logits) } };
          },
          release: async () => {
            seen.released += 1;
          },
        };
      },
    },
  } as unknown as NetworkRuntime;
  return { seen, load: () => runtime };
}

const bertInputs = ["input_ids", "attention_mask", "token_type_ids"];
const refusal = (open: Promise<unknown>) =>
  open.then(
    () => "opened",
    (error: Error) => error.message,
  );

function extraIsMissing(): boolean {
  try {
    createRequire(import.meta.url).resolve("onnxruntime-node");
    return false;
  } catch {
    return true;
  }
}

describe("text model", () => {
  it.skipIf(!extraIsMissing())(
    "without the extra one line says what to install and where the weights go",
    async () => {
      const message = await refusal(openTextModel(folder));
      expect(message).toContain(
        "sentiment: text models are an extra: npm install --no-save --ignore-scripts onnxruntime-node",
      );
      expect(message).toContain(folder);
      expect(message).not.toContain("\n");
    },
  );

  it("gives the network BERT's inputs and reads its logits by their names", async () => {
    const { seen, load } = runtimeOf(bertInputs, [0, Math.log(6), Math.log(3)]);
    const model = await openTextModel(folder, load);
    const { positive, negative, neutral, score } = await model.read("Profits fell oddly");
    expect([positive, negative, neutral, score].map((value) => Number(value.toFixed(6)))).toEqual([
      0.6, 0.3, 0.1, 0.3,
    ]);
    const [feeds] = seen.feeds;
    const values = bertInputs.map((name) => [...(feeds?.[name]?.data ?? [])].map(Number));
    expect(values).toEqual([
      [1, 3, 4, 0, 2],
      [1, 1, 1, 1, 1],
      [0, 0, 0, 0, 0],
    ]);
    expect(feeds?.input_ids).toMatchObject({ type: "int64", dims: [1, 5] });
    await model.close();
    expect(seen.released).toBe(1);
  });

  it("gives only the inputs that the model names, and none for a text without words", async () => {
    const { seen, load } = runtimeOf(["input_ids", "attention_mask"], [0, 0, 0]);
    const model = await openTextModel(folder, load);
    await model.read("fell");
    expect(Object.keys(seen.feeds[0] ?? {})).toEqual(["input_ids", "attention_mask"]);
    expect(await model.read(" ")).toMatchObject({ neutral: 1, score: 0 });
    expect(seen.feeds.length).toBe(1);
    const odd = await openTextModel(folder, runtimeOf(["pixels"], [0, 0, 0]).load);
    await expect(odd.read("fell")).rejects.toThrow("wants the input pixels");
  });

  it("takes weights from the folder onnx, and case from the tokenizer's own config", async () => {
    rmSync(join(folder, "model.onnx"));
    mkdirSync(join(folder, "onnx"));
    put("onnx/model.onnx", "");
    put("tokenizer_config.json", JSON.stringify({ do_lower_case: false }));
    const { seen, load } = runtimeOf(["input_ids"], [0, 0, 0]);
    await (await openTextModel(folder, load)).read("Fell");
    expect(seen.paths).toEqual([join(folder, "onnx", "model.onnx")]);
    expect([...(seen.feeds[0]?.input_ids?.data ?? [])].map(Number)).toEqual([1, 5, 2]);
  });

  it("names what is missing or cannot be read", async () => {
    const { load } = runtimeOf(bertInputs, [0, 0, 0]);
    rmSync(join(folder, "model.onnx"));
    expect(await refusal(openTextModel(folder, load))).toContain("no weights; looked for");
    rmSync(join(folder, "vocab.txt"));
    expect(await refusal(openTextModel(folder, load))).toContain("vocab.txt cannot be read");
    put("config.json", "{}");
    expect(await refusal(openTextModel(folder, load))).toContain("no id2label");
    put("config.json", "{");
    expect(await refusal(openTextModel(folder, load))).toContain("config.json is not JSON");
  });
});
