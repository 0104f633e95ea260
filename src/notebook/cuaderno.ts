import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { simulateStack } from "../../data-prep/simulate";
import { UsageError } from "../core/errors";
import { cellSignal } from "./session";

/** What the notebooks work on, from `notebooks/parametros.json`. */
export interface Cuaderno {
  /** Folder or tree of SLC images. */
  readonly slc: string;
  /** No data were named: those of `slc` are simulated. */
  readonly simulados: boolean;
  /** Looks along each axis of what is prepared from them. */
  readonly looks: number;
  /** rows,cols,row0,col0 in looked pixels; null is the whole image. */
  readonly recorte: string | null;
  readonly trabajadores: number;
  /** Repetitions of a measurement. */
  readonly bloques: number;
  /** Folder of what the notebooks make. */
  readonly salida: string;
}

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
const isText = (value: unknown): value is string => typeof value === "string";

/** What each parameter has to be. */
const PARAMETERS: Readonly<
  Record<string, { readonly expected: string; readonly holds: (value: unknown) => boolean }>
> = {
  slc: { expected: 'una carpeta de imágenes SLC que exista, o "" para simularlas', holds: isText },
  looks: { expected: "un entero de 1 a 64", holds: (value) => isWhole(value, 1, 64) },
  recorte: {
    expected: '"filas,columnas,fila0,columna0" en píxeles ya promediados, o "" para la imagen entera',
    holds: (value) => isText(value) && /^(\d+,\d+,\d+,\d+)?$/.test(value),
  },
  trabajadores: { expected: "un entero de 1 a 1024", holds: (value) => isWhole(value, 1, 1024) },
  bloques: { expected: "un entero de 1 a 1000", holds: (value) => isWhole(value, 1, 1000) },
  salida: {
    expected: "la carpeta de lo que hacen los cuadernos",
    holds: (value) => isText(value) && value !== "",
  },
};

const PARAMETERS_FILE = join("notebooks", "parametros.json");
const SIMULATED = { tree: "data-prep/build/cuaderno", dates: 8, side: 1024, seed: 1 } as const;

/**
 * The parameters of the notebooks, from one place: `notebooks/parametros.json`, or what the file named by
 * PILA_NOTEBOOK_PARAMETERS says instead of it. Where no data are named, a stack is simulated once (8 dates of
 * 1024 x 1024, 64 MB). Says on stdout which data they are.
 * @returns the parameters, whole and valid
 * @throws UsageError a parameter is unknown, wrong or missing, or its folder does not exist: the message names it
 */
export async function cuaderno(): Promise<Cuaderno> {
  const own = readParameters(PARAMETERS_FILE);
  const override = process.env.PILA_NOTEBOOK_PARAMETERS;
  const given = { ...own, ...(override === undefined ? {} : readParameters(override)) };
  for (const [name, { expected, holds }] of Object.entries(PARAMETERS)) {
    if (!holds(given[name])) throw wrong(PARAMETERS_FILE, name, given[name], expected);
  }
  const { slc, recorte, ...others } = given as unknown as Omit<Cuaderno, "simulados">;
  const simulados = slc === "";
  if (!simulados && !existsSync(slc)) {
    throw wrong(PARAMETERS_FILE, "slc", slc, `${PARAMETERS.slc!.expected} (busqué ${resolve(slc)})`);
  }
  if (simulados) await simulate();
  speakSpanish();
  const { tree, dates, side } = SIMULATED;
  console.log(
    simulados ? `datos simulados: ${dates} fechas de ${side} × ${side} en ${tree}` : `datos: ${slc}`,
  );
  return { ...others, slc: simulados ? tree : slc, simulados, recorte: recorte === "" ? null : recorte };
}

const MONTHS =
  "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(" ");
const DAYS = "domingo lunes martes miércoles jueves viernes sábado".split(" ");

/** Axes of charts with a decimal comma and Spanish months: they are written by the d3 that Plot uses. */
function speakSpanish(): void {
  const d3 = createRequire(require.resolve("@observablehq/plot"))("d3") as Record<
    string,
    (locale: object) => void
  >;
  const short = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3));
  d3.formatDefaultLocale!({ decimal: ",", thousands: ".", grouping: [3], currency: ["$ ", ""] });
  d3.timeFormatDefaultLocale!({
    ...{ dateTime: "%A %e de %B de %Y, %X", date: "%d/%m/%Y", time: "%H:%M:%S", periods: ["a. m.", "p. m."] },
    ...{ days: DAYS, shortDays: short(DAYS), months: MONTHS, shortMonths: short(MONTHS) },
  });
}

async function simulate(): Promise<void> {
  const { tree, dates, side, seed } = SIMULATED;
  // truth.json comes last: where it stands, the stack is whole.
  if (existsSync(join(tree, "truth.json"))) return;
  const shape = { azimuth: side, range: side };
  await simulateStack({ tree, dates, shape, seed, signal: cellSignal() });
}

/** @throws UsageError no such file, no JSON object, or a name that is no parameter */
function readParameters(path: string): Record<string, unknown> {
  const parameters = readObject(path);
  requireKnown(path, parameters, Object.keys(PARAMETERS));
  return parameters;
}

function readObject(path: string): Record<string, unknown> {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const problem = (cause as Error).message;
    throw new UsageError(`${path}: ${problem}; hace falta un objeto JSON con los parámetros`, {
      path,
      cause,
    });
  }
  if (typeof found === "object" && found !== null && !Array.isArray(found)) {
    return found as Record<string, unknown>;
  }
  throw new UsageError(
    `${path}: hay ${JSON.stringify(found)}, hace falta un objeto JSON con los parámetros`,
    {
      path,
    },
  );
}

function requireKnown(path: string, parameters: object, known: readonly string[]): void {
  const unknown = Object.keys(parameters).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new UsageError(
    `${path}: ${unknown.map((name) => `«${name}»`).join(", ")} no es un parámetro; los que hay son ${known.join(", ")}`,
    { path },
  );
}

function wrong(path: string, name: string, found: unknown, expected: string): UsageError {
  const text = found === undefined ? "no está" : `es ${JSON.stringify(found)}`;
  return new UsageError(`${path}: el parámetro «${name}» ${text}; tiene que ser ${expected}`, { path });
}

/**
 * Parameters of one notebook: what the cell says, unless the JSON file named by PILA_NOTEBOOK_PARAMETERS, for a notebook
 * that is executed without a person, says otherwise.
 * @param defaults what the cell says
 * @returns them, with the values of the file in their places
 * @throws UsageError the file is no JSON object, or names what `defaults` has not
 */
export function notebookParameters<T extends object>(defaults: T): T {
  const path = process.env.PILA_NOTEBOOK_PARAMETERS;
  if (path === undefined) return defaults;
  const given = readObject(path);
  requireKnown(path, given, Object.keys(defaults));
  for (const [name, own] of Object.entries(defaults)) {
    if (own === null || !Object.hasOwn(given, name) || typeof given[name] === typeof own) continue;
    throw wrong(path, name, given[name], `de la clase de ${JSON.stringify(own)}`);
  }
  return { ...defaults, ...given };
}
