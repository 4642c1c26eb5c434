// End-to-end tests: the real binary, the real Chromium of the system, real sound.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  // Recognising speech takes a core by itself.
  workers: 2,
  fullyParallel: true,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  // The fake microphone plays in real time: where the machine cannot keep up, the sound itself has holes. A
  // second failure is a fault; a test that needed its second try is listed as flaky.
  retries: 1,
  forbidOnly: !!process.env.CI,
  reporter: [["list"]],
});
