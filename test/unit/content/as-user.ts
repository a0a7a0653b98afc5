import { lstatSync, readFileSync } from "node:fs";
import { Bench } from "./tree.ts";

// Run as an ordinary user by host-folder-user.test.ts: prints what it found as JSON.
const bench = new Bench();
const node = bench.create("pack.idx", "", 0o444);
const first = bench.write(node, 0, "through the creating handle");
for (let i = 0; i < 300; i++) bench.create(`n${i}`);
const second = bench.write(node, 0, "THROUGH");
const hidden = bench.create("hidden", "secret", 0o000);
for (let i = 0; i < 300; i++) bench.create(`m${i}`);
const read = bench.text(hidden);
bench.unlink("pack.idx");
const past = bench.folder.writePast(node, 0, Buffer.from("past   "));
console.log(
  JSON.stringify({
    first,
    second,
    read,
    past,
    text: bench.text(node),
    mode: lstatSync(bench.real("hidden")).mode & 0o777,
    uid: process.getuid?.(),
    status: readFileSync("/proc/self/status", "utf8").includes("CapEff:\t0000000000000000"),
  }),
);
bench.dispose();
