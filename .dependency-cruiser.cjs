/** The import rule of design/architecture.md §2: stages meet only in the pipeline; arithmetic does no input or output. */

const STAGES = ["ingestion", "features", "models", "scoring", "consensus", "submission", "api"];
/** What every stage may import besides itself. */
const COMMON = "domain|math|rules|chain|platform";
/** Parts that must stay free of input and output. */
const PURE = "^oracle/(features|scoring|rules|math|domain)/";
const IO_MODULES =
  "^(node:)?(fs|fs/promises|net|tls|http|http2|https|dgram|dns|child_process|worker_threads|cluster|readline|process)$";
const IO_PACKAGES = "node_modules/(pg|bullmq|ioredis|ws|fastify|pino|kysely|@electric-sql|onnxruntime-node|viem/_types/clients)(/|$)";

const stageRules = STAGES.map((stage) => ({
  name: `stage-${stage}-is-alone`,
  comment: `oracle/${stage} imports only itself and ${COMMON}; types between stages live in oracle/domain.`,
  severity: "error",
  from: { path: `^oracle/${stage}/` },
  to: { path: "^oracle/", pathNot: `^oracle/(${stage}|${COMMON})/` },
}));

/** Layers below the stages, each with the folders it may import besides itself. */
const LAYERS = { math: "math", domain: "domain|math", rules: "rules|math|domain", chain: "chain|domain|math|rules|platform", platform: "platform|domain|math" };

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  comment: `oracle/${layer} imports only ${allowed}.`,
  severity: "error",
  from: { path: `^oracle/${layer}/` },
  to: { path: "^oracle/", pathNot: `^oracle/(${allowed})/` },
}));

module.exports = {
  forbidden: [
    ...stageRules,
    ...layerRules,
    {
      name: "training-and-simulation-reuse-arithmetic",
      comment: "They share features, models, scoring and rules with the live path, and know nothing of its transport.",
      severity: "error",
      from: { path: "^oracle/(training|simulation)/" },
      to: { path: "^oracle/(ingestion|consensus|submission|api|pipeline|cli)/" },
    },
    {
      name: "nothing-imports-the-top",
      comment: "Commands and the entry point are imported by nobody below them.",
      severity: "error",
      from: { path: "^oracle/", pathNot: "^oracle/(cli/|main\\.ts$)" },
      to: { path: "^oracle/(cli/|main\\.ts$)" },
    },
    {
      name: "pure-parts-do-no-io-modules",
      comment: "features, scoring, rules, math and domain compute; files, sockets and threads belong elsewhere.",
      severity: "error",
      from: { path: PURE },
      to: { path: IO_MODULES, dependencyTypes: ["core"] },
    },
    {
      name: "pure-parts-do-no-io-packages",
      comment: "The same for packages that do input or output.",
      severity: "error",
      from: { path: PURE },
      to: { path: IO_PACKAGES },
    },
    {
      name: "no-test-code-in-product",
      comment: "The product does not import tests or scripts; commands may deploy (scripts/deploy).",
      severity: "error",
      from: { path: "^oracle/" },
      to: { path: "^(test|scripts)/", pathNot: "^scripts/deploy/" },
    },
    {
      name: "only-commands-deploy",
      comment: "Deployment is handed into the pipeline; only a command imports it.",
      severity: "error",
      from: { path: "^oracle/", pathNot: "^oracle/cli/" },
      to: { path: "^scripts/deploy/" },
    },
    { name: "no-circular", comment: "Cycles hide what depends on what.", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "resolvable", comment: "Every import resolves.", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(artifacts|cache|oracle/dashboard|node_modules/\\.cache)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
