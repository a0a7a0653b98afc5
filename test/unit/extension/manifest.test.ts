/** package.json says what the code does, and nothing else. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { commandIds, viewIds } from "../../../extension/command-ids.ts";
import { hiddenByDefault } from "../../../helper/git/hidden-names.ts";
import { repositoryRoot } from "../../harness/place.ts";

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly views: { readonly pairmount: readonly { readonly id: string }[] };
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly viewsContainers: { readonly activitybar: readonly { readonly icon: string }[] };
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}

const { contributes } = JSON.parse(readFileSync(join(repositoryRoot, "package.json"), "utf8")) as Manifest;
const source = (file: string) => readFileSync(join(repositoryRoot, "extension", file), "utf8");

it("contributes exactly the commands that are registered, all in one category", () => {
  expect(contributes.commands.map(({ command }) => command)).toEqual([...commandIds]);
  expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(new Set(["Pairmount"]));
  expect(new Set(contributes.commands.map(({ title }) => title)).size).toBe(commandIds.length);
});

it("contributes exactly the views that are drawn", () => {
  expect(contributes.views.pairmount.map(({ id }) => id)).toEqual([...viewIds]);
});

it("names only commands, views and icons that are there", () => {
  const used = Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command));
  const linked = contributes.viewsWelcome.flatMap(({ contents }) =>
    Array.from(contents.matchAll(/\(command:([\w.]+)\)/g), ([, command = ""]) => command),
  );
  for (const command of [...used, ...linked]) expect(commandIds).toContain(command);
  for (const { view } of contributes.viewsWelcome) expect(viewIds).toContain(view);
  const views = Object.values(contributes.menus).flatMap((items) =>
    items.flatMap(({ when = "" }) => Array.from(when.matchAll(/view == ([\w.]+)/g), ([, view = ""]) => view)),
  );
  for (const view of views) expect(viewIds).toContain(view);
  for (const { icon } of contributes.viewsContainers.activitybar)
    expect(existsSync(join(repositoryRoot, icon))).toBe(true);
});

it("hides by default what the helper does", () => {
  expect(contributes.configuration.properties["pairmount.hide"]).toMatchObject({
    default: hiddenByDefault,
    scope: "machine",
  });
});

it("has a setting for each that is read, and reads each that it has", () => {
  const read = Array.from(
    source("begin.ts").matchAll(/configured\.get<\w+>\("(\w+)"/g),
    ([, name]) => `pairmount.${name}`,
  );
  expect(read.toSorted()).toEqual(Object.keys(contributes.configuration.properties).toSorted());
});
