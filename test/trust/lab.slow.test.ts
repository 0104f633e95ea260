import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { findFreePort } from "../freePort";
import { makeTestFolder, missingJupyter, root, waitFor } from "../notebooks/jupyter";
import { testUnless } from "../testUnless";

const it = testUnless(missingJupyter);

/** Status of a GET; undefined where nobody listens. */
function statusOf(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = get({ host: "127.0.0.1", port, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on("error", () => resolve(undefined));
  });
}

/** Addresses on which a port is listened to, as the kernel writes them: 0100007F is 127.0.0.1. */
function listeningOn(port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) =>
    readFileSync(path, "latin1")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === "0A")
      .map(([, local]) => local!.split(":")[0]!),
  );
}

function commandLineOf(parent: number): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const [child] = pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, "latin1")
        .replace(/^.*\) . /s, "")
        .startsWith(`${parent} `);
    } catch {
      return false;
    }
  });
  return readFileSync(`/proc/${child}/cmdline`, "utf8").split("\0");
}

it("npm run lab listens to this machine alone and answers nobody without its token, whatever the environment says", async () => {
  const folder = makeTestFolder("lab-trust");
  const folders = ["CONFIG", "DATA", "RUNTIME"].map((kind) => [`JUPYTER_${kind}_DIR`, join(folder, kind)]);
  const port = await findFreePort();
  const lab = spawn(process.execPath, [join(root, "notebooks/lab.mjs"), "--no-browser", `--port=${port}`], {
    cwd: folder,
    env: {
      ...process.env,
      ...Object.fromEntries(folders),
      JUPYTER_TOKEN: "",
      JUPYTER_IP: "0.0.0.0",
      JUPYTER_PORT: "1",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  lab.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise((resolve) => lab.once("exit", resolve));
  try {
    await waitFor("an address with a token", () => /\?token=[0-9a-f]+/.test(said), 90);
    await waitFor("an answer", async () => (await statusOf(port, "/api")) !== undefined, 30);
    const [, token] = /\?token=([0-9a-f]{32,})/.exec(said) ?? [];
    assert.ok(token !== undefined, said);
    assert.equal(listeningOn(port), ["0100007F"]);
    const words = commandLineOf(lab.pid!);
    assert.ok(words.includes("--ServerApp.ip=127.0.0.1"), words.join(" "));
    assert.not.ok(
      words.some((word) => word.includes(token!)),
      "everybody on the machine reads command lines",
    );
    const asToken = { authorization: `token ${token}` };
    assert.equal(
      await Promise.all(
        ["/api/kernels", "/api/contents", "/api/sessions"].map((path) => statusOf(port, path)),
      ),
      [403, 403, 403],
    );
    assert.is(await statusOf(port, "/api/kernels", { authorization: "token 0" }), 403);
    assert.is(await statusOf(port, "/lab"), 302);
    assert.is(await statusOf(port, "/api/kernels", asToken), 200);
    // A page of another name that leads to this address is no page of this machine.
    assert.is(await statusOf(port, "/api/kernels", { ...asToken, host: "owned.example" }), 403);
  } finally {
    lab.kill("SIGTERM");
    await ended;
  }
});

test.run();
