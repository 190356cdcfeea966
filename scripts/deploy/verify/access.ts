/** Authority, roles of every function, members, delays, guardians and admins of every role, settings of the governor. */
import { type Abi, parseEventLogs } from "viem";
import { plimsollAccessManagerAbi } from "../../../oracle/chain/abi/plimsoll-access-manager.ts";
import { plimsollGovernorAbi } from "../../../oracle/chain/abi/plimsoll-governor.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { FUNCTION_ROLES, MANAGED, type ManagedContract, ROLE_IDS, selectorOf, stateChanging } from "../roles.ts";
import type { VerificationRun } from "./context.ts";

type RoleName = keyof typeof ROLE_IDS;
const ROLE_NAMES: readonly RoleName[] = ["ADMIN", "WIDENING", "NARROWING", "GUARDIAN"];

/** Compares who may do what. */
export async function verifyAccess(run: VerificationRun): Promise<void> {
  for (const [name, entry] of Object.entries(MANAGED)) await verifyTarget(run, name, entry);
  const members = await membersOfRoles(run);
  for (const role of ROLE_NAMES) await verifyRole(run, role, members.get(ROLE_IDS[role]) ?? []);
  for (const roleId of members.keys()) {
    const isKnown = Object.values(ROLE_IDS).some((known) => known === roleId);
    if (!isKnown) run.comparison.same(`accessManager.role ${roleId}`, "no members", members.get(roleId));
  }
  await verifyGovernor(run);
}

async function verifyTarget(run: VerificationRun, name: string, entry: ManagedContract): Promise<void> {
  const { reader, comparison, at } = run;
  const address = at(name);
  const manager = { address: at("accessManager"), abi: plimsollAccessManagerAbi } as const;
  const authority = await reader.readContract({ address, abi: AUTHORITY_ABI, functionName: "authority" });
  comparison.same(`${name}.authority`, manager.address, authority);
  const closed = await reader.readContract({ ...manager, functionName: "isTargetClosed", args: [address] });
  comparison.same(`${name}.closed`, false, closed);
  for (const functionName of stateChanging(entry.abi)) {
    const selector = selectorOf(entry.abi, functionName);
    const args = [address, selector] as const;
    const roleId = await reader.readContract({ ...manager, functionName: "getTargetFunctionRole", args });
    comparison.same(`${name}.${functionName}.role`, roleName(expectedRole(entry, functionName)), roleName(roleId));
    const abdicated = await reader.readContract({ ...manager, functionName: "isAbdicated", args });
    comparison.same(`${name}.${functionName}.abdicated`, false, abdicated);
  }
}

const AUTHORITY_ABI = [
  { type: "function", name: "authority", stateMutability: "view", inputs: [], outputs: [{ type: "address" }] },
] as const satisfies Abi;

/** Functions without a role of their own – the open ones – stay at the admin role and do not ask for it. */
function expectedRole({ roles }: ManagedContract, functionName: string): bigint {
  const role = FUNCTION_ROLES.find((candidate) => roles[candidate].includes(functionName));
  return role === undefined ? ROLE_IDS.ADMIN : ROLE_IDS[role];
}

function roleName(roleId: bigint): string {
  return ROLE_NAMES.find((name) => ROLE_IDS[name] === roleId) ?? `role ${roleId}`;
}

/** The access manager keeps no list of members: they are what grants and revocations left. */
async function membersOfRoles({
  reader,
  record,
  at,
}: VerificationRun): Promise<ReadonlyMap<bigint, readonly Address[]>> {
  const fromBlock = BigInt(record.firstBlock);
  const logs = await reader.getLogs({ address: at("accessManager"), fromBlock });
  const members = new Map<bigint, ReadonlySet<Address>>();
  const events = parseEventLogs({
    abi: plimsollAccessManagerAbi,
    logs,
    eventName: ["RoleGranted", "RoleRevoked"],
  });
  for (const { eventName, args } of events) {
    const held = new Set(members.get(args.roleId));
    if (eventName === "RoleGranted") held.add(args.account);
    else held.delete(args.account);
    members.set(args.roleId, held);
  }
  return new Map([...members].map(([roleId, held]) => [roleId, [...held].sort()]));
}

async function verifyRole(run: VerificationRun, role: RoleName, members: readonly Address[]): Promise<void> {
  const { reader, comparison, at, parties, config } = run;
  const manager = { address: at("accessManager"), abi: plimsollAccessManagerAbi } as const;
  const roleId = ROLE_IDS[role];
  const subject = `accessManager.${role}`;
  const holder = role === "GUARDIAN" ? parties.guardian : at("governor");
  comparison.same(`${subject}.members`, [holder], members);
  const [isMember, delaySec] = await reader.readContract({
    ...manager,
    functionName: "hasRole",
    args: [roleId, holder],
  });
  comparison.same(`${subject}.active`, true, isMember);
  const { wideningDelaySec, narrowingDelaySec } = config.governance;
  const delays = { ADMIN: wideningDelaySec, WIDENING: wideningDelaySec, NARROWING: narrowingDelaySec, GUARDIAN: 0 };
  comparison.same(`${subject}.delaySec`, delays[role], delaySec);
  const read = async (functionName: "getRoleAdmin" | "getRoleGuardian" | "getRoleGrantDelay") =>
    await reader.readContract({ ...manager, functionName, args: [roleId] });
  const cancels = role === "WIDENING" || role === "NARROWING" ? ROLE_IDS.GUARDIAN : ROLE_IDS.ADMIN;
  comparison.same(`${subject}.admin`, ROLE_IDS.ADMIN, await read("getRoleAdmin"));
  comparison.same(`${subject}.guardian`, cancels, await read("getRoleGuardian"));
  comparison.same(`${subject}.grantDelaySec`, 0, await read("getRoleGrantDelay"));
}

async function verifyGovernor({ reader, comparison, at, parties, config }: VerificationRun): Promise<void> {
  const contract = { address: at("governor"), abi: plimsollGovernorAbi } as const;
  const { governance } = config;
  const expected = {
    token: at("votesToken"),
    accessManager: at("accessManager"),
    proposalGuardian: parties.guardian,
    votingDelay: governance.votingDelaySec,
    votingPeriod: governance.votingPeriodSec,
    lateQuorumVoteExtension: governance.lateQuorumExtensionSec,
    quorumNumerator: governance.quorumPercent,
    proposalThreshold: governance.proposalThreshold,
    baseDelaySeconds: governance.narrowingDelaySec,
  };
  const actual = {
    token: await reader.readContract({ ...contract, functionName: "token" }),
    accessManager: await reader.readContract({ ...contract, functionName: "accessManager" }),
    proposalGuardian: await reader.readContract({ ...contract, functionName: "proposalGuardian" }),
    votingDelay: await reader.readContract({ ...contract, functionName: "votingDelay" }),
    votingPeriod: await reader.readContract({ ...contract, functionName: "votingPeriod" }),
    lateQuorumVoteExtension: await reader.readContract({ ...contract, functionName: "lateQuorumVoteExtension" }),
    quorumNumerator: await reader.readContract({ ...contract, functionName: "quorumNumerator" }),
    proposalThreshold: await reader.readContract({ ...contract, functionName: "proposalThreshold" }),
    baseDelaySeconds: await reader.readContract({ ...contract, functionName: "baseDelaySeconds" }),
  };
  comparison.same("governor", expected, actual);
}
