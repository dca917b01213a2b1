// Which stages a run of the tests has. Pure; plain JavaScript as test/run.mjs.
import { parseArgs } from "node:util";

/** vitest's projects, each the folder of its name, from cheap to expensive. */
export const quick = ["unit", "graph", "contract"];
/** These run on real services, two files at a time. */
export const live = ["pulumi", "live", "full"];

const preparation = "docker and images";
const check = ["types", "imports", "unused code", "format and lint", ...quick];
/** In a run on containers, it comes after the preparation: where there is no JDK, it needs an image. */
const java = "java";
const all = [...check, preparation, java, ...live];

export const usage = `npm run check               what needs no containers, up to the first stage that fails
npm test                    that, and each promise of the README on real containers
npm run test:full           the rest on real containers: upgrades in a row, drift, kills, configuration keys
npm run test:full -- --minutes N
                            leaves out files on containers that might not be done after N minutes, and names them
npm test -- FILE ...        only these test files
npm test -- -t NAME         only tests with this name, in all files or in the given ones
npm test -- --only A,B      only these stages: ${all.join(", ")}`;

/**
 * @param {readonly string[]} args of the command line
 * @returns {import("./plan.d.mts").Plan} the stages in their order, and what vitest is given to select tests
 * @throws {Error} for arguments that make no sense
 */
export function planOf(args) {
  const { values, positionals: files } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      check: { type: "boolean" },
      full: { type: "boolean" },
      only: { type: "string" },
      minutes: { type: "string" },
      testNamePattern: { type: "string", short: "t" },
    },
  });
  const name = values.testNamePattern;
  const filters = [...files, ...(name === undefined ? [] : ["--testNamePattern", name])];
  const stopsAtFailure = values.check === true;
  const minutes = values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes);
  if (Number.isNaN(minutes)) throw new Error(`--minutes takes a number, not "${values.minutes}"`);
  const stages = () => {
    if (filters.length > 0) return prepared(files.length > 0 ? projectsOf(files) : [...quick, ...live]);
    if (values.only !== undefined) return known(values.only.split(","));
    if (values.check) return [java, ...check];
    return values.full ? prepared(["full"]) : prepared([...check, java, "pulumi", "live"]);
  };
  return { stages: stages(), filters, stopsAtFailure, minutes };
}

/** @param {import("./plan.d.mts").Plan} plan */
export const needsContainers = ({ stages }) => [preparation, ...live].some((stage) => stages.includes(stage));

/** With the stage that provides images and tools in front of those that run on them. */
function prepared(stages) {
  const first = stages.findIndex((stage) => [java, ...live].includes(stage));
  return first < 0 ? stages : [...stages.slice(0, first), preparation, ...stages.slice(first)];
}

function projectsOf(files) {
  const projects = files.map((file) => {
    const project = /(?:^|[\\/])test[\\/]([^\\/]+)[\\/]/.exec(file)?.[1] ?? "";
    if (![...quick, ...live].includes(project)) throw new Error(`${file} is not a test file`);
    return project;
  });
  return all.filter((stage) => projects.includes(stage));
}

function known(stages) {
  const unknown = stages.find((stage) => !all.includes(stage));
  if (unknown !== undefined) throw new Error(`There is no stage "${unknown}". The stages: ${all.join(", ")}`);
  return all.filter((stage) => stages.includes(stage));
}
