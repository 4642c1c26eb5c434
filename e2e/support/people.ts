// What people do in the web app, said once.
import { expect, type Page } from "@playwright/test";
import { PASSWORD } from "./test.ts";

/** Makes the first account and ends on the page of one's meetings. */
export async function makeFirstAccount(page: Page, name: string): Promise<void> {
  await page.goto("/");
  const form = page.getByRole("region", { name: "Your account" });
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("E-mail").fill(`${name.toLowerCase().replaceAll(" ", ".")}@example.com`);
  await form.getByLabel("Password").fill(PASSWORD);
  await form.getByRole("button", { name: "Make the account" }).click();
  await expect(page.getByRole("button", { name: "Start now" })).toBeVisible();
}

/** Starts a meeting now and waits before its door: the code in its address. */
export async function startNow(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Start now" }).click();
  await expect(page.getByRole("form", { name: "Join the meeting" })).toBeVisible();
  return new URL(page.url()).pathname.split("/").at(-1) ?? "";
}

/** Walks through the door. */
export async function join(page: Page): Promise<void> {
  await expect(page.getByLabel("Microphone level")).toBeVisible();
  await page.getByRole("button", { name: "Join", exact: true }).click();
  await inTheRoom(page);
}

/** A guest comes by the link, with a name. */
export async function joinAsGuest(page: Page, code: string, name: string): Promise<void> {
  await page.goto(`/m/${code}`);
  await page.getByLabel("Your name").fill(name);
  await join(page);
}

/** The room is there and its connection stands. */
export async function inTheRoom(page: Page): Promise<void> {
  await expect(page.getByRole("region", { name: "Meeting controls" })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Connecting" })).toHaveCount(0);
}

/** The host ends the meeting for everybody and sees what came of it. */
export async function endForEverybody(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Leave", exact: true }).click();
  await page.getByRole("button", { name: "End for everybody" }).click();
  await page.getByRole("dialog", { name: "End the meeting?" }).getByRole("button", { name: "End for everybody" }).click();
  await expect(page.getByRole("region", { name: "Transcript" })).toBeVisible({ timeout: 30_000 });
}

/** Signs in on the front page. */
export async function signIn(page: Page, email: string, password: string): Promise<void> {
  const form = page.getByRole("region", { name: "Your account" });
  await form.getByLabel("E-mail").fill(email);
  await form.getByLabel("Password").fill(password);
  await form.getByRole("button", { name: "Sign in" }).click();
}
