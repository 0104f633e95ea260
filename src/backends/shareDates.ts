/** Dates dealt out evenly: worker w of W takes dates w, w + W, …; with more workers than dates some take none. */
export function datesOfWorker(dates: number, worker: number, workers: number): number[] {
  return Array.from({ length: dates }, (_, date) => date).filter((date) => date % workers === worker);
}
