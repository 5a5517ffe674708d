/** Which MLflow tracking server is told, and as whom: MLflow's own environment variables. */
import { InputError } from "../../domain/assert.ts";
import { isLoopback } from "../alerts/channel.ts";
import { Secret } from "../brokers/alpaca/secret.ts";
import { type Environment, readEnvFile } from "../env-file.ts";

export interface MlflowSettings {
  /** Without a slash at its end. */
  readonly server: string;
  readonly experiment: string;
  /** Of the Authorization header; undefined: none is sent. */
  readonly authorization: Secret | undefined;
  /** Never to be seen in a message, whatever a server echoes. */
  readonly secrets: readonly Secret[];
}

const EXPERIMENT = "plimsoll";

/**
 * Undefined where MLFLOW_TRACKING_URI is not set. Values come from the environment, else from the files, name by name.
 * A name and a password go before a token, as in MLflow's own client. Throws InputError for an address that is none,
 * or that would carry a secret unencrypted to another machine.
 */
export function mlflowSettings(
  environment: Environment,
  envFiles: readonly string[],
): MlflowSettings | undefined {
  const places = placesOf(environment, envFiles);
  const value = (name: string) => places.map((place) => place[name] ?? "").find((text) => text !== "") ?? "";
  const address = value("MLFLOW_TRACKING_URI");
  if (address === "") return undefined;
  const [user, password, token] = [
    value("MLFLOW_TRACKING_USERNAME"),
    value("MLFLOW_TRACKING_PASSWORD"),
    value("MLFLOW_TRACKING_TOKEN"),
  ];
  const basic = Buffer.from(`${user}:${password}`).toString("base64");
  const words = user !== "" && password !== "" ? `Basic ${basic}` : token === "" ? "" : `Bearer ${token}`;
  return {
    server: checkedAddress(address, words !== ""),
    experiment: value("MLFLOW_EXPERIMENT_NAME") || EXPERIMENT,
    authorization: words === "" ? undefined : new Secret(words),
    secrets: [words, basic, password, token].filter((text) => text !== "").map((text) => new Secret(text)),
  };
}

/** A file that others may read is for those to refuse who need it. */
function placesOf(environment: Environment, envFiles: readonly string[]): readonly Environment[] {
  try {
    return [environment, ...envFiles.map(readEnvFile)];
  } catch (error) {
    if ((environment.MLFLOW_TRACKING_URI ?? "") === "") return [];
    throw error;
  }
}

/** The address is not repeated where it may hold a password. */
function checkedAddress(address: string, hasSecret: boolean): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw new InputError("MLFLOW_TRACKING_URI: must begin with https:// or http://");
  if (url.username !== "" || url.password !== "")
    throw new InputError(
      "MLFLOW_TRACKING_URI: holds a name or password; use MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
    );
  if (hasSecret && url.protocol === "http:" && !isLoopback(url.hostname))
    throw new InputError("MLFLOW_TRACKING_URI: credentials go over https:// only, but to this machine");
  return address.replace(/\/+$/, "");
}
