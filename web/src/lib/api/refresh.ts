// Refreshing the session: once, whoever asks, in whichever tab. Refresh tokens work once, so two tabs that
// refresh at the same time would sign the person out; a Web Lock lets one go first and the other sees that it is done.

/** Somebody signed in here before: refreshing is worth a try. Not a secret. */
const HINT = "huddle.session";
const LOCK = "huddle.refresh";

const storage = () => (typeof localStorage === "undefined" ? undefined : localStorage);

export const sessionHint = {
  key: HINT,
  set: () => storage()?.setItem(HINT, String(Date.now())),
  clear: () => storage()?.removeItem(HINT),
  at: () => Number(storage()?.getItem(HINT) ?? 0),
};

async function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work();
}

/** Whether the session is fresh now. `asked` is when the refused request was sent. */
export async function refresh(asked: number, send: typeof fetch = fetch): Promise<boolean> {
  if (!sessionHint.at()) return false;
  return alone(async () => {
    if (sessionHint.at() > asked) return true;
    const answer = await send("/api/v1/auth/refresh", {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json", "x-huddle-csrf": "1" },
      body: "{}",
    });
    if (answer.ok) sessionHint.set();
    else if (answer.status === 401) sessionHint.clear();
    return answer.ok;
  });
}
