import { type Kernels, openKernels, RegionPlan } from "../../src/kernel/kernels";

/** Kernels with one region of `bytes`, whose pointer is `at`. */
export function openRegion(bytes: number): { kernels: Kernels; at: number } {
  const plan = new RegionPlan();
  const at = plan.reserve(bytes);
  return { kernels: openKernels(plan), at };
}
