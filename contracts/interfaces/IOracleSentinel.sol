// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Attestations, RiskReport} from "../types/RiskTypes.sol";

/// @title Permissionless proofs of the breaker's automatic causes
/// @notice Every function reverts with {SentinelNoCause} when there is nothing to prove, and with the oracle's own error when
/// the breaker already stands there or further.
interface IOracleSentinel {
    /// @notice A quorum of one signer set signed two reports for one epoch and chunk.
    /// @param culprits bits of the signers that signed both, never empty as a quorum is more than half
    event EquivocationProven(
        uint64 indexed epoch,
        uint32 indexed signerSetVersion,
        bytes32 firstDigest,
        bytes32 secondDigest,
        uint256 culprits
    );

    /// @notice A zero address or a zero limit in the deployment.
    error SentinelInvalidConfig();

    /// @notice The cause is not there.
    error SentinelNoCause();

    /// @notice Trips to TIGHTEN_ONLY when the price sources of a market diverge, are stale or implausible.
    function pokePrice(uint24 marketId) external;

    /// @notice Trips to TIGHTEN_ONLY while the sequencer is down, in its grace, or its feed says nothing.
    function pokeSequencer() external;

    /// @notice Trips to TIGHTEN_ONLY when the last accepted observation is older than the heartbeat.
    function pokeHeartbeat() external;

    /// @notice Trips to HALTED on two valid reports of one signer set, epoch and chunk that differ in anything. Sets that may no
    /// longer sign, and removed signers, prove nothing.
    function proveEquivocation(
        RiskReport calldata first,
        Attestations calldata firstQuorum,
        RiskReport calldata second,
        Attestations calldata secondQuorum
    ) external;

    /// @notice Whether the sequencer is up and past its grace. Reverts where no feed is set.
    function isSequencerUp() external view returns (bool up);
}
