// The API client: types come from openapi.json (`npm run api`), cookies carry the session.
import createClient from "openapi-fetch";
import { asProblem, problemOf } from "./problem";
import { refresh, sessionHint } from "./refresh";
import type { components, paths } from "./schema";

export type Shape = components["schemas"];

const STALE = new Set(["token_expired", "unauthenticated", "token_invalid"]);
let guestToken: string | undefined;

/** A guest's pages prove themselves by this token, so that two meetings in two tabs do not share a cookie. */
export function actAsGuest(token: string | undefined): void {
  guestToken = token;
}

/** The token for the socket; accounts connect by cookie. */
export function tokenInUse(): string | undefined {
  return guestToken;
}

let signedOut: () => void = () => undefined;

/** What to do when the server does not know the session any more. */
export function onSignedOut(then: () => void): void {
  signedOut = then;
}

async function send(request: Request): Promise<Response> {
  const asked = Date.now();
  if (guestToken) request.headers.set("authorization", `Bearer ${guestToken}`);
  else if (request.method !== "GET") request.headers.set("x-huddle-csrf", "1");
  const again = request.clone();
  const answer = await fetch(request);
  if (answer.status !== 401 || guestToken || request.url.includes("/auth/")) return answer;
  const said = (await answer
    .clone()
    .json()
    .catch(() => ({}))) as { code?: string };
  if (!STALE.has(said.code ?? "")) return answer;
  if (await refresh(asked)) return fetch(again);
  if (!sessionHint.at()) signedOut();
  return answer;
}

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  fetch: send,
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The data of an answer, or its problem thrown. */
export async function ask<T>(answer: Promise<Answer<T>>): Promise<NonNullable<T>> {
  let got: Answer<T>;
  try {
    got = await answer;
  } catch (thrown) {
    throw asProblem(thrown);
  }
  if (got.response.ok) return got.data as NonNullable<T>;
  throw problemOf(got.response.status, got.error, got.response.headers);
}
