/**
 * XGBoost's own library: where it is, which one it is, and its C interface. Source: include/xgboost/c_api.h.
 *
 * Memory that a call gives lives until the next call on the same handle; what is kept of it is copied at once.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { NativeLibrary, openLibrary, type SharedLibrary } from "./shared-library.ts";

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

export class XgboostLibrary extends NativeLibrary<keyof typeof calls> {
  readonly version: string;

  /** Throws what the loader throws for a library that is none of XGBoost, InputError for one that is too old. */
  constructor(library: SharedLibrary) {
    const version = versionOf(library);
    super(`xgboost ${version}`, library, calls, "XGBGetLastError");
    this.version = version;
  }
}

function versionOf({ handle }: SharedLibrary): string {
  const parts = [[0], [0], [0]] as const;
  handle.func("void XGBoostVersion(_Out_ int *, _Out_ int *, _Out_ int *)")(...parts);
  const [[major], [minor], [patch]] = parts;
  const version = `${major}.${minor}.${patch}`;
  if (major === 0 || (major === 1 && minor! < LEAST_MINOR))
    throw new InputError(`version ${version}; 1.${LEAST_MINOR} or later is needed`);
  return version;
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
  return openLibrary("xgboost", wanted, (library) => new XgboostLibrary(library));
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
