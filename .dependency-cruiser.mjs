// Which folder may import which. `npm run check` enforces it; `test/` and `bench/` may import anything.

/** Modules of `folder` may import each other and what is in `allowed` (folders, or modules), besides packages. */
const layer = (folder, ...allowed) => ({
  name: `${folder}-imports`,
  severity: "error",
  from: { path: `^${folder}/` },
  to: {
    dependencyTypes: ["local"],
    pathNot: [folder, ...allowed].map((path) => `^${path}(?:/|$)`),
  },
});

/** Modules of `folder` must not import the given folders. */
const apart = (folder, ...forbidden) => ({
  name: `${folder}-is-independent`,
  severity: "error",
  from: { path: `^plugins/commerce/${folder}/` },
  to: { path: `^plugins/commerce/(${forbidden.join("|")})/` },
});

export default {
  forbidden: [
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
    layer("facts"),
    layer("infra", "facts"),
    layer("producer"),
    layer("tools"),
    layer("cli", "facts", "plugins/commerce/clients", "plugins/docker/formats", "plugins/docker/registry"),
    layer("plugins/sdk", "facts/own-node\\.mjs"),
    // The producer's image has no file of another folder, so what both mend in kafkajs is there.
    layer("plugins/commerce", "plugins/sdk", "facts", "producer/kafkajs-queue\\.ts"),
    layer("plugins/docker", "plugins/sdk"),
    layer("plugins/docker/registry", "plugins/docker/formats"),
    layer("plugins/postgresql", "plugins/sdk"),
    layer("plugins/random", "plugins/sdk"),
    layer("plugins/commerce/sql"),
    apart("clients", "schema", "statement-set", "topic"),
    apart("schema", "statement-set", "topic"),
    apart("topic", "schema", "statement-set"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^producer/node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
