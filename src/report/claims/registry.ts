import type { Summary } from "../../evidence/summary";
import type { Text } from "../language";
import { agreement } from "./agreement";
import { breakEven } from "./breakEven";
import type { Claim, ClaimVerdict, FigureId } from "./claim";
import { coldCache } from "./coldCache";
import { failures } from "./failures";
import { fastest } from "./fastest";
import { fusedSaving } from "./fusedSaving";
import { inputOrCompute } from "./inputOrCompute";
import { ipcCost } from "./ipcCost";
import { memory } from "./memory";
import { notDistinguishable } from "./notDistinguishable";
import { quietMachine } from "./quietMachine";
import { serialFraction } from "./serialFraction";
import { speedup } from "./speedup";
import { tracing } from "./tracing";
import { whyNotFaster } from "./whyNotFaster";

/** Every claim, in the order of the informe. A new one is a file and a line here. */
export const CLAIMS = [
  fastest,
  notDistinguishable,
  speedup,
  whyNotFaster,
  serialFraction,
  ipcCost,
  inputOrCompute,
  coldCache,
  breakEven,
  memory,
  fusedSaving,
  agreement,
  failures,
  quietMachine,
  tracing,
] as const satisfies readonly Claim[];

export type ClaimId = (typeof CLAIMS)[number]["id"];

/** A claim with what the records say to it. */
export interface EvaluatedClaim {
  readonly id: ClaimId;
  readonly title: Text;
  readonly figure: FigureId;
  /** At least one. */
  readonly verdicts: readonly ClaimVerdict[];
}

/** Every claim put to the records, in the order of the registry. */
export function evaluateClaims(summary: Summary): readonly EvaluatedClaim[] {
  return CLAIMS.map(({ id, title, figure, evaluate }) => ({
    id,
    title,
    figure,
    verdicts: evaluate(summary),
  }));
}
