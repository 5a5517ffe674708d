/**
 * XGBoost's own library: where it is, which one it is, and its C interface. Source: include/xgboost/c_api.h.
 *
 * Memory that a call gives lives until the next call on the same handle; what is kept of it is copied at once.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { openLibrary, reasonInOneLine, type SharedLibrary } from "./shared-library.ts";

/** Models as JSON in memory came with 1.6. */
const LEAST_MINOR = 6;
const CURE =
  "install it (Debian: apt-get install libxgboost0; macOS: brew install xgboost; or npm install xgboost_node), or " +
  "name its file in learn.xgboost.library or PLIMSOLL_XGBOOST; the trainer gbdt needs nothing";

/** Functions that answer 0 where all is well, with what they take. */
const calls = {
  XGDMatrixCreateFromMat: "const float *, uint64_t, uint64_t, float, _Out_ void **",
  XGDMatrixSetFloatInfo: "void *, const char *, const float *, uint64_t",
  XGDMatrixSetStrFeatureInfo: "void *, const char *, const char **, uint64_t",
  XGDMatrixFree: "void *",
  XGBoosterCreate: "const void **, uint64_t, _Out_ void **",
  XGBoosterFree: "void *",
  XGBoosterSetParam: "void *, const char *, const char *",
  XGBoosterSetStrFeatureInfo: "void *, const char *, const char **, uint64_t",
  XGBoosterUpdateOneIter: "void *, int, void *",
  XGBoosterEvalOneIter: "void *, int, void **, const char **, uint64_t, _Out_ const char **",
  XGBoosterSlice: "void *, int, int, int, _Out_ void **",
  XGBoosterSaveJsonConfig: "void *, _Out_ uint64_t *, _Out_ const char **",
  XGBoosterSaveModelToBuffer: "void *, const char *, _Out_ uint64_t *, _Out_ void **",
  XGBoosterLoadModelFromBuffer: "void *, const void *, uint64_t",
  XGBoosterPredictFromDMatrix: "void *, void *, const char *, _Out_ void **, _Out_ uint64_t *, _Out_ void **",
} as const;

/** An address of the library's. */
export type Address = bigint;

export class XgboostLibrary {
  readonly version: string;
  readonly path: string;
  readonly #library: SharedLibrary;
  readonly #functions: ReadonlyMap<string, (...given: readonly unknown[]) => number>;
  readonly #lastError: () => string;

  /** Throws InputError (exit 1) for a library that is none of XGBoost, or too old. */
  constructor(library: SharedLibrary) {
    this.#library = library;
    this.path = library.path;
    const { handle } = library;
    try {
      const parts = [[0], [0], [0]] as const;
      handle.func("void XGBoostVersion(_Out_ int *, _Out_ int *, _Out_ int *)")(...parts);
      const [[major], [minor], [patch]] = parts;
      this.version = `${major}.${minor}.${patch}`;
      if (major === 0 || (major === 1 && minor! < LEAST_MINOR))
        throw new InputError(`version ${this.version}; 1.${LEAST_MINOR} or later is needed`);
      this.#lastError = handle.func("const char *XGBGetLastError()");
      this.#functions = new Map(
        Object.entries(calls).map(([name, takes]) => [name, handle.func(`int ${name}(${takes})`)]),
      );
    } catch (error) {
      throw new InputError(`xgboost: ${library.path}: ${reasonInOneLine(error)}; ${CURE}`, 1);
    }
  }

  /** Throws InputError with the library's own sentence. */
  call(name: keyof typeof calls, ...given: readonly unknown[]): void {
    if (this.#functions.get(name)!(...given) === 0) return;
    throw new InputError(`xgboost ${this.version}: ${reasonInOneLine(this.#lastError())}`);
  }

  /** A call whose last argument is where it puts an address. */
  made(name: keyof typeof calls, ...given: readonly unknown[]): Address {
    const out: [Address] = [0n];
    this.call(name, ...given, out);
    return out[0];
  }

  /** A copy of the library's memory. */
  bytes(at: Address, length: number): ArrayBuffer {
    return length === 0 ? new ArrayBuffer(0) : this.#library.koffi.view(at, length).slice(0);
  }
}

/**
 * `configured`: `learn.xgboost.library`, else PLIMSOLL_XGBOOST, else where systems and packages have it. Throws
 * InputError (exit 1) with the cure where there is none.
 */
export async function findXgboost(
  configured: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<XgboostLibrary> {
  const usual = [...(names[process.platform] ?? names.linux!), ...packaged()];
  const wanted = { configured, environment: environment.PLIMSOLL_XGBOOST, usual, cure: CURE };
  return new XgboostLibrary(await openLibrary("xgboost", wanted));
}

const names: Readonly<Record<string, readonly string[]>> = {
  linux: [
    "libxgboost.so",
    "libxgboost.so.0",
    "/usr/local/lib/libxgboost.so",
    "/usr/lib/python3/dist-packages/xgboost/lib/libxgboost.so",
  ],
  darwin: [
    "libxgboost.dylib",
    "/opt/homebrew/opt/xgboost/lib/libxgboost.dylib",
    "/usr/local/opt/xgboost/lib/libxgboost.dylib",
  ],
  win32: ["xgboost.dll"],
};

/** The npm package brings one for x64 Linux and for macOS, whether or not its own binding was built. */
function packaged(): readonly string[] {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("xgboost_node/package.json"));
    return [join(folder, process.platform === "darwin" ? "binary/libxgboost.dylib" : "lib/libxgboost.so")];
  } catch {
    return [];
  }
}
