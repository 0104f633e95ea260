export { gatherSamples, swapHalves, swapWords, useScratch, widenSamples } from "./doubles";
export { looks, looks4x4, looks4x4Int16, looksInt16 } from "./looks";
export { moments } from "./moments";
export { accumulate, clearStates, finish, merge } from "./states";
