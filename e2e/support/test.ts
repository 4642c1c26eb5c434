// What a test is given: servers, browsers and people, all gone when it is over.
import { chromium, test as base, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "@playwright/test";
import { existsSync } from "node:fs";
import { Server, type Settings } from "./server.ts";

export { expect } from "@playwright/test";

/** The password of everybody. */
export const PASSWORD = "correct horse battery";

const CHROMIUM =
  process.env.CHROMIUM ??
  ["chromium", "chromium-browser", "google-chrome"].map((name) => `/usr/bin/${name}`).find(existsSync) ??
  "chromium";

export interface Microphone {
  /** A WAV file that is heard once, from when the microphone is opened; without one there is a beep each second. */
  plays?: string;
}

interface Given {
  /** Starts a server. */
  serve: (settings?: Settings, data?: string) => Promise<Server>;
  /** Starts a browser whose microphone plays something. */
  browse: (microphone?: Microphone) => Promise<Browser>;
  /** A page of a new visitor. */
  visit: (server: Server, browser: Browser, options?: BrowserContextOptions) => Promise<Page>;
}

async function launch({ plays }: Microphone): Promise<Browser> {
  const args = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    ...(plays ? [`--use-file-for-fake-audio-capture=${plays}%noloop`] : []),
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

export const test = base.extend<Given>({
  serve: async ({}, use, info) => {
    const servers: Server[] = [];
    await use(async (settings, data) => {
      const server = await Server.start(settings, data);
      servers.push(server);
      return server;
    });
    for (const server of servers) {
      if (info.status !== info.expectedStatus) await info.attach("what the server said", { body: server.said });
      await server.kill();
    }
  },
  browse: async ({}, use) => {
    const browsers: Browser[] = [];
    await use(async (microphone = {}) => {
      const browser = await launch(microphone);
      browsers.push(browser);
      return browser;
    });
    for (const browser of browsers) await browser.close();
  },
  visit: async ({}, use, info) => {
    const contexts: BrowserContext[] = [];
    const wrong: string[] = [];
    await use(async (server, browser, options = {}) => {
      const context = await browser.newContext({ baseURL: server.url, locale: "en-GB", acceptDownloads: true, ...options });
      context.setDefaultTimeout(20_000);
      contexts.push(context);
      const page = await context.newPage();
      // Nothing may leave this machine, and nothing may throw.
      page.on("pageerror", (error) => wrong.push(`${page.url()}: ${error.stack ?? error.message}`));
      page.on("request", (request) => {
        const to = new URL(request.url());
        if (!["127.0.0.1", "localhost", ""].includes(to.hostname)) wrong.push(`${page.url()} asked for ${request.url()}`);
      });
      return page;
    });
    if (info.status !== info.expectedStatus) {
      for (const [i, page] of contexts.flatMap((c) => c.pages()).entries()) {
        await info.attach(`page ${i}`, { body: await page.screenshot(), contentType: "image/png" }).catch(() => {});
      }
    }
    for (const context of contexts) await context.close();
    base.expect(wrong).toEqual([]);
  },
});
