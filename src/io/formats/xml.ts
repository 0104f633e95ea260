import { FormatError } from "../../core/errors";

/** An XML element; names of elements and attributes are in lower case, since GDAL and ISCE2 match them without case. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, trimmed. */
  readonly text: string;
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

/** The children of one name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The text of the first child of one name; undefined when absent. */
export function childText(element: XmlElement, name: string): string | undefined {
  return childrenOf(element, name)[0]?.text;
}
