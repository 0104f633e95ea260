import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, relative } from "node:path";
import type { Browser, Page } from "playwright-core";
import { test } from "uvu";
import * as assert from "uvu/assert";
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

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function startLab(): Promise<void> {
  const port = await findFreePort();
  address = `http://127.0.0.1:${port}`;
  const folders = ["CONFIG", "DATA", "RUNTIME"].map((kind) => [`JUPYTER_${kind}_DIR`, join(folder, kind)]);
  const options = ["--no-browser", `--port=${port}`, "--ServerApp.port_retries=0"];
  lab = spawn(
    process.execPath,
    [join(root, "notebooks/lab.mjs"), ...options, `--IdentityProvider.token=${TOKEN}`],
    {
      cwd: folder,
      env: { ...process.env, ...Object.fromEntries(folders) },
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
async function waitUntilIdle(tab: Page): Promise<void> {
  await waitFor("an idle kernel", async () => {
    const sessions = (await askApi("sessions")) as {
      kernel: { execution_state: string; connections: number };
    }[];
    return sessions.some(({ kernel }) => kernel.execution_state === "idle" && kernel.connections > 0);
  });
  await tab.locator("#jp-main-statusbar", { hasText: "| Idle" }).waitFor();
}

async function chooseMenu(tab: Page, menu: string, item: string): Promise<void> {
  await tab.locator("#jp-MainMenu").getByRole("menuitem", { name: menu, exact: true }).click();
  await tab.locator(".lm-Menu-itemLabel").getByText(item, { exact: true }).click();
}

async function openNotebook(): Promise<Page> {
  copyFileSync(join(root, "test/notebooks/canaries/interactive.ipynb"), notebook);
  browser = await openBrowser();
  const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  tab.setDefaultTimeout(60_000);
  tab.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      const text = payload.toString();
      if (!text.includes("display_data")) return;
      for (const [, state] of text.matchAll(/>state (\d+) of 20</g)) states.push(Number(state));
    });
  });
  await tab.goto(`${address}/lab/tree/${relative(root, notebook)}?token=${TOKEN}`);
  await waitUntilIdle(tab);
  return tab;
}

async function saveNotebook(tab: Page): Promise<ReturnType<typeof readOutputs>> {
  const saved = tab.waitForResponse(
    (answer) => answer.request().method() === "PUT" && answer.url().includes(".ipynb"),
  );
  await chooseMenu(tab, "File", "Save Notebook");
  assert.is((await saved).status(), 200);
  return readOutputs(notebook);
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
  page = await openNotebook();
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
  await waitUntilIdle(page);
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
