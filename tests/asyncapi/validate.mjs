// Reads an AsyncAPI document from standard input; writes the parser's diagnostics as JSON.
import { text } from "node:stream/consumers";
import { Parser } from "@asyncapi/parser";

const { diagnostics } = await new Parser().parse(await text(process.stdin));
console.log(
  JSON.stringify(
    diagnostics.map(({ severity, code, path, message }) => ({ severity, code, path, message })),
  ),
);
