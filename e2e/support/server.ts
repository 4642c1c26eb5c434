// A Huddle of one's own: the real binary on a free port with a directory that goes away with it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

const root = path.resolve(import.meta.dirname, "../..");
/** The binary under test. */
export const BIN = process.env.HUDDLE_BIN ?? path.join(root, "target/quick/huddle");
const READY = "Huddle is ready on ";
const TOLD = 40;

/** Settings by their environment names. */
export type Settings = Record<string, string>;

/** A running `huddle serve`. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly data: string,
    private readonly log: string[],
  ) {}

  /** Starts on `data` (made if absent); resolves when it says that it is ready. */
  static async start(settings: Settings = {}, data = folder("data"), port = 0): Promise<Server> {
    const env = environment(data, settings);
    const child = spawn(BIN, ["serve", "--port", String(port)], { cwd: data, env, stdio: ["ignore", "pipe", "pipe"] });
    const log: string[] = [];
    const keep = (line: string) => {
      log.push(line);
      if (log.length > TOLD) log.shift();
    };
    createInterface({ input: child.stderr }).on("line", keep);
    const lines = createInterface({ input: child.stdout });
    const url = await new Promise<string>((resolve, reject) => {
      lines.on("line", (line) => {
        keep(line);
        if (line.startsWith(READY)) resolve(line.slice(READY.length).trim().replace("localhost", "127.0.0.1"));
      });
      child.on("error", reject);
      child.on("exit", (code, signal) =>
        reject(new Error(`huddle ended (${code ?? signal}) before it was ready; it said:\n${log.join("\n")}`)),
      );
    });
    return new Server(child, url, data, log);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What it said last. */
  get said(): string {
    return this.log.join("\n");
  }

  /** Memory that it has in use, in MiB. */
  get residentMiB(): number {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kib) / 1024);
  }

  /** The most memory that it ever had in use, in MiB. */
  get peakMiB(): number {
    const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kib) / 1024);
  }

  /** `kill -9`: no goodbye, nothing flushed. */
  async kill(): Promise<void> {
    await end(this.child, "SIGKILL");
  }

  /** SIGTERM, as an operator stops it. */
  async stop(): Promise<void> {
    await end(this.child, "SIGTERM");
  }
}

/** A running `huddle worker`: tasks only. */
export class Worker {
  private constructor(private readonly child: ChildProcess) {}

  static start(data: string, settings: Settings = {}): Worker {
    return new Worker(spawn(BIN, ["worker"], { cwd: data, env: environment(data, settings), stdio: "ignore" }));
  }

  async kill(): Promise<void> {
    await end(this.child, "SIGKILL");
  }
}

// Nothing of the developer's own settings reaches the server.
function environment(data: string, settings: Settings): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? "", HOME: data, HUDDLE_DATA_DIR: data, HUDDLE_HOST: "127.0.0.1", ...settings };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}

const folders: string[] = [];

/** A folder of one's own, gone when the process is. */
export function folder(name: string): string {
  const made = mkdtempSync(path.join(tmpdir(), `huddle-e2e-${name}-`));
  folders.push(made);
  return made;
}

process.on("exit", () => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});
