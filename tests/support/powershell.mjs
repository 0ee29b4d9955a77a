// What a PowerShell script says, by the grammar of tree-sitter-powershell.
// node --liftoff-only powershell.mjs FOLDER (else node goes on compiling the parser for minutes): FOLDER holds node_modules; the script is on standard input. Prints JSON:
// {faults: [[line, kind]], commands: [[line, name, [parameter]]], tables: {variable: [key]}}
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.argv[2]}/`);
const { Parser, Language } = await import(pathToFileURL(require.resolve("web-tree-sitter")));
await Parser.init();
const parser = new Parser();
const grammar = join(dirname(require.resolve("tree-sitter-powershell/package.json")), "tree-sitter-powershell.wasm");
parser.setLanguage(await Language.load(grammar));
const root = parser.parse(readFileSync(0, "utf8")).rootNode;

const told = { faults: [], commands: [], tables: {} };
const line = (node) => node.startPosition.row + 1;
const under = (node, kind) => node.descendantsOfType(kind);
(function walk(node) {
  if (node.isError || node.isMissing) told.faults.push([line(node), node.type]);
  if (node.type === "command") {
    const name = node.childForFieldName("command_name")?.text ?? "";
    const elements = node.childForFieldName("command_elements")?.namedChildren ?? [];
    const parameters = elements.filter((each) => each.type === "command_parameter").map((each) => each.text);
    const splatted = elements.flatMap((each) => (each.text.match(/^@\w+$/) ? [each.text] : []));
    told.commands.push([line(node), name, [...parameters, ...splatted]]);
  }
  if (node.type === "assignment_expression") {
    const [variable] = under(node, "variable");
    const [table] = under(node, "hash_literal_expression");
    const entries = table ? under(table, "hash_entry").filter((each) => each.parent.parent.id === table.id) : [];
    if (entries.length) (told.tables[variable.text] ??= []).push(...entries.map((each) => under(each, "key_expression")[0].text));
  }
  for (const child of node.children) walk(child);
})(root);
console.log(JSON.stringify(told));
