// Writes src/api/types.ts from the schemas of api/openapi.yaml. With --check it writes nothing and fails when the file is old.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import yaml from "js-yaml";
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const source = join(root, "api", "openapi.yaml"), target = join(root, "web", "src", "api", "types.ts");
const { components: { schemas } } = yaml.load(readFileSync(source, "utf8"));

const scalars = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };
const literal = (v) => (v === null ? "null" : JSON.stringify(v));
const wrap = (t) => (t.includes(" | ") || t.includes(" & ") ? `(${t})` : t);
const unique = (list) => [...new Set(list)].join(" | ");

function typeOf(s, indent) {
  if (s === true || s === undefined || Object.keys(s).length === 0) return "unknown";
  if (s.$ref) return s.$ref.split("/").at(-1);
  if (s.enum) return unique(s.enum.map(literal));
  if ("const" in s) return literal(s.const);
  if (s.oneOf) return unique(s.oneOf.map((o) => typeOf(o, indent)));
  if (s.allOf) return s.allOf.map((o) => wrap(typeOf(o, indent))).join(" & ");
  if (Array.isArray(s.type)) return unique(s.type.map((t) => typeOf({ ...s, type: t }, indent)));
  if (s.type === "array") return s.items?.prefixItems || s.prefixItems ? arrayOf(s, indent) : `${wrap(typeOf(s.items, indent))}[]`;
  if (s.type === "object" || s.properties) return s.properties ? `{\n${members(s, indent + "  ")}${indent}}` : "Record<string, unknown>";
  return scalars[s.type] ?? "unknown";
}
function arrayOf(s, indent) {
  if (s.prefixItems) return `[${s.prefixItems.map((i) => typeOf(i, indent)).join(", ")}]`;
  return `[${s.items.prefixItems.map((i) => typeOf(i, indent)).join(", ")}][]`;
}
function members(s, indent) {
  const required = new Set(s.required ?? []);
  return Object.entries(s.properties).map(([name, p]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    return `${note(p, indent)}${indent}${key}${required.has(name) ? "" : "?"}: ${typeOf(p, indent)};\n`;
  }).join("");
}
const note = (
  s,
  indent,
) => (s?.description ? `${indent}/** ${s.description.trim().replace(/\s+/g, " ").replaceAll("*/", "* /")} */\n` : "");

let out = "// Made by web/tools/generate-types.mjs from api/openapi.yaml. Do not edit.\n";
for (const [name, s] of Object.entries(schemas)) {
  const plain = s.type === "object" && s.properties && !s.allOf && !s.oneOf;
  out += `\n${note(s, "")}${plain ? `export interface ${name} {\n${members(s, "  ")}}` : `export type ${name} = ${typeOf(s, "")};`}\n`;
}
let old = "";
try {
  old = readFileSync(target, "utf8");
} catch { /* not made yet */ }
if (old === out) process.exit(0);
if (process.argv.includes("--check")) {
  console.error("web/src/api/types.ts is not what api/openapi.yaml says; run `make generate`.");
  process.exit(1);
}
writeFileSync(target, out);
console.log("wrote web/src/api/types.ts");
