/** `import`: takes over what already runs, and says how to declare it. */
import { createDisplay } from "../display/index.ts";
import { importResource } from "../index.ts";
import { mask } from "../redaction.ts";
import { Stack } from "../stack.ts";
import type { ResourceState } from "../state.ts";
import type { Commands } from "./index.ts";

const reserved =
  /^(\d.*|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield|)$/;

export default {
  async import({ stack, words, flags }) {
    const [type = "", name = "", id = ""] = words;
    if (!/^[\w-]+:[\w/.-]*:\w+$/.test(type)) {
      throw new Error(`'${type}' is not a type: write PACKAGE:MODULE:NAME`);
    }
    // As the Pulumi CLI has it: the name of the program's variable, and the URN.
    const [parentName, parent = parentName] = flags.parent?.split(/=(.*)/s) ?? [];
    const [providerName, provider = providerName] = flags.provider?.split(/=(.*)/s) ?? [];
    const display = createDisplay(process.stdout);
    const resource = { type, name, id, parent, provider, protect: flags.protect ?? true };
    const summary = await importResource({ ...stack, display, resource }).finally(() => display.close());
    if (summary.failures.length > 0) return 1;
    const { resources } = (await new Stack(stack).state()).contents;
    const imported = resources.find((state) => state.type === type && state.urn.endsWith(`::${name}`));
    if (!imported) throw new Error(`${name} is not in the state`);
    process.stdout.write("\nDeclare it in the program, or the next update will want to delete it:\n\n");
    process.stdout.write(declaration(imported, name, parentName, providerName));
    return 0;
  },
} satisfies Commands;

/** TypeScript. Where variables' names are not known, they are made from those of the resources. */
export function declaration(
  { type, inputs = {}, protect }: ResourceState,
  name: string,
  parent?: string,
  provider?: string,
): string {
  const [packageName = "", module = "", typeName = ""] = type.split(":");
  const alias = packageName.replaceAll("-", "_");
  const path = [alias, module.split("/")[0], typeName].filter((part) => part && part !== "index");
  const options = [
    ...(parent ? [`parent: ${variable(parent)}`] : []),
    ...(provider ? [`provider: ${variable(provider)}`] : []),
    ...(protect ? ["protect: true"] : []),
  ].join(", ");
  const visible = Object.entries(inputs).filter(([key]) => !key.startsWith("__"));
  const literal = JSON.stringify(mask(Object.fromEntries(visible)), undefined, 4);
  // Keys need quotes only where they are no identifiers.
  const args = [JSON.stringify(name), literal.replace(/^( *)"([A-Za-z_$][\w$]*)":/gm, "$1$2:")];
  if (options) args.push(`{ ${options} }`);
  return (
    `import * as ${alias} from "@pulumi/${packageName}";\n\n` +
    `const ${variable(name)} = new ${path.join(".")}(${args.join(", ")});\n`
  );
}

function variable(text: string): string {
  const last = text.split("::").at(-1) ?? "";
  const name = last.replace(/[^A-Za-z0-9_$]+(.)?/g, (_, next = "") => next.toUpperCase());
  return reserved.test(name) ? `_${name}` : name;
}
