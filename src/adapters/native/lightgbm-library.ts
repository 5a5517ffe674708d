/** LightGBM's own library: where it is, and its C interface (4.0 and later). Source: include/LightGBM/c_api.h. */
import { NativeLibrary, openLibrary } from "./shared-library.ts";

const CURE =
  "install it (pip install lightgbm brings lib/lib_lightgbm.so; macOS: brew install lightgbm) and name its file in " +
  "learn.lightgbm.library or PLIMSOLL_LIGHTGBM; or use the trainer gbdt, the same algorithm, which writes its format";

const calls = {
  LGBM_DatasetCreateFromMat: "const void *, int, int32_t, int32_t, int, const char *, void *, _Out_ void **",
  LGBM_DatasetSetField: "void *, const char *, const void *, int, int",
  LGBM_DatasetSetFeatureNames: "void *, const char **, int",
  LGBM_DatasetFree: "void *",
  LGBM_BoosterCreate: "void *, const char *, _Out_ void **",
  LGBM_BoosterAddValidData: "void *, void *",
  LGBM_BoosterUpdateOneIter: "void *, _Out_ int *",
  LGBM_BoosterGetEval: "void *, int, _Out_ int *, void *",
  LGBM_BoosterSaveModelToString: "void *, int, int, int, int64_t, _Out_ int64_t *, void *",
  LGBM_BoosterLoadModelFromString: "const char *, _Out_ int *, _Out_ void **",
  LGBM_BoosterPredictForMat:
    "void *, const void *, int, int32_t, int32_t, int, int, int, int, const char *, _Out_ int64_t *, void *",
  LGBM_BoosterFree: "void *",
  LGBM_DumpParamAliases: "int64_t, _Out_ int64_t *, void *",
} as const;

export type LightgbmLibrary = NativeLibrary<keyof typeof calls>;

const names: Readonly<Record<string, readonly string[]>> = {
  linux: ["lib_lightgbm.so", "/usr/local/lib/lib_lightgbm.so"],
  darwin: [
    "lib_lightgbm.dylib",
    "/opt/homebrew/opt/lightgbm/lib/lib_lightgbm.dylib",
    "/usr/local/opt/lightgbm/lib/lib_lightgbm.dylib",
  ],
  win32: ["lib_lightgbm.dll"],
};

/**
 * `configured`: `learn.lightgbm.library`, else PLIMSOLL_LIGHTGBM, else where systems have it. Throws InputError (exit
 * 1) with the cure where there is none.
 */
export function findLightgbm(
  configured: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<LightgbmLibrary> {
  const usual = names[process.platform] ?? names.linux!;
  const wanted = { configured, environment: environment.PLIMSOLL_LIGHTGBM, usual, cure: CURE };
  const use = (library: ConstructorParameters<typeof NativeLibrary>[1]) =>
    new NativeLibrary("lightgbm", library, calls, "LGBM_GetLastError");
  return openLibrary("lightgbm", wanted, use);
}
