/** What a style sheet makes of a part of the page: decorations and badges have no text of their own. */
import type { Locator } from "playwright-core";

/** Runs in the page. */
declare function getComputedStyle(
  element: unknown,
  pseudo: string,
): { readonly content: string; readonly backgroundColor: string };

export interface Drawn {
  /** What is put before or behind the part; empty for a bare box. */
  readonly text: string;
  readonly colour: string;
}

const sides = ["::before", "::after"] as const;

/** Of each of these that has something put before or behind it, or on this side of it, at this moment. */
export async function readDrawn(parts: Locator, ...only: readonly (typeof sides)[number][]): Promise<readonly Drawn[]> {
  return await parts.evaluateAll(drawn, only.length === 0 ? sides : only);
}

/** Runs in the page. */
function drawn(elements: readonly unknown[], pseudos: readonly string[]): Drawn[] {
  return elements.flatMap((element) =>
    pseudos.flatMap((pseudo) => {
      const { content, backgroundColor } = getComputedStyle(element, pseudo);
      if (content === "none" || content === "normal") return [];
      return [{ text: content.replaceAll(/["\s\u200b]/g, ""), colour: backgroundColor }];
    }),
  );
}
