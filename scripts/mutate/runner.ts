/** Runs Solidity tests in this process, again and again on one compilation, with the runner inside Hardhat. */
import { createRequire } from "node:module";
import { z } from "zod";
import type { CompiledContract } from "../solidity/compile.ts";

interface ArtifactId {
  readonly name: string;
  readonly source: string;
  readonly solcVersion: string;
}

interface TestArtifact {
  readonly id: ArtifactId;
  readonly contract: {
    readonly abi: string;
    readonly bytecode: string;
    readonly linkReferences: unknown;
    readonly deployedBytecode: string;
    readonly deployedLinkReferences: unknown;
  };
}

interface SuiteResult {
  readonly id: ArtifactId;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly reason?: string;
    readonly kind: { readonly consumedGas?: bigint; readonly meanGas?: bigint };
  }[];
}

interface EngineContext {
  registerSolidityTestRunnerFactory(chainType: string, factory: unknown): Promise<void>;
  runSolidityTests(
    chainType: string,
    artifacts: readonly TestArtifact[],
    suites: readonly ArtifactId[],
    config: Readonly<Record<string, unknown>>,
    tracing: Readonly<Record<string, unknown>>,
    onSuite: (result: SuiteResult) => void,
  ): Promise<unknown>;
}

/** The part of the runner's interface that is used here; the package itself is a dependency of Hardhat. */
interface TestEngine {
  readonly L1_CHAIN_TYPE: string;
  readonly FsAccessPermission: { readonly ReadDirectory: unknown };
  readonly CollectStackTraces: { readonly OnFailure: unknown };
  readonly IncludeTraces: { readonly None: unknown };
  l1SolidityTestRunnerFactory(): unknown;
  EdrContext: new () => EngineContext;
}

const require = createRequire(createRequire(import.meta.url).resolve("hardhat/package.json"));
const engine: TestEngine = require("@nomicfoundation/edr");

const SOLC_VERSION = "0.8.30";
const FUZZ_SEED = "0x706c696d736f6c6c";
const ADDRESS_BYTES = 20;
const RUN_TIMEOUT_SEC = 120;
/** For the first run, of the unchanged code. */
const MOST_GAS = 10_000_000_000n;

/** A failed test. */
export interface FailedTest {
  readonly suite: string;
  readonly test: string;
  readonly reason: string;
}

/** Outcome of one run. */
export interface TestRun {
  readonly passed: number;
  readonly failed: readonly FailedTest[];
  /** Gas of the costliest test; of fuzz tests the mean of their runs. */
  readonly gas: bigint;
}

/** What stays the same between runs. */
export interface TestBench {
  readonly root: string;
  readonly contracts: ReadonlyMap<string, Readonly<Record<string, CompiledContract>>>;
  readonly fuzzRuns: number;
}

/** A test contract; `run` runs its tests with `selected` in `block.coinbase`. */
export interface TestSuite {
  readonly name: string;
  /**
   * A limit keeps a loop that a mutation made endless from filling the memory with its trace; `tests` is a pattern of
   * names, all but invariants without it.
   */
  readonly run: (selected: number, gasLimit?: bigint, tests?: string) => Promise<TestRun>;
  /** Names of its test functions. */
  readonly tests: readonly string[];
}

/** Prepares the test contracts of a compilation. */
export async function openTestBench(bench: TestBench): Promise<readonly TestSuite[]> {
  const context = await sharedContext();
  const artifacts = [...bench.contracts].flatMap(([source, named]) =>
    Object.entries(named).map(([name, contract]) => toArtifact({ name, source, solcVersion: SOLC_VERSION }, contract)),
  );
  const linked = linkedNames(artifacts);
  return artifacts.filter(isSuite).map(({ id, contract }) => ({
    name: id.name,
    tests: functionNames(contract.abi),
    run: (selected, gasLimit = MOST_GAS, tests = undefined) =>
      new Promise((resolve, reject) => {
        const onSuite = (result: SuiteResult): void => resolve(summarise(result));
        const tracing = { buildInfos: [], ignoreContracts: true };
        context
          .runSolidityTests(
            engine.L1_CHAIN_TYPE,
            needed(artifacts, id, linked),
            [id],
            configOf(bench, { selected, gasLimit, tests }),
            tracing,
            onSuite,
          )
          .catch(reject);
      }),
  }));
}

