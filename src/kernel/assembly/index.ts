export { gatherSamples, swapWords, useScratch } from "./doubles";
export { looks, looks4x4 } from "./looks";
export { moments } from "./moments";
export { accumulate, clearStates, finish, merge } from "./states";
