// A client of the API without a browser, for what only programs do.
import { PASSWORD } from "./test.ts";

/** JSON of the wire; docs/protocol.md says what is in it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** An answer that is not a success. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: Json,
  ) {
    super(`${status} ${JSON.stringify(body)}`);
  }
}

/** Somebody who talks to `/api/v1` of a server. */
export class Client {
  token: string | undefined;

  constructor(readonly url: string) {}

  /** Registers `name` and signs in. */
  static async registered(url: string, name: string): Promise<Client> {
    const client = new Client(url);
    const email = `${name.toLowerCase().replaceAll(" ", ".")}@example.com`;
    await client.post("/auth/register", { email, name, password: PASSWORD });
    client.token = (await client.post("/auth/sign-in", { email, password: PASSWORD })).accessToken;
    return client;
  }

  /** A guest of the meeting with this code. */
  static async guest(url: string, code: string, name: string): Promise<Client> {
    const client = new Client(url);
    client.token = (await client.post(`/join/${code}`, { name })).token;
    return client;
  }

  get(path: string): Promise<Json> {
    return this.ask("GET", path);
  }

  post(path: string, body: Json = {}): Promise<Json> {
    return this.ask("POST", path, body);
  }

  /** Asks until the server answers: it may be dead just now. Only for requests that may be repeated. */
  async insist(method: string, path: string, body?: Json): Promise<Json> {
    for (;;) {
      try {
        return await this.ask(method, path, body);
      } catch (error) {
        if (error instanceof Refused && error.status < 500) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async ask(method: string, path: string, body?: Json): Promise<Json> {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const json = text ? JSON.parse(text) : undefined;
    if (!answer.ok) throw new Refused(answer.status, json);
    return json;
  }
}

/** Asks again until the answer satisfies; fails after `patience` ms with the last answer. */
export async function until<T>(ask: () => Promise<T>, good: (answer: T) => boolean, patience = 60_000): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (Date.now() > end) throw new Error(`still not so after ${patience / 1000} s: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
