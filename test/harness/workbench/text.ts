/** Texts as the page has them, and as tests name them. */

/** What is read of an element inside the page: the tests compile without the DOM's types. */
export interface PageElement {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

/** A text is matched whole, a pattern as it is. */
export function exactly(text: string | RegExp): RegExp {
  if (text instanceof RegExp) return text;
  return new RegExp(`^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*$`);
}

/** The editor shows spaces as non-breaking ones. */
export function plainSpaces(text: string): string {
  return text.replaceAll("\u00a0", " ");
}
