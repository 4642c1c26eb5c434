// Who is signed in here, and what this instance offers.
import { api, ask, onSignedOut, type Shape } from "$lib/api/client";
import { asProblem, type Problem } from "$lib/api/problem";
import { sessionHint } from "$lib/api/refresh";

interface Session {
  state: "asking" | "in" | "out" | "unreachable";
  account?: Shape["Account"];
  instance?: Shape["Instance"];
  problem?: Problem;
}

const now = $state<Session>({ state: "asking" });

/** Who is signed in; reactive. */
export const session: Readonly<Session> = now;

function out(): void {
  now.account = undefined;
  if (now.state === "in") now.state = "out";
}
onSignedOut(out);

// Signing in or out in one tab does so in all of them.
addEventListener("storage", (event) => {
  if (event.key === sessionHint.key && (event.newValue === null || event.oldValue === null)) void look();
});

async function me(): Promise<Shape["Account"] | undefined> {
  try {
    return await ask(api.GET("/api/v1/me"));
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (problem.status === 401) return undefined;
    throw problem;
  }
}

/** Asks the server who we are. */
export async function look(): Promise<void> {
  try {
    const [instance, account] = await Promise.all([ask(api.GET("/api/v1/instance")), me()]);
    Object.assign(now, { instance, account, state: account ? "in" : "out", problem: undefined });
  } catch (thrown) {
    Object.assign(now, { state: "unreachable", problem: asProblem(thrown) });
  }
}

export async function signIn(email: string, password: string, remember: boolean): Promise<void> {
  const made = await ask(api.POST("/api/v1/auth/sign-in", { body: { email, password, remember } }));
  sessionHint.set();
  now.account = made.account;
  now.state = "in";
  if (now.instance) now.instance = { ...now.instance, needsFirstAccount: false };
}

/** Registers and signs in. The answer to registering does not tell whether the address was known; signing in does. */
export async function register(email: string, name: string, password: string): Promise<void> {
  await ask(api.POST("/api/v1/auth/register", { body: { email, name, password } }));
  await signIn(email, password, false);
}

export async function signOut(): Promise<void> {
  await ask(api.POST("/api/v1/auth/sign-out"));
  sessionHint.clear();
  out();
}

/** The account changed. */
export function renamed(account: Shape["Account"]): void {
  now.account = account;
}
