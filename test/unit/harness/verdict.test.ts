import { describe, expect, it } from "vitest";
import type { Survey } from "../../harness/survey.ts";
import { explain } from "../../suites/duel/refusals.ts";
import type { Report } from "../../suites/duel/task.ts";
import { judge, type Evidence } from "../../suites/duel/verdict.ts";

const file = "shared/0.txt";
const one = "1".repeat(40);
const two = "2".repeat(40);

function survey(name: string, change: Partial<Survey> = {}): Survey {
  const same = {
    head: "refs/heads/main",
    commit: two,
    refs: "",
    index: "",
    status: "",
    files: {},
    locks: [],
    fsck: "",
  };
  return { name, ...same, reachable: [one, two], texts: { [file]: "# start\nada edit 0\n" }, ...change };
}

function evidence(change: Partial<Evidence> = {}): Evidence {
  const reports: readonly Report[] = [
    { t: "acknowledged", hash: one },
    { t: "line", file, line: "ada edit 0", hash: one },
    { t: "acknowledged", hash: two },
  ];
  const told = [{ name: "ada", quota: 2, reports }];
  return {
    kind: "lines",
    told,
    surveys: [survey("ada"), survey("ben")],
    patch: "+ada edit 0\n",
    seconds: 1,
    ...change,
  };
}

describe("the verdict of a duel", () => {
  it("is good when every acknowledged commit and line is everywhere", () => {
    expect(judge(evidence())).toMatchObject({ good: true, lost: [], faults: [], acknowledged: 2, lines: 1 });
  });

  it("names a commit that one peer cannot reach", () => {
    const surveys = [survey("ada"), survey("ben", { reachable: [two] })];
    expect(judge(evidence({ surveys })).lost).toEqual([`commit ${one} at ben`]);
  });

  it("finds a line that is missing or twice in a final file", () => {
    const missing = survey("ben", { texts: { [file]: "# start\n" } });
    expect(judge(evidence({ surveys: [survey("ada"), missing] })).lost).toHaveLength(1);
    const twice = survey("ben", { texts: { [file]: "ada edit 0\nada edit 0\n" } });
    expect(judge(evidence({ surveys: [survey("ada"), twice] })).lost).toHaveLength(1);
  });

  it("finds a line that a commit removed and a later one brought back", () => {
    const patch = "+ada edit 0\n-ada edit 0\n+ada edit 0\n";
    expect(judge(evidence({ patch })).lost).toEqual([`line "ada edit 0" of ${one} was removed by a commit`]);
  });

  it.each([
    ["a fsck complaint", { fsck: "missing blob" }],
    ["a lock that is left", { locks: [".git/index.lock"] }],
    ["another ref", { refs: "refs/heads/other" }],
    ["another file", { files: { "a.txt": "1234" } }],
  ])("counts %s as a fault", (_, change) => {
    expect(judge(evidence({ surveys: [survey("ada"), survey("ben", change)] }))).toMatchObject({
      good: false,
      lost: [],
    });
  });

  it("counts a writer that did not reach its share, and words of git that nothing explains", () => {
    const reports: readonly Report[] = [
      { t: "acknowledged", hash: one },
      { t: "unexplained", text: "fatal: bad object" },
    ];
    const { faults } = judge(evidence({ told: [{ name: "ben", quota: 2, reports }] }));
    expect(faults).toEqual(["ben reached 1 of 2", "ben: fatal: bad object"]);
  });
});

describe("what git says when it refuses", () => {
  const said = (err: string): ReturnType<typeof explain> => explain({ code: 128, out: "", err, timedOut: false });

  it("is explained when another holds the lock, advice included", () => {
    const text = `fatal: Unable to create '/r/.git/index.lock': File exists.

Another git process seems to be running in this repository, e.g.
an editor opened by 'git commit'. Please make sure all processes
are terminated then try again. If it still fails, a git process
may have crashed in this repository earlier:
remove the file manually to continue.
`;
    expect(said(text)).toEqual({ reasons: ["another holds the lock"], unexplained: [] });
  });

  it("is unexplained when no rule knows it, also when it says nothing or hangs", () => {
    expect(said("fatal: bad object HEAD\n").unexplained).toEqual(["fatal: bad object HEAD"]);
    expect(said("").unexplained).toHaveLength(1);
    expect(explain({ code: null, out: "", err: "", timedOut: true }).unexplained[0]).toBe("git did not return in time");
  });
});