/** The suite and the libraries to link: handing over every artifact for every mutant takes gigabytes. */
function needed(all: readonly TestArtifact[], id: ArtifactId, linked: ReadonlySet<string>): readonly TestArtifact[] {
  return all.filter((artifact) => artifact.id === id || linked.has(artifact.id.name));
}

const linksSchema = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Names of the libraries that any contract is linked with. */
function linkedNames(artifacts: readonly TestArtifact[]): ReadonlySet<string> {
  const links = artifacts.map(({ contract }) => linksSchema.parse(contract.linkReferences));
  return new Set(links.flatMap((byFile) => Object.values(byFile).flatMap((byName) => Object.keys(byName))));
}

let opened: Promise<EngineContext> | undefined;

/** The engine allows one context per process. */
function sharedContext(): Promise<EngineContext> {
  opened ??= openContext();
  return opened;
}

async function openContext(): Promise<EngineContext> {
  const context = new engine.EdrContext();
  await context.registerSolidityTestRunnerFactory(engine.L1_CHAIN_TYPE, engine.l1SolidityTestRunnerFactory());
  return context;
}

interface RunChoice {
  readonly selected: number;
  readonly gasLimit: bigint;
  readonly tests: string | undefined;
}

function configOf(
  { root, fuzzRuns }: TestBench,
  { selected, gasLimit, tests }: RunChoice,
): Readonly<Record<string, unknown>> {
  return {
    projectRoot: root,
    hardfork: "Cancun",
    blockCoinbase: coinbaseOf(selected),
    gasLimit,
    disableBlockGasLimit: true,
    disableTransactionGasCap: true,
    fsPermissions: [{ access: engine.FsAccessPermission.ReadDirectory, path: "test/vectors" }],
    localPredeploys: [],
    includeTraces: engine.IncludeTraces.None,
    collectStackTraces: engine.CollectStackTraces.OnFailure,
    ...(tests === undefined ? { excludeTestPattern: "^invariant_" } : { testPattern: tests }),
    fuzz: { runs: fuzzRuns, seed: FUZZ_SEED, timeout: RUN_TIMEOUT_SEC },
    generateGasReport: false,
  };
}

/** The number as an address. */
function coinbaseOf(selected: number): Uint8Array {
  const address = new Uint8Array(ADDRESS_BYTES);
  new DataView(address.buffer).setUint32(ADDRESS_BYTES - Uint32Array.BYTES_PER_ELEMENT, selected);
  return address;
}

function toArtifact(id: ArtifactId, { abi, evm }: CompiledContract): TestArtifact {
  const hex = (code: string | undefined): string => `0x${code ?? ""}`;
  return {
    id,
    contract: {
      abi: JSON.stringify(abi),
      bytecode: hex(evm.bytecode?.object),
      linkReferences: evm.bytecode?.linkReferences ?? {},
      deployedBytecode: hex(evm.deployedBytecode?.object),
      deployedLinkReferences: evm.deployedBytecode?.linkReferences ?? {},
    },
  };
}

const abiSchema = z.array(z.object({ type: z.string(), name: z.string().optional() }));

function isSuite({ contract }: TestArtifact): boolean {
  if (contract.bytecode === "0x") return false;
  return functionNames(contract.abi).some((name) => name.startsWith("test"));
}

function functionNames(abi: string): readonly string[] {
  const items = abiSchema.parse(JSON.parse(abi));
  return items.flatMap(({ type, name }) => (type === "function" && name !== undefined ? [name] : []));
}

function summarise({ id, testResults }: SuiteResult): TestRun {
  const failed = testResults.filter(({ status }) => status === "Failure");
  return {
    passed: testResults.filter(({ status }) => status === "Success").length,
    gas: testResults.reduce((most, { kind: { consumedGas = 0n, meanGas = 0n } }) => {
      const gas = consumedGas > meanGas ? consumedGas : meanGas;
      return gas > most ? gas : most;
    }, 0n),
    failed: failed.map(({ name, reason = "" }) => ({ suite: id.name, test: name, reason })),
  };
}
