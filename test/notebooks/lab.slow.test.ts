import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readSession } from "../../src/records/runFolder";
import { findFreePort } from "../freePort";
import { testUnless } from "../testUnless";
import { missingBrowser, openBrowser } from "./browser";
import { isAlive, joinText, makeTestFolder, missingJupyter, readOutputs, root, waitFor } from "./jupyter";

const TOKEN = "canary";

const it = testUnless(missingJupyter ?? missingBrowser);
const folder = makeTestFolder("lab");
const notebook = join(folder, "interactive.ipynb");
/** Progress states that arrived in the browser, in order. */
const states: number[] = [];
let address = "";
let lab: ChildProcess | undefined;
let said = "";
let browser: Browser | undefined;
let page: Page | undefined;

async function startLab(): Promise<void> {
  const port = await findFreePort();
  address = `http://127.0.0.1:${port}`;
  const folders = ["CONFIG", "DATA", "RUNTIME"].map((kind) => [`JUPYTER_${kind}_DIR`, join(folder, kind)]);
  const parameters = join(folder, "parametros.json");
  writeFileSync(parameters, JSON.stringify({ slc: "data-prep/sample", salida: folder }));
  const options = ["--no-browser", `--port=${port}`, "--ServerApp.port_retries=0"];
  lab = spawn(
    process.execPath,
    [join(root, "notebooks/lab.mjs"), ...options, `--IdentityProvider.token=${TOKEN}`],
    {
      cwd: folder,
      env: { ...process.env, ...Object.fromEntries(folders), PILA_NOTEBOOK_PARAMETERS: parameters },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  lab.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await waitFor(`JupyterLab at ${address}`, () => askApi("status").then(Boolean, () => false), 60);
}

async function askApi(what: string): Promise<unknown> {
  const answer = await fetch(`${address}/api/${what}`, { headers: { authorization: `token ${TOKEN}` } });
  return answer.json();
}

/** Idle for the server and for the page: before that, Run All does nothing in silence. */
async function waitUntilIdle(tab: Page, name: string): Promise<void> {
  await waitFor("an idle kernel", async () => {
    const sessions = (await askApi("sessions")) as {
      path: string;
      kernel: { execution_state: string; connections: number };
    }[];
    const own = sessions.find(({ path }) => path.endsWith(name))?.kernel;
    return own !== undefined && own.execution_state === "idle" && own.connections > 0;
  });
  await tab.locator("#jp-main-statusbar", { hasText: "| Idle" }).waitFor();
}

async function chooseMenu(tab: Page, menu: string, item: string): Promise<void> {
  await tab.locator("#jp-MainMenu").getByRole("menuitem", { name: menu, exact: true }).click();
  await tab.locator(".lm-Menu-itemLabel").getByText(item, { exact: true }).click();
}

async function openNotebook(name: string): Promise<Page> {
  copyFileSync(join(root, "test/notebooks/canaries", name), join(folder, name));
  browser ??= await openBrowser();
  const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  tab.setDefaultTimeout(60_000);
  tab.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      const text = payload.toString();
      if (!text.includes("display_data")) return;
      for (const [, state] of text.matchAll(/>state (\d+) of 20</g)) states.push(Number(state));
    });
  });
  await tab.goto(`${address}/lab/tree/${relative(root, join(folder, name))}?token=${TOKEN}`);
  await waitUntilIdle(tab, name);
  return tab;
}

async function saveNotebook(tab: Page, path = notebook): Promise<ReturnType<typeof readOutputs>> {
  const saved = tab.waitForResponse(
    (answer) => answer.request().method() === "PUT" && answer.url().includes(".ipynb"),
  );
  await chooseMenu(tab, "File", "Save Notebook");
  assert.is((await saved).status(), 200);
  return readOutputs(path);
}

test.after(async () => {
  await browser?.close();
  if (lab?.exitCode === null) {
    const ended = new Promise((resolve) => lab?.once("exit", resolve));
    lab.kill("SIGTERM");
    await ended;
  }
});

it("npm run lab opens a notebook with the kernel of pila, and asks nothing about news", async () => {
  await startLab();
  page = await openNotebook("interactive.ipynb");
  const { default: name } = (await askApi("kernelspecs")) as { default: string };
  assert.is(name, "pila");
  assert.match(await page.locator(".jp-Toolbar-kernelName").first().innerText(), "TypeScript (pila)");
  assert.is(await page.locator(".Toastify__toast").count(), 0);
});

it("Run All stops at the endless loop, Interrupt ends it and the kernel lives", async () => {
  assert.ok(page !== undefined, "no page");
  await chooseMenu(page, "Run", "Run All Cells");
  await page.locator(".jp-OutputArea-output", { hasText: "looping" }).waitFor();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.match(await page.locator("#jp-main-statusbar").innerText(), "| Busy");
  await chooseMenu(page, "Kernel", "Interrupt Kernel");
  const begin = Date.now();
  await waitUntilIdle(page, "interactive.ipynb");
  assert.ok(Date.now() - begin < 10_000, "the interrupt took its time");
  const cells = await saveNotebook(page);
  assert.equal(
    cells.map((outputs) => outputs.some((output) => output.output_type === "error")),
    [false, false, false, false, true],
  );
  const error = cells[4]?.at(-1);
  assert.is(error?.ename, "Interrupted");
  assert.is(error?.evalue, "la celda se detuvo");
});

