// What mail programs do not show, or show in part, of the HTML on standard input, by the data of caniemail.com.
// node caniemail.mjs FOLDER CLIENT…: FOLDER holds node_modules. Prints JSON: {errors: {feature: [client]}, warnings: …}
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, ...clients] = process.argv.slice(2);
const found = createRequire(`${folder}/`).resolve("caniemail");
const { caniemail } = await import(pathToFileURL(found));
const { issues } = caniemail({ clients, html: readFileSync(0, "utf8") });
const told = {};
for (const kind of ["errors", "warnings"]) {
  told[kind] = {};
  for (const [client, features] of issues[kind])
    for (const { title } of features) (told[kind][title] ??= []).push(client);
}
console.log(JSON.stringify(told));
