// How fast mailparser (npm) reads the mails of a folder.
//
//   node tests/bench/read/mailparser.mjs FOLDER, where mailparser is installed; see peers.py
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";

const { simpleParser } = createRequire(join(process.cwd(), "x.js"))("mailparser");
const folder = process.argv[2];
const mails = readdirSync(folder).map((name) => join(folder, name)).filter((path) => statSync(path).isFile())
  .map((path) => readFileSync(path));
let best = Infinity;
for (let round = 0; round < 3; round++) {
  const before = process.cpuUsage();
  for (const mail of mails) await simpleParser(mail).catch(() => undefined);
  const { user, system } = process.cpuUsage(before);
  best = Math.min(best, (user + system) / 1e6);
}
const bytes = mails.reduce((sum, mail) => sum + mail.length, 0);
console.log(`mailparser ${Math.round(mails.length / best)} messages/s ${(bytes / 1e6 / best).toFixed(1)} MB/s`);
