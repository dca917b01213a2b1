/** A browser for one test file: Chromium of this machine, which is installed where packages can be. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { findProgram } from "./program.ts";

/** Of what a page has to show: pages come slowly where another stack is starting. */
const TIMEOUT_MS = 60_000;

export interface TestPage {
  readonly page: Page;
  /** Addresses that the page has asked for, outside of its own origin. */
  readonly elsewhere: readonly string[];
  /** What the page has written to the browser's console as an error. */
  readonly errors: readonly string[];
}

/** @returns opens a page at an address, in a session of its own */
export function useBrowser(): (url: string, options?: BrowserContextOptions) => Promise<TestPage> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: await findProgram("chromium", "chromium-browser", "google-chrome"),
    });
  });
  afterAll(() => browser?.close());
  return async (url, options) => {
    if (browser === undefined) throw new Error("the browser is only available in tests");
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
    page.setDefaultTimeout(TIMEOUT_MS);
    const elsewhere: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => {
      const asked = request.url();
      if (/^(?:https?|ftp):/.test(asked) && new URL(asked).origin !== new URL(url).origin)
        elsewhere.push(asked);
    });
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(url);
    return { page, elsewhere, errors };
  };
}
