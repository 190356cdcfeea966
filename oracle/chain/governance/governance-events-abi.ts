/**
 * Events by which protocols announce and carry out changes. Sources: docs.openzeppelin.com, "Governance API" (Governor and
 * TimelockController); docs.compound.finance, "Governance" (GovernorBravo has the Governor's events, and a timelock of its own);
 * aave.com/docs, "Governance" (PayloadsController) and "PoolConfigurator".
 */
import { parseAbi } from "viem";

/** Governors of OpenZeppelin and Compound. */
export const governorEvents = parseAbi([
  "event ProposalCreated(uint256 proposalId, address proposer, address[] targets, uint256[] values, string[] signatures, bytes[] calldatas, uint256 voteStart, uint256 voteEnd, string description)",
  "event ProposalQueued(uint256 proposalId, uint256 etaSeconds)",
  "event ProposalExecuted(uint256 proposalId)",
  "event ProposalCanceled(uint256 proposalId)",
]);

/** Timelocks of OpenZeppelin and Compound. */
export const timelockEvents = parseAbi([
  "event CallScheduled(bytes32 indexed id, uint256 indexed index, address target, uint256 value, bytes data, bytes32 predecessor, uint256 delay)",
  "event CallExecuted(bytes32 indexed id, uint256 indexed index, address target, uint256 value, bytes data)",
  "event Cancelled(bytes32 indexed id)",
  "event QueueTransaction(bytes32 indexed txHash, address indexed target, uint256 value, string signature, bytes data, uint256 eta)",
  "event ExecuteTransaction(bytes32 indexed txHash, address indexed target, uint256 value, string signature, bytes data, uint256 eta)",
  "event CancelTransaction(bytes32 indexed txHash, address indexed target, uint256 value, string signature, bytes data, uint256 eta)",
]);

/** Aave's payloads, which are code that runs as the pool's administrator. */
export const payloadEvents = parseAbi([
  "struct Action { address target; bool withDelegateCall; uint8 accessLevel; uint256 value; string signature; bytes callData; }",
  "event PayloadCreated(uint40 indexed payloadId, address indexed creator, Action[] actions, uint8 indexed maximumAccessLevelRequired)",
  "event PayloadQueued(uint40 payloadId)",
  "event PayloadExecuted(uint40 payloadId)",
  "event PayloadCancelled(uint40 payloadId)",
]);

/** What Aave's configurator has changed, by whatever way. */
export const configuratorEvents = parseAbi([
  "event CollateralConfigurationChanged(address indexed asset, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus)",
  "event SupplyCapChanged(address indexed asset, uint256 oldSupplyCap, uint256 newSupplyCap)",
  "event BorrowCapChanged(address indexed asset, uint256 oldBorrowCap, uint256 newBorrowCap)",
  "event ReserveFrozen(address indexed asset, bool frozen)",
  "event ReservePaused(address indexed asset, bool paused)",
]);
