// What a format of SLC images is, and what it looks at: a file that describes an image, read once for all formats.
import { readFileSync, realpathSync } from "node:fs";
import { FormatError } from "../../core/errors";
import type { PlaneSource } from "../../core/raster";

/** A format: which files may be of it, and where the pixels lie that such a file describes. */
export interface SlcFormat {
  /** The files of a date, for messages. */
  readonly files: string;
  /** Names of the files that describe; the group is the date. A name makes a candidate only: the content tells what it is. */
  readonly names: RegExp;
  /**
   * Where the pixels lie; null when the content is of another format.
   * @throws FormatError the content is of this format, and what it describes is wrong
   */
  describe(description: Description): PlaneSource | null;
}

/** A file that may describe an image. */
export interface Description {
  /** Its real path: what it names lies beside it, also where a link led to it. */
  readonly path: string;
  /** null: binary data, or more than a description ever takes. */
  readonly text: string | null;
  /** The root element; null where the text does not look like XML. */
  readonly xml: XmlElement | null;
}

/** A description of a few kB; anything far above is not one. */
const LARGEST_DESCRIPTION_BYTES = 4_000_000;

/**
 * Reads a description, or what a link to it leads to.
 * @throws FormatError there is no such file, or it is broken XML
 */
export function readDescription(path: string): Description {
  const real = realPath(path);
  const bytes = readFileSync(real);
  if (bytes.length > LARGEST_DESCRIPTION_BYTES || bytes.includes(0)) {
    return { path: real, text: null, xml: null };
  }
  const text = bytes.toString("utf8");
  return { path: real, text, xml: /^\s*</.test(text) ? parseXml(text, path) : null };
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (cause) {
    throw new FormatError(
      `${path}: found a link that leads nowhere or no such file, expected an SLC description; link it again`,
      { path, cause },
    );
  }
}

/** An XML element; names of elements and attributes are in lower case, since GDAL and ISCE2 match them without case. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, trimmed. */
  readonly text: string;
}

/** The children of one name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of the first child of one name; undefined when absent. */
export function childText(element: XmlElement, name: string): string | undefined {
  return childrenOf(element, name)[0]?.text;
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

/**
 * The root element of an XML document.
 * @throws FormatError the text is not well-formed XML
 */
export function parseXml(text: string, path: string): XmlElement {
  const { SaxesParser } = require("saxes") as typeof import("saxes");
  const parser = new SaxesParser();
  const open: OpenElement[] = [];
  let root: XmlElement | null = null;
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const pairs = Object.entries(attributes as Record<string, string>);
    open.push({
      name: name.toLowerCase(),
      attributes: new Map(pairs.map(([key, value]) => [key.toLowerCase(), value.trim()])),
      children: [],
      text: "",
    });
  });
  const addText = (part: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += part;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const element = open.pop()!;
    element.text = element.text.trim();
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  try {
    parser.write(text).close();
  } catch (cause) {
    throw new FormatError(
      `${path}: found broken XML (${(cause as Error).message}), expected a VRT or ISCE2 description; write it again`,
      { path, cause },
    );
  }
  return root!;
}
