/** Invariant 34, A1: every state-changing function of every contract, taken from the ABIs, called by every role. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { type Abi, type AbiParameter, encodeFunctionData, zeroAddress } from "viem";
import { plimsollAccessManagerAbi } from "../../../oracle/chain/abi/plimsoll-access-manager.ts";
import { plimsollGovernorAbi } from "../../../oracle/chain/abi/plimsoll-governor.ts";
import { plimsollTokenAbi } from "../../../oracle/chain/abi/plimsoll-token.ts";
import { revertOf } from "../../../oracle/chain/decode-revert.ts";
import type { Address } from "../../../oracle/domain/units.ts";
import { FUNCTION_ROLES, MANAGED, stateChanging } from "../../../scripts/deploy/roles.ts";
import { DEPLOYER, type DeployedDao, deployDao, STRANGER } from "../../helpers/deployed-dao.ts";

const DEPLOY_MS = 120_000;
/** Functions of the DAO's own contracts by the error that answers everybody but the DAO. */
const DAO_CONTRACTS = {
  accessManager: {
    abi: plimsollAccessManagerAbi,
    restricted: [
      ...["abdicate", "grantRole", "revokeRole", "labelRole", "setGrantDelay", "setRoleAdmin", "setRoleGuardian"],
      ...["setTargetAdminDelay", "setTargetClosed", "setTargetFunctionRole", "updateAuthority"],
    ],
    refusal: "AccessManagerUnauthorizedAccount",
    /** They ask for the caller's roles over the call inside, or touch only what is the caller's. */
    open: ["cancel", "consumeScheduledOp", "execute", "multicall", "renounceRole", "schedule"],
  },
  governor: {
    abi: plimsollGovernorAbi,
    restricted: [
      ...["relay", "setVotingDelay", "setVotingPeriod", "setProposalThreshold", "updateQuorumNumerator"],
      ...["setLateQuorumVoteExtension", "setProposalGuardian", "setBaseDelaySeconds", "setAccessManagerIgnored"],
    ],
    refusal: "GovernorOnlyExecutor",
    open: [
      ...["propose", "queue", "execute", "cancel", "castVote", "castVoteBySig", "castVoteWithReason"],
      ...["castVoteWithReasonAndParams", "castVoteWithReasonAndParamsBySig"],
      // Refuse everybody: the governor takes no tokens by these roads.
      ...["onERC721Received", "onERC1155Received", "onERC1155BatchReceived"],
    ],
  },
  votesToken: {
    abi: plimsollTokenAbi,
    restricted: [],
    refusal: "",
    open: ["approve", "transfer", "transferFrom", "permit", "delegate", "delegateBySig"],
  },
} as const;

describe("roles of every function", function () {
  this.timeout(DEPLOY_MS);
  let dao: DeployedDao;

  before(async () => {
    dao = await deployDao();
  });

  after(() => dao.stop());

  /** Name of the error that a call ends with, `null` when it goes through. */
  async function outcome(from: Address, to: Address, call: { readonly abi: Abi; readonly name: string }) {
    const item = call.abi.find((candidate) => candidate.type === "function" && candidate.name === call.name);
    assert.ok(item?.type === "function");
    const data = encodeFunctionData({ abi: [item], functionName: call.name, args: item.inputs.map(zeroOf) });
    try {
      await dao.control.call({ account: from, to, data });
      return null;
    } catch (error) {
      const revert = revertOf(error);
      if (revert !== null) return revert.code;
      return "no data";
    }
  }

  it("behavior: the table knows every state-changing function, and no other", () => {
    for (const [name, { abi, roles, open }] of Object.entries(MANAGED)) {
      const known = [...open, ...FUNCTION_ROLES.flatMap((role) => roles[role])];
      assert.deepEqual([...stateChanging(abi)].sort(), known.sort(), name);
    }
    for (const [name, { abi, restricted, open }] of Object.entries(DAO_CONTRACTS)) {
      assert.deepEqual([...new Set(stateChanging(abi))].sort(), [...restricted, ...open].sort(), name);
    }
  });

  it("error: AccessManagedUnauthorized for every wrong role", async () => {
    const { guardian } = dao.parties;
    const restricted = Object.entries(MANAGED).flatMap(([name, { abi, roles }]) =>
      FUNCTION_ROLES.flatMap((role) => roles[role].map((functionName) => ({ name, abi, role, functionName }))),
    );
    assert.ok(restricted.length >= 13);
    for (const { name, abi, role, functionName } of restricted) {
      const wrong = [DEPLOYER, STRANGER, dao.holder, zeroAddress, ...(role === "GUARDIAN" ? [] : [guardian])];
      for (const from of wrong) {
        const code = await outcome(from, dao.at(name), { abi, name: functionName });
        assert.equal(code, "AccessManagedUnauthorized", `${name}.${functionName} by ${from}`);
      }
    }
  });

  it("error: the DAO itself goes through its delay", async () => {
    for (const [name, { abi, roles }] of Object.entries(MANAGED)) {
      for (const functionName of [...roles.WIDENING, ...roles.NARROWING]) {
        const code = await outcome(dao.at("governor"), dao.at(name), { abi, name: functionName });
        assert.equal(code, "AccessManagerNotScheduled", `${name}.${functionName}`);
      }
    }
  });

  it("default: the guardian gets through its own functions, at once", async () => {
    for (const [name, { abi, roles }] of Object.entries(MANAGED)) {
      for (const functionName of roles.GUARDIAN) {
        const code = await outcome(dao.parties.guardian, dao.at(name), { abi, name: functionName });
        assert.notEqual(code, "AccessManagedUnauthorized", `${name}.${functionName}`);
      }
    }
  });

  it("behavior: open functions ask nobody for a role, except that only the manager moves authorities", async () => {
    for (const [name, { abi, open }] of Object.entries(MANAGED)) {
      for (const functionName of open) {
        const code = await outcome(STRANGER, dao.at(name), { abi, name: functionName });
        const refused = code === "AccessManagedUnauthorized";
        assert.equal(refused, functionName === "setAuthority", `${name}.${functionName}`);
      }
    }
  });

  it("error: manager and governor answer to the DAO alone", async () => {
    for (const [name, { abi, restricted, refusal }] of Object.entries(DAO_CONTRACTS)) {
      for (const functionName of restricted) {
        for (const from of [DEPLOYER, STRANGER, dao.holder, dao.parties.guardian]) {
          const code = await outcome(from, dao.at(name), { abi, name: functionName });
          assert.equal(code, refusal, `${name}.${functionName} by ${from}`);
        }
      }
    }
  });
});

/** The simplest value of a type: access is checked before any argument. */
function zeroOf(parameter: AbiParameter): unknown {
  const list = /^(.*)\[(\d*)\]$/.exec(parameter.type);
  if (list !== null) {
    const [, type = "", length] = list;
    return Array.from({ length: Number(length) }, () => zeroOf({ ...parameter, type }));
  }
  if ("components" in parameter) {
    return Object.fromEntries(parameter.components.map((member) => [member.name ?? "", zeroOf(member)]));
  }
  if (parameter.type === "address") return zeroAddress;
  if (parameter.type === "bool") return false;
  if (parameter.type === "string") return "";
  if (parameter.type === "bytes") return "0x";
  const bytes = /^bytes(\d+)$/.exec(parameter.type)?.[1];
  return bytes === undefined ? 0n : `0x${"00".repeat(Number(bytes))}`;
}
