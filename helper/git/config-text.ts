/** One `key = value`; git-config(1) syntax, bytes as latin1. Section and key are lower-case, the subsection as written. */
export interface ConfigEntry {
  readonly section: string;
  readonly subsection: string | undefined;
  readonly key: string;
  /** Undefined for a key without `=`, which git takes for true. */
  readonly value: string | undefined;
}

/**
 * The entries of a config file, in order, as git's config.c reads them: comments, continuation lines, quotes and escapes
 * resolved. git refuses a file with a syntax error; here everything before the error is returned.
 */
export function parseConfig(text: string): ConfigEntry[] {
  const reader = new Reader(text.replace(/^\u00ef\u00bb\u00bf/, "").replaceAll("\r\n", "\n"));
  const entries: ConfigEntry[] = [];
  let header: Header | undefined;
  for (;;) {
    reader.skip(/[\s]*/y);
    const next = reader.peek();
    if (next === "") return entries;
    if (next === "#" || next === ";") {
      reader.skip(/[^\n]*/y);
    } else if (next === "[") {
      header = readHeader(reader);
      if (header === undefined) return entries;
    } else {
      const entry = header === undefined ? undefined : readEntry(reader, header);
      if (entry === undefined) return entries;
      entries.push(entry);
    }
  }
}

/** Text that `parseConfig` and git read back as these entries. */
export function formatConfig(entries: readonly ConfigEntry[]): string {
  let text = "";
  let current = "";
  for (const entry of entries) {
    const header = formatHeader(entry);
    if (header !== current) text += `${header}\n`;
    current = header;
    text += entry.value === undefined ? `\t${entry.key}\n` : `\t${entry.key} = ${formatValue(entry.value)}\n`;
  }
  return text;
}

type Header = Pick<ConfigEntry, "section" | "subsection">;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  peek(): string {
    return this.#text.charAt(this.#at);
  }

  next(): string {
    return this.#text.charAt(this.#at++);
  }

  /** What a sticky pattern matches here; undefined, and nothing consumed, if it does not. */
  skip(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }
}

function readHeader(reader: Reader): Header | undefined {
  const match = reader.skip(/\[([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?\]/y);
  const name = match?.[1];
  if (name === undefined) return undefined;
  const quoted = match?.[2];
  // In a subsection a backslash only takes the next character as it is.
  if (quoted !== undefined) return { section: name.toLowerCase(), subsection: quoted.replace(/\\(.)/g, "$1") };
  // The old form [section.subsection], all in lower case.
  const dot = name.indexOf(".");
  if (dot < 0) return { section: name.toLowerCase(), subsection: undefined };
  return { section: name.slice(0, dot).toLowerCase(), subsection: name.slice(dot + 1).toLowerCase() };
}

function readEntry(reader: Reader, header: Header): ConfigEntry | undefined {
  const key = reader.skip(/([A-Za-z][A-Za-z0-9-]*)[ \t]*/y)?.[1]?.toLowerCase();
  if (key === undefined) return undefined;
  const next = reader.peek();
  if (next === "" || next === "\n") return { ...header, key, value: undefined };
  if (next !== "=") return undefined;
  reader.next();
  const value = readValue(reader);
  return value === undefined ? undefined : { ...header, key, value };
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", '"': '"', "\\": "\\" };

/** Up to the end of the line; blanks around are dropped unless quoted. Undefined for a syntax error. */
function readValue(reader: Reader): string | undefined {
  let value = "";
  /** Length of what ends in something other than an unquoted blank. */
  let solid = 0;
  let quoted = false;
  reader.skip(/[ \t]*/y);
  for (;;) {
    const char = reader.next();
    if (char === "" || char === "\n") return quoted ? undefined : value.slice(0, solid);
    if (!quoted && (char === "#" || char === ";")) {
      reader.skip(/[^\n]*/y);
    } else if (char === '"') {
      quoted = !quoted;
    } else if (char === "\\") {
      const escaped = reader.next();
      if (escaped === "\n") continue;
      const meant = escapes[escaped];
      if (meant === undefined) return undefined;
      value += meant;
      solid = value.length;
    } else {
      value += char;
      if (quoted || !/\s/.test(char)) solid = value.length;
    }
  }
}

function formatHeader({ section, subsection }: Header): string {
  return subsection === undefined ? `[${section}]` : `[${section} "${subsection.replace(/["\\]/g, "\\$&")}"]`;
}

function formatValue(value: string): string {
  const escaped = value
    .replace(/["\\]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t")
    .replaceAll("\b", "\\b");
  return /^\s|\s$|[#;]/.test(value) ? `"${escaped}"` : escaped;
}
