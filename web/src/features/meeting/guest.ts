// The token of a guest lives as long as the tab: two meetings in two tabs each have their own.
const key = (code: string) => `huddle.guest.${code}`;

export function keepGuest(code: string, token: string): void {
  sessionStorage.setItem(key(code), token);
}

export function guestOf(code: string): string | undefined {
  return sessionStorage.getItem(key(code)) ?? undefined;
}

export function forgetGuest(code: string): void {
  sessionStorage.removeItem(key(code));
}
