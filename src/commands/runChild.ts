import { spawn } from "node:child_process";
import { WorkerError } from "../core/errors";

/**
 * Runs a program to its end; it goes with the signal, and first gets SIGTERM.
 * @param tell receives its lines of stderr as they come
 * @returns its stdout
 * @throws WorkerError it ended with another code than 0; the message ends with its own last words
 */
export function runChild(
  command: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; signal?: AbortSignal; tell?: (line: string) => void },
): Promise<string> {
  const [program, ...args] = command as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    const stop = (): void => {
      child.kill("SIGTERM");
    };
    options.signal?.addEventListener("abort", stop, { once: true });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      for (const line of text.split("\n")) if (line.trim() !== "") options.tell?.(line);
    });
    child.once("error", (cause) =>
      reject(new WorkerError(`found ${program} not started (${cause.message})`, { cause })),
    );
    child.once("close", (code, signalName) => {
      options.signal?.removeEventListener("abort", stop);
      if (options.signal?.aborted) reject(options.signal.reason);
      else if (code === 0) resolve(stdout);
      else {
        const words = stderr.trim().split("\n").slice(-12).join("\n");
        reject(
          new WorkerError(`found ${program} ended by ${signalName ?? `code ${code}`}, expected 0\n${words}`),
        );
      }
    });
  });
}
