// Opens JupyterLab of the private .venv with the kernel of pila; nothing is installed or written outside the project.
//   npm run lab [-- --no-browser --port=8890 …]     further arguments go to jupyter lab as they are
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const notebooks = dirname(fileURLToPath(import.meta.url));
const root = dirname(notebooks);
const python = join(root, ".venv/bin/python");

if (!existsSync(python)) {
  console.error(`lab: ${python} is missing; run npm run setup`);
  process.exit(1);
}

const before = (folder, path) => [folder, path].filter(Boolean).join(delimiter);
// Settings, secrets and connections of Jupyter, and what JupyterLab's look for npm leaves.
const own = (name) => join(root, ".setup/jupyter", name);
const env = {
  JUPYTER_CONFIG_DIR: own("config"),
  JUPYTER_DATA_DIR: own("data"),
  JUPYTER_RUNTIME_DIR: own("runtime"),
  IPYTHONDIR: own("ipython"),
  npm_config_cache: own("npm"),
  ...process.env,
  JUPYTER_PATH: before(join(notebooks, "kernel"), process.env.JUPYTER_PATH),
  // Holds the one setting that differs from JupyterLab's own: no question about news from outside.
  JUPYTER_CONFIG_PATH: before(join(notebooks, "config"), process.env.JUPYTER_CONFIG_PATH),
};
const given = process.argv.slice(2);
// Reached from this machine alone, unless an address is named: in a container the port is handed through.
const address = given.some((word) => /^--(ServerApp\.)?ip\b/.test(word)) ? [] : ["--ServerApp.ip=127.0.0.1"];
const options = [
  ...address,
  `--ServerApp.root_dir=${root}`,
  "--ServerApp.answer_yes=True",
  "--LabApp.extension_manager=readonly",
  "--MappingKernelManager.default_kernel_name=pila",
  ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
  ...given,
];

// Same process group: whoever kills the group reaches the server too, and it takes its kernels along.
const server = spawn(python, ["-m", "jupyterlab", ...options], {
  cwd: root,
  env,
  stdio: ["ignore", "inherit", "inherit"],
});

let received;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    server.kill(received === undefined ? "SIGTERM" : "SIGKILL");
    received = signal;
  });
}
server.on("error", (error) => {
  console.error(`lab: ${python}: ${error.message}; run npm run setup`);
  process.exit(1);
});
server.on("exit", (code, signal) => {
  const ending = received ?? signal;
  process.exit(ending === undefined || ending === null ? code : 128 + constants.signals[ending]);
});
