import { FormatError } from "../../core/errors";

/** An XML element as plain objects: attributes under `@name` in lower case, repeated children as arrays. */
export type XmlNode = { readonly [name: string]: XmlNode | readonly XmlNode[] | string | undefined };

/**
 * Parses XML with element and attribute names in lower case: GDAL and ISCE2 match them without case.
 * @throws FormatError the text is not well-formed XML
 */
export function parseXml(text: string, path: string): XmlNode {
  const { XMLParser, XMLValidator } = require("fast-xml-parser") as typeof import("fast-xml-parser");
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    throw new FormatError(
      `${path}: found broken XML (line ${valid.err.line}: ${valid.err.msg}), expected a VRT or ISCE2 description; write it again`,
      { path },
    );
  }
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    parseTagValue: false,
    parseAttributeValue: false,
    transformTagName: (name) => name.toLowerCase(),
    transformAttributeName: (name) => name.toLowerCase(),
  });
  return parser.parse(text) as XmlNode;
}

/** The children of one name, as a list; absent gives an empty list. */
export function children(node: XmlNode, name: string): readonly XmlNode[] {
  const found = node[name];
  if (found === undefined || found === "") return [];
  if (Array.isArray(found)) return found as readonly XmlNode[];
  return typeof found === "string" ? [{ "#text": found }] : [found as XmlNode];
}

/** The text of the first child of one name, trimmed; undefined when absent. */
export function childText(node: XmlNode, name: string): string | undefined {
  const found = node[name];
  if (typeof found === "string") return found.trim();
  const first = children(node, name)[0];
  const text = first?.["#text"];
  return typeof text === "string" ? text.trim() : undefined;
}

/** An attribute; undefined when absent. */
export function attribute(node: XmlNode, name: string): string | undefined {
  const value = node[`@${name}`];
  return typeof value === "string" ? value.trim() : undefined;
}
