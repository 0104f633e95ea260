/** The drawing board of charts in cells: `Plot.plot({ document, marks: [...] })`. */
// biome-ignore lint/suspicious/noExplicitAny: cells are compiled without the types of a page
declare var document: any;
