/** Ignition part: the sample loan market, registered as the second position source where the configuration asks for it. */
import type {
  buildModule,
  NamedArtifactContractAtFuture,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";
import type { DeploymentConfig } from "../deployment-config.ts";

type Builder = Parameters<Parameters<typeof buildModule>[1]>[0];
type Contract = NamedArtifactContractDeploymentFuture<string>;
type Future = ReturnType<Builder["call"]>;

/** What the loan market stands on. */
export interface LoansGround {
  readonly riskOracle: Contract;
  /** The same, by its interface. */
  readonly oracleCalls: NamedArtifactContractAtFuture<string>;
  readonly priceGuard: Contract;
  /** Contract with `classFor`. */
  readonly classes: Contract;
  /** `quote`, and `base<ASSET>` for every market. */
  readonly tokens: Readonly<Record<string, Contract>>;
  /** Registration of the vault: source indexes follow the order of the calls. */
  readonly after: Future;
}

/** Contracts and calls of the part; none without a `loans` section. */
export interface LoansPart {
  readonly contracts: Readonly<Record<string, Contract>>;
  readonly calls: readonly Future[];
}

/** Adds the loan market to a module. */
export function addLoans(m: Builder, { loans, markets }: DeploymentConfig, ground: LoansGround): LoansPart {
  const { quote } = ground.tokens;
  if (loans === undefined || quote === undefined) return { contracts: {}, calls: [] };
  const bases = markets.flatMap(({ asset }) => ground.tokens[`base${asset}`] ?? []);
  const market = m.contract("ProtectedLoans", [
    {
      riskOracle: ground.riskOracle,
      priceGuard: ground.priceGuard,
      classes: ground.classes,
      quote,
      rateBps: loans.rateBps,
      minMargin: BigInt(loans.minMargin),
      bases,
    },
  ]);
  const registered = m.call(ground.oracleCalls, "registerSource", [market], {
    id: "register_loans",
    after: [ground.after],
  });
  return { contracts: { loans: market }, calls: [registered] };
}
