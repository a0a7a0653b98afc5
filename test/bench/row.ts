/** One line of the table of figures. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly baseline: string;
  readonly figure: string;
  readonly atLeast: string;
  readonly good: boolean;
}

export function ratioRow(options: {
  readonly what: string;
  readonly ours: number;
  readonly baseline: number;
  readonly name: string;
  readonly most: number;
  readonly words: (value: number) => string;
}): Row {
  const { what, ours, baseline, name, most, words } = options;
  const ratio = ours / baseline;
  return {
    what,
    measured: words(ours),
    baseline: `${name}: ${words(baseline)}`,
    figure: `${ratio.toFixed(2)}×`,
    atLeast: `≤ ${most}×`,
    good: ratio <= most,
  };
}

export function toMarkdown(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.measured,
    row.baseline,
    row.figure,
    row.atLeast,
    row.good ? "yes" : "**no**",
  ]);
  const lines = [
    ["what", "measured", "baseline", "figure", "at least", "met"],
    ["---", "---", "---", "---", "---", "---"],
    ...cells,
  ];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}
