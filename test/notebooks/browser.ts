import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { root } from "./jupyter";

const CHROMIUM = "/usr/bin/chromium";

/**
 * What keeps browser tests from running here; undefined where nothing does.
 * With PILA_TEST_BROWSER=required they run, and fail, also without a browser.
 */
export const missingBrowser: string | undefined =
  existsSync(CHROMIUM) || process.env.PILA_TEST_BROWSER === "required" ? undefined : "no chromium";

/** A headless Chromium of the system; close it, whatever happens. */
export async function openBrowser(): Promise<Browser> {
  const { chromium } = require("playwright-core") as typeof import("playwright-core");
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/** The axe-core rules that a page breaks, each with the elements it names; empty for an accessible page. */
export async function findAxeViolations(page: Page): Promise<string[]> {
  // By the protocol and not as a script element: the page's own policy stays in force.
  await page.evaluate(readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8"));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`,
    );
  });
}