it("every line and every progress state of Run All came through", () => {
  const [lines = [], progress = []] = readOutputs(notebook);
  const expected = Array.from({ length: 2000 }, (_, line) => `line ${line}\n`).join("");
  assert.ok(lines.map((output) => joinText(output.text)).join("") === expected, "2000 lines differ");
  assert.equal(
    states,
    Array.from({ length: 21 }, (_, state) => state),
  );
  assert.is(progress.length, 1);
  assert.match(joinText(progress[0]?.data?.["text/html"]), "state 20 of 20");
});

/** Of the axis of the first chart: how dark its text and the page behind it are, 0 to 255. */
async function lookAtChart(tab: Page): Promise<{ text: number; behind: number }> {
  return tab
    .locator("svg[class^=plot-]")
    .first()
    .evaluate((chart) => {
      const grey = (colour: string): number =>
        Math.max(...(colour.match(/\d+/g) ?? ["0"]).slice(0, 3).map(Number));
      const page = chart.closest(".jp-Notebook") as Element;
      return {
        text: grey(getComputedStyle(chart.querySelector("text") as Element).fill),
        behind: grey(getComputedStyle(page).backgroundColor),
      };
    });
}

/** JupyterLab opens again, behind it, what was open before. */
const shownNotebook = (tab: Page): Locator => tab.locator(".jp-NotebookPanel:not(.lm-mod-hidden)");

let lesson: Page | undefined;

it("a running bench is interrupted: what it measured is kept, what was drawn before stands", async () => {
  lesson = await openNotebook("lesson.ipynb");
  await chooseMenu(lesson, "Run", "Run All Cells");
  await lesson.locator(".jp-OutputArea-output", { hasText: /\d de \d+ corridas, faltan/ }).waitFor();
  assert.match(await lesson.locator(".jp-RenderedHTMLCommon table.dataframe").innerText(), "20230319");
  await chooseMenu(lesson, "Kernel", "Interrupt Kernel");
  await waitUntilIdle(lesson, "lesson.ipynb");
  const cells = await saveNotebook(lesson, join(folder, "lesson.ipynb"));
  assert.is(cells.at(-1)?.at(-1)?.ename, "Interrupted");
  const run = readSession(join(folder, "interrupted"));
  assert.ok(run.runs.length > 0 && run.runs.every(({ outcome }) => outcome === "ok"));
});

it("charts and tables are read in the light and in the dark theme", async () => {
  assert.ok(lesson !== undefined, "no page");
  const light = await lookAtChart(lesson);
  assert.ok(light.text < 64 && light.behind > 192, JSON.stringify(light));
  await lesson.locator("#jp-MainMenu").getByRole("menuitem", { name: "Settings", exact: true }).click();
  await lesson.locator(".lm-Menu-itemLabel").getByText("Theme", { exact: true }).hover();
  await lesson.locator(".lm-Menu-itemLabel").getByText("JupyterLab Dark", { exact: true }).click();
  await lesson.locator("body[data-jp-theme-light=false]").waitFor({ state: "attached" });
  const dark = await lookAtChart(lesson);
  assert.ok(dark.text > 192 && dark.behind < 64, JSON.stringify(dark));
});

it("after a restart names complete, and Shift+Tab shows what a function returns and throws", async () => {
  assert.ok(lesson !== undefined, "no page");
  await chooseMenu(lesson, "Kernel", "Restart Kernel…");
  await lesson.getByRole("button", { name: "Confirm Kernel Restart" }).click();
  await waitUntilIdle(lesson, "lesson.ipynb");
  await shownNotebook(lesson).locator(".jp-CodeCell .cm-content").first().click();
  await lesson.keyboard.press("Shift+Enter");
  await shownNotebook(lesson)
    .locator(".jp-CodeCell")
    .first()
    .locator(".jp-OutputArea-output", { hasText: "datos: " })
    .waitFor();
  await waitUntilIdle(lesson, "lesson.ipynb");
  await lesson.keyboard.press("Escape");
  await lesson.keyboard.press("b");
  await lesson.keyboard.press("Enter");
  await lesson.keyboard.type("pila.meas");
  await lesson.keyboard.press("Tab");
  const cell = shownNotebook(lesson).locator(".jp-CodeCell.jp-mod-selected .cm-content");
  const offered = lesson.locator(".jp-Completer-item", { hasText: "measureSession" });
  await waitFor("a completion", async () => {
    // Where it is not the only one, it is to be chosen.
    if ((await offered.count()) > 0) await lesson?.keyboard.press("Enter");
    return (await cell.innerText()).includes("pila.measureSession");
  });
  await lesson.keyboard.press("Shift+Tab");
  const hover = lesson.locator(".jp-Tooltip");
  await hover.waitFor();
  assert.match(await hover.innerText(), /BenchResult[\s\S]*Measures a session[\s\S]*UsageError/);
});

it("Ctrl-C ends the server, the kernel and what its cells started", async () => {
  const [, , pids = []] = readOutputs(notebook);
  const [, kernel = 0, child = 0] = (/kernel (\d+) child (\d+)/.exec(joinText(pids[0]?.text)) ?? []).map(
    Number,
  );
  assert.ok(isAlive(kernel) && isAlive(child), `kernel ${kernel}, child ${child}`);
  const ended = new Promise((resolve) => lab?.once("exit", resolve));
  lab?.kill("SIGINT");
  assert.is(await ended, 130, said);
  await waitFor("the end of kernel and child", () => !isAlive(kernel) && !isAlive(child), 5);
});

test.run();
