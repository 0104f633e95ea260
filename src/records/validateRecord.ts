import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ErrorObject, ValidateFunction } from "ajv";
import { RecordError } from "../core/errors";

/** The three published layouts; each is `src/records/schema/<name>.schema.json`. */
export type SchemaName = "runs" | "spans" | "env";

const validators = new Map<SchemaName, ValidateFunction>();

/** Absolute path of a published schema: the same file users read and programs validate against. */
export function schemaPath(name: SchemaName): string {
  return join(__dirname, "../../../src/records/schema", `${name}.schema.json`);
}

/**
 * The value itself when it follows its schema; fields the schema does not know are kept.
 * @param place file, or `file:line`, named in the message
 * @throws RecordError names place, field, what was found and what was expected
 */
export function validateRecord<T>(
  name: SchemaName,
  value: unknown,
  place: { path: string; line?: number },
): T {
  const validate = validatorOf(name);
  if (validate(value)) return value as T;
  const error = mostTelling(validate.errors ?? []);
  throw new RecordError(
    `${formatPlace(place)}: field ${fieldOf(error)}: found ${foundAt(value, error)}, expected ${expectationOf(error)}; ` +
      `correct the record or remove it (schema: src/records/schema/${name}.schema.json)`,
    { path: place.path },
  );
}

/** `FILE:LINE`, or `FILE` where the record is the whole file. */
export function formatPlace(place: { path: string; line?: number }): string {
  return place.line === undefined ? place.path : `${place.path}:${place.line}`;
}

function validatorOf(name: SchemaName): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const { Ajv } = require("ajv") as typeof import("ajv");
  const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false, verbose: true });
  const validate = ajv.compile(JSON.parse(readFileSync(schemaPath(name), "utf8")));
  validators.set(name, validate);
  return validate;
}

/** An `if` only repeats that one of its branches failed: the branch's own error names the field. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject {
  return (errors.find((error) => error.keyword !== "if") ?? errors[0])!;
}

function fieldOf(error: ErrorObject): string {
  const missing = error.keyword === "required" ? `/${String(error.params.missingProperty)}` : "";
  const path = (error.instancePath + missing).slice(1).replaceAll("/", ".");
  return path === "" ? "(the whole record)" : path;
}

function foundAt(value: unknown, error: ErrorObject): string {
  if (error.keyword === "required") return "nothing";
  return JSON.stringify(error.instancePath === "" ? value : error.data) ?? "nothing";
}

function expectationOf(error: ErrorObject): string {
  switch (error.keyword) {
    case "required":
      return "a value";
    case "type":
      return [error.params.type].flat().join(" or ");
    case "enum":
      return `one of ${error.params.allowedValues.map((v: unknown) => JSON.stringify(v)).join(", ")}`;
    case "const":
      return JSON.stringify(error.params.allowedValue);
    case "minimum":
      return `${error.params.comparison} ${error.params.limit}`;
    default:
      return error.message ?? error.keyword;
  }
}
