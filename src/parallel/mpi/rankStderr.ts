import { FAULT_PREFIX } from "./faults";

/** What launchers draw around their own notices. */
const RULER = /^[-=]{50,}$/;

/** Notices are a screenful at most; a rank that prints rulers all day must not fill the memory. */
const MOST_NOTICE_LINES = 200;
const LONGEST_QUOTE = 400;

/**
 * Reads the stderr of a whole job line by line: words of the ranks go on to the reader, the lines in which a rank
 * says why it failed and the launcher's boxed notices are kept to explain the end of the job.
 */
export class RankStderr {
  private rest = "";
  private inNotice = false;
  private readonly faults: string[] = [];
  private readonly notice: string[] = [];
  private lastError: string | undefined;

  constructor(private readonly forward: (text: string) => void) {}

  add(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop()!;
    for (const line of lines) this.addLine(line);
  }

  /** The stream has ended; an unfinished last line counts as a line. */
  end(): void {
    if (this.rest !== "") this.addLine(this.rest);
    this.rest = "";
  }

  /** Why the job failed in one line: a rank's own words, else what the launcher says; undefined when nobody spoke. */
  get reason(): string | undefined {
    const [first, ...others] = this.faults;
    if (first !== undefined)
      return others.length === 0 ? first : `${first} (and ${others.length} more ranks)`;
    return this.lastError ?? describeNotice(this.notice.join("\n"));
  }

  private addLine(raw: string): void {
    const line = raw.trimEnd();
    if (line.startsWith(FAULT_PREFIX)) {
      this.faults.push(line.slice("pila: ".length));
    } else if (RULER.test(line)) {
      this.inNotice = !this.inNotice;
    } else if (this.inNotice || NOTICE_LINE.test(line)) {
      if (this.notice.length < MOST_NOTICE_LINES) this.notice.push(line);
    } else {
      // A rank that failed before it joined MPI, or died of an exception of Node's own.
      this.lastError ??= /^(?:pila: )?(\w*Error: .*)$/.exec(line)?.[1];
      this.forward(`${raw}\n`);
    }
  }
}

/** What launchers and libraries print without a box. */
const NOTICE_LINE =
  /^(Abort\(\d+\) on node|YOUR APPLICATION TERMINATED|\[proxy:|\[mpiexec@|\[[\w.-]+:\d+\] )/;

function describeNotice(notice: string): string | undefined {
  // Open MPI's daemons complain of each other while they are being ended.
  const text = notice
    .replaceAll(/^.*ORTE_ERROR_LOG.*$/gm, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  const killed = /process rank (\d+) with PID \d+ on node \S+ exited on signal (\d+ \([^)]*\))/.exec(text);
  if (killed !== null) return `rank ${killed[1]} was ended by signal ${killed[2]}${memoryHint(killed[2]!)}`;
  const ended = /EXIT STRING: ([^()]*) \(signal (\d+)\)/.exec(text);
  if (ended !== null) return `a rank was ended by signal ${ended[2]} (${ended[1]})${memoryHint(ended[1]!)}`;
  const exited = /Process name: \[\S*,(\d+)\] Exit code: (\d+)/.exec(text);
  if (exited !== null) return `rank ${exited[1]} ended with exit code ${exited[2]}`;
  return text === "" ? undefined : text.slice(0, LONGEST_QUOTE);
}

function memoryHint(signal: string): string {
  return /Killed/.test(signal) ? "; the system does so when memory runs out" : "";
}
