/** Ignition parts: token, access manager and governor, and the hand-over after which the deployer has no role left. */
import type {
  buildModule,
  NamedArtifactContractAtFuture,
  NamedArtifactContractDeploymentFuture,
} from "@nomicfoundation/ignition-core";
import type { DeploymentConfig } from "../deployment-config.ts";
import type { Parties } from "../parties.ts";
import { FUNCTION_ROLES, MANAGED, ROLE_IDS, selectorsOf } from "../roles.ts";

/** Ignition's module builder. */
export type Builder = Parameters<Parameters<typeof buildModule>[1]>[0];
/** A contract of the module. */
export type Contract = NamedArtifactContractDeploymentFuture<string>;
/** The account that deploys, known when the deployment runs. */
export type Deployer = ReturnType<Builder["getAccount"]>;
/** A transaction of the module. */
export type Future = ReturnType<Builder["call"]>;

interface GovernanceInput {
  readonly config: DeploymentConfig;
  readonly parties: Parties;
  readonly deployer: Deployer;
}

/** Contracts of the DAO. */
export interface Governance {
  readonly accessManager: Contract;
  readonly governor: Contract;
  readonly votesToken: Contract | NamedArtifactContractAtFuture<string>;
}

/** What the hand-over moves to the DAO. */
export interface HandOver extends GovernanceInput, Governance {
  /** Managed contracts by the names of {@link MANAGED}. */
  readonly managed: Readonly<Record<string, Contract>>;
  /** What has to be configured while the deployer still may. */
  readonly after: readonly Future[];
}

/** Deploys the access manager with the deployer as its admin without delay, the token and the governor. */
export function deployGovernance(m: Builder, { config, parties, deployer }: GovernanceInput): Governance {
  const { wideningDelaySec, narrowingDelaySec, ...votes } = config.governance;
  const accessManager = m.contract("PlimsollAccessManager", [deployer, wideningDelaySec, narrowingDelaySec]);
  const { token } = parties;
  const votesToken =
    token.kind === "existing"
      ? m.contractAt("PlimsollToken", token.address, { id: "votes_token" })
      : m.contract("PlimsollToken", [token.holder, BigInt(token.supply)]);
  const governor = m.contract("PlimsollGovernor", [
    {
      token: votesToken,
      manager: accessManager,
      guardian: parties.guardian,
      votingDelaySec: votes.votingDelaySec,
      votingPeriodSec: votes.votingPeriodSec,
      lateQuorumExtensionSec: votes.lateQuorumExtensionSec,
      quorumPercent: votes.quorumPercent,
      proposalThreshold: BigInt(votes.proposalThreshold),
    },
  ]);
  return { accessManager, governor, votesToken };
}

/**
 * Functions get their roles, roles their members and guardian; last the deployer gives up the admin role, which the
 * access manager refuses as long as nobody else has it.
 */
export function handOver(m: Builder, input: HandOver): void {
  const { accessManager, governor, parties, config, deployer } = input;
  const { wideningDelaySec, narrowingDelaySec } = config.governance;
  const assigned = [...assignFunctions(m, input), ...labelRoles(m, accessManager)];
  const grant = (role: keyof typeof ROLE_IDS, member: Contract | string, delaySec: number): Future =>
    m.call(accessManager, "grantRole", [ROLE_IDS[role], member, delaySec], {
      id: `grant_${role.toLowerCase()}`,
      after: assigned,
    });
  const granted = [
    grant("GUARDIAN", parties.guardian, 0),
    grant("NARROWING", governor, narrowingDelaySec),
    grant("WIDENING", governor, wideningDelaySec),
    grant("ADMIN", governor, wideningDelaySec),
  ];
  m.call(accessManager, "renounceRole", [ROLE_IDS.ADMIN, deployer], { id: "renounce_admin", after: granted });
}

function assignFunctions(m: Builder, { accessManager, managed, after }: HandOver): Future[] {
  return Object.entries(MANAGED).flatMap(([name, entry]) => {
    const contract = managed[name];
    if (contract === undefined) throw new RangeError(`roles.ts names ${name}, which the module does not deploy`);
    return FUNCTION_ROLES.flatMap((role) => {
      const selectors = [...selectorsOf(entry, role)];
      if (selectors.length === 0) return [];
      const args = [contract, selectors, ROLE_IDS[role]];
      return [
        m.call(accessManager, "setTargetFunctionRole", args, {
          id: `role_${name}_${role.toLowerCase()}`,
          after: [...after],
        }),
      ];
    });
  });
}

/** Guardians cancel what the DAO has scheduled; labels are for block explorers. */
function labelRoles(m: Builder, accessManager: Contract): Future[] {
  const labels = FUNCTION_ROLES.map((role) =>
    m.call(accessManager, "labelRole", [ROLE_IDS[role], role], { id: `label_${role.toLowerCase()}` }),
  );
  const guardians = (["WIDENING", "NARROWING"] as const).map((role) =>
    m.call(accessManager, "setRoleGuardian", [ROLE_IDS[role], ROLE_IDS.GUARDIAN], {
      id: `guardian_of_${role.toLowerCase()}`,
    }),
  );
  return [...labels, ...guardians];
}
