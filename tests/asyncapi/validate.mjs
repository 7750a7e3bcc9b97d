// Reads a list of AsyncAPI documents from standard input; writes the parser's diagnostics of each as
// JSON.
import { json } from "node:stream/consumers";
import { Parser } from "@asyncapi/parser";

const parser = new Parser();
const found = [];
for (const document of await json(process.stdin)) {
  const { diagnostics } = await parser.parse(JSON.stringify(document));
  found.push(
    diagnostics.map(({ severity, code, path, message }) => ({ severity, code, path, message })),
  );
}
console.log(JSON.stringify(found));
