import { pixelCount } from "../core/raster";
import type { Phase, RunRecord, SpanRecord } from "../core/records";
import { groupByLabel, groupByLevel, selectTimed } from "../evidence/session";
import { readSession } from "../records/runFolder";

/** One run in plain words, for a frame or a chart. Seconds, MB (10^6 bytes) and megapixels; NaN is not known. */
export interface RunRow {
  /** Backend and workers: `sec`, `mp2`, `mp2_v2`, … */
  readonly configuracion: string;
  readonly backend: string;
  readonly trabajadores: number;
  readonly fechas: number;
  /** Of one reduced image. */
  readonly megapixeles: number;
  readonly bloque: number;
  /** Place within the block. */
  readonly orden: number;
  /** `a` and `b` are the two equal runs of `sec` in a block; "" for all others. */
  readonly gemela: string;
  readonly segundos: number;
  readonly segundos_cpu: number;
  readonly MB_memoria: number;
  readonly MB_leidos: number;
  /** What crossed from a process to another. */
  readonly MB_cruzan: number;
  readonly mensajes: number;
  /** The machine was busy with something else. */
  readonly ruidosa: boolean;
  /** Times are taken from it: it ended well, was no warm-up and recorded no spans (or all of its kind did). */
  readonly cuenta: boolean;
}

/**
 * The runs of a session that ended well, in order of measurement, as plain records: names in Spanish, with units, and
 * none with a dash, so that danfo can group by them.
 * @param session a run folder, or what `measureSession` returned
 * @returns a record a run
 * @throws RecordError the folder holds no session, or a record is broken
 */
export function runs(session: string | { readonly runs: readonly RunRecord[] }): RunRow[] {
  const all = typeof session === "string" ? readSession(session).runs : session.runs;
  const groups = [...groupByLevel(all).values()].flatMap(groupByLabel);
  const timed = new Set(groups.flatMap((group) => selectTimed(group.runs)));
  const known = (value: number | null, unit = 1): number => (value === null ? Number.NaN : value / unit);
  return all
    .filter((run) => run.outcome === "ok")
    .map((run) => ({
      configuracion: run.label,
      backend: run.backend,
      trabajadores: run.workers,
      fechas: run.dates,
      megapixeles: pixelCount(run.shape) / 1e6,
      bloque: run.block,
      orden: run.order,
      gemela: run.twin ?? "",
      segundos: known(run.wallSeconds),
      segundos_cpu: known(run.userSeconds) + known(run.systemSeconds),
      MB_memoria: known(run.sumRssBytes, 1e6),
      MB_leidos: known(run.bytesRead, 1e6),
      MB_cruzan: known(run.ipcBytes, 1e6),
      mensajes: known(run.ipcMessages),
      ruidosa: run.noisy,
      cuenta: timed.has(run),
    }));
}

/** What one worker did during one stretch of one run. */
export interface SpanRow {
  readonly configuracion: string;
  readonly fechas: number;
  readonly bloque: number;
  /** Of the run; `runs` of one label and block differ by it. */
  readonly corrida: string;
  /** 0 is the process that was started. */
  readonly trabajador: number;
  readonly fase: string;
  /** What was worked on: a date, a block of rows, a message. */
  readonly pieza: string;
  /** Seconds since just before the run's process was started. */
  readonly desde: number;
  readonly hasta: number;
  readonly segundos: number;
  readonly MB: number;
}

const PHASE_NAMES: Readonly<Record<Phase, string>> = {
  spawn: "arrancar",
  init: "preparar",
  read: "leer",
  decode: "decodificar",
  compute: "calcular",
  serialize: "serializar",
  send: "mandar",
  wait: "esperar",
  receive: "recibir",
  merge: "juntar",
  write: "escribir",
  teardown: "cerrar",
};

/**
 * What the workers of the traced runs of a session did when, as plain records with Spanish names; warm-ups only where a
 * session was too short for others.
 * @param session a run folder, or what `measureSession` returned
 * @returns a record a span, run by run
 * @throws RecordError the folder holds no session, or a record is broken
 */
export function spans(session: string | { readonly folder: string }): SpanRow[] {
  const stored = readSession(typeof session === "string" ? session : session.folder);
  const byId = new Map(stored.runs.map((run) => [run.runId, run]));
  const all = stored.spans
    .map((span) => ({ span, run: byId.get(span.runId)! }))
    .filter(({ run }) => run.outcome === "ok");
  const kept = all.filter(({ run }) => !run.warmup);
  return (kept.length > 0 ? kept : all).map(({ span, run }) => spanRow(span, run));
}

function spanRow(span: SpanRecord, run: RunRecord): SpanRow {
  return {
    configuracion: run.label,
    fechas: run.dates,
    bloque: run.block,
    corrida: run.runId,
    trabajador: span.worker,
    fase: PHASE_NAMES[span.phase],
    pieza: span.item,
    desde: span.startSeconds,
    hasta: span.endSeconds,
    segundos: span.endSeconds - span.startSeconds,
    MB: span.bytes / 1e6,
  };
}

/** What of a danfo frame its rows are made from. */
interface Columns {
  readonly columns: readonly string[];
  readonly values: readonly unknown[];
}

/**
 * The rows of a danfo frame as records, for `Plot` or a loop (danfo's own `toJSON` gives no type).
 * @param frame a frame
 * @returns a record a row, with the columns as names; say their type by `rows<{ segundos: number }>(frame)`
 */
// biome-ignore lint/suspicious/noExplicitAny: a frame does not know the types of its columns
export function rows<Row = Record<string, any>>(frame: Columns): Row[] {
  const named = (row: readonly unknown[]): [string, unknown][] =>
    frame.columns.map((name, i) => [name, row[i]]);
  return frame.values.map((row) => Object.fromEntries(named(row as readonly unknown[])) as Row);
}
