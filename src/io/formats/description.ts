// What a format of SLC images is, and what it looks at: a file that may describe images, read once for all formats.
import { realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fault, PilaError } from "../../core/errors";
import type { Finding } from "../../core/findings";
import type { PlaneSource } from "../../core/raster";
import { readBounded, readHead } from "../inputFile";

/** A format: which files are of it, and where the pixels lie that they describe. */
export interface SlcFormat {
  /** What people call it. */
  readonly title: string;
  /** The files of a date, for messages. */
  readonly files: string;
  /**
   * The images that a file describes, its bands in order; null when its content is of another format.
   * @throws RealBandError what it describes is not complex
   * @throws FormatError the content is of this format, and what it describes is wrong
   */
  describe(file: Description): readonly DescribedImage[] | null;
  /**
   * Files that may describe a file of pixels of this format, which lies beside its description; absent where a
   * description holds the pixels, or names the file that does.
   */
  readonly descriptionsOf?: (data: string) => readonly string[];
}

/** One image that a file describes. */
export interface DescribedImage {
  readonly source: PlaneSource;
  /** Its band in the file or in the subdataset, from 1. */
  readonly band: number;
  /** What tells it from the other images of the file: the subdataset, or the description of the band; null: it is alone. */
  readonly label: string | null;
  /** `20180101` from metadata; null where there is none. */
  readonly date: string | null;
  readonly polarisation: string | null;
  /** Real paths of all other files that its pixels lie in, or are described by. */
  readonly files: readonly string[];
  /** Without dates: a file does not know them. */
  readonly findings: readonly Finding[];
}

/** A file that may describe images. */
export interface Description {
  /** Its real path: what it names lies beside it, also where a link led to it. */
  readonly path: string;
  /** Its path as the user has it. */
  readonly name: string;
  readonly size: number;
  /** Its first bytes, up to 4096. */
  readonly head: Buffer;
  /** null: binary data. @throws FormatError more than a description ever takes */
  readonly text: string | null;
  /** The root element, where the head names one that SLC images are described by; else null. @throws FormatError broken XML */
  readonly xml: XmlElement | null;
  /** A file of pixels may be longer than described by any number of bytes. */
  readonly allowSurplus: boolean;
  /**
   * The images of a file that this one names, be it a description or a file of pixels; null where it is of no format.
   * @throws FormatError it leads back here, or to an image that is wrong
   */
  describe(path: string): readonly DescribedImage[] | null;
}

/** Descriptions have a few kB, those of mosaics of thousands of files some hundreds. */
const LARGEST_DESCRIPTION_BYTES = 4_000_000;
/** Deeper, or of more elements and attributes, is no description: what they would take in memory is many times the text. */
const DEEPEST_ELEMENT = 64;
const MOST_ELEMENTS = 200_000;
const HEAD_BYTES = 4096;

/** The root elements of descriptions. */
const ROOT_ELEMENT = /<(vrtdataset|imagefile)[\s>/]/i;

/**
 * Opens a file, or what a link to it leads to, to be looked at.
 * @throws FormatError there is no such file, or it cannot be read
 */
export function readDescription(
  name: string,
  context: Pick<Description, "allowSurplus" | "describe">,
): Description {
  const path = realPath(name);
  const { size, head } = readFirst(path, name);
  let text: string | null | undefined;
  let xml: XmlElement | null | undefined;
  return {
    ...context,
    path,
    name,
    size,
    head,
    get text() {
      if (text === undefined) {
        if (!head.includes(0)) requireSmall(name, size);
        text = head.includes(0) ? null : readText(path, name);
      }
      return text;
    },
    get xml() {
      if (xml === undefined) {
        const isDescription = ROOT_ELEMENT.test(head.toString("latin1"));
        xml = isDescription && this.text !== null ? parseXml(this.text, name) : null;
      }
      return xml;
    },
  };
}

/** @throws FormatError a description of more bytes than any has */
export function requireSmall(name: string, size: number): void {
  if (size <= LARGEST_DESCRIPTION_BYTES) return;
  const expected = `a description of at most ${LARGEST_DESCRIPTION_BYTES}`;
  throw fault(name, `found ${size} bytes, expected ${expected}; write it again`);
}

function readText(path: string, name: string): string | null {
  const bytes = readBounded(path, LARGEST_DESCRIPTION_BYTES, refusal(name));
  return bytes.includes(0) ? null : bytes.toString("utf8");
}

function refusal(name: string): (found: string) => Error {
  return (found) => fault(name, `found ${found}, expected a file; name an SLC or its description`);
}

function readFirst(path: string, name: string): ReturnType<typeof readHead> {
  try {
    return readHead(path, HEAD_BYTES, refusal(name));
  } catch (cause) {
    if (cause instanceof PilaError) throw cause;
    const sentence = `found a file that cannot be read (${(cause as Error).message}), expected an SLC; check it`;
    throw fault(name, sentence, { cause });
  }
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (cause) {
    throw fault(
      path,
      "found a link that leads nowhere or no such file, expected an SLC description; link it again",
      { cause },
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

/** The text of the attribute or else of the first child of one name, as GDAL looks for it; undefined when absent. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.attributes.get(name) ?? childrenOf(element, name)[0]?.text;
}

/**
 * What a VRT names is handed to GDAL, which would wait for a pipe for ever.
 * @throws FormatError it names something that is there and no regular file, or the standard input
 */
export function requireFilesIn({ path, name, xml }: Pick<Description, "path" | "name" | "xml">): void {
  const inside = xml === null ? [] : [xml];
  for (const element of inside) {
    inside.push(...element.children);
    if (!/^(sourcefilename|sourcedataset)$/.test(element.name) || element.text === "") continue;
    for (const named of [resolve(dirname(path), element.text), resolve(element.text)]) {
      const stats = statSync(named, { throwIfNoEntry: false });
      const isOther = stats !== undefined && !stats.isFile() && !stats.isDirectory();
      if (!isOther && !element.text.includes("/vsistdin")) continue;
      throw fault(name, `found the source ${element.text}, expected a file; write the VRT again`);
    }
  }
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

/**
 * The root element of an XML document.
 * @throws FormatError the text is not well-formed XML, or nested or long as no description is
 */
export function parseXml(text: string, path: string): XmlElement {
  const { SaxesParser } = require("saxes") as typeof import("saxes");
  const parser = new SaxesParser();
  const open: OpenElement[] = [];
  let root: XmlElement | null = null;
  let count = 0;
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const pairs = Object.entries(attributes as Record<string, string>);
    count += 1 + pairs.length;
    if (open.length >= DEEPEST_ELEMENT)
      throw new Error(`more than ${DEEPEST_ELEMENT} elements in each other`);
    if (count > MOST_ELEMENTS) throw new Error(`more than ${MOST_ELEMENTS} elements`);
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
    throw fault(
      path,
      `found broken XML (${(cause as Error).message}), expected a VRT or ISCE2 description; write it again`,
      { cause },
    );
  }
  return root!;
}
