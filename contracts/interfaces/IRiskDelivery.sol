// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BreakerMode, BreakerReason, DeliveryLimits, OracleStatus} from "../types/DeliveryTypes.sol";
import {RiskReport} from "../types/RiskTypes.sol";

/// @title How delivery stands: breaker, limits, held reports
interface IRiskDelivery {
    /// @notice Moves the breaker towards HALTED. Guardian and owner for any cause of theirs (reason GUARDIAN), the sentinel with
    /// the reason it has established.
    function tripBreaker(BreakerMode mode, BreakerReason reason) external;

    /// @notice Moves the breaker back after its cool-down and ends all published roots. Only the owner (timelock).
    function rearmBreaker(BreakerMode mode) external;

    /// @notice Names guardian and sentinel. Only the owner (timelock).
    function setWatch(address guardian, address sentinel) external;

    /// @notice Sets the caps and times of delivery. Only the owner (timelock, long delay).
    function setDeliveryLimits(DeliveryLimits calldata limits) external;

    /// @notice As {setDeliveryLimits}, where no cap rises, no time in which something may still be applied grows and the
    /// cool-down does not shrink; the window stays. Only the owner (timelock, short delay).
    function narrowDeliveryLimits(DeliveryLimits calldata limits) external;

    /// @notice Applies a held report by the rules of this moment, without the caps. Only guardian or owner.
    /// @return outcomes one {EntryOutcome} byte per entry
    function releaseHeld(
        RiskReport calldata report,
        bytes calldata entries,
        bytes calldata classQuantiles
    ) external returns (bytes memory outcomes);

    /// @notice Drops a held report. Only guardian or owner.
    function discardHeld(bytes32 digest) external;

    /// @notice Predicted outcome of every entry if the report were submitted now, without signatures; reverts while halted.
    /// @return outcomes one {EntryOutcome} byte per entry
    /// @return held whether the effect guard would hold the report, so that nothing of it is applied until it is released
    function previewEntries(
        RiskReport calldata report,
        bytes calldata entries
    ) external view returns (bytes memory outcomes, bool held);

    /// @notice Breaker, place in the order of reports and counters of the running window.
    function status() external view returns (OracleStatus memory current);

    /// @notice Caps and times of delivery.
    function deliveryLimits() external view returns (DeliveryLimits memory limits);

    /// @notice Last second at which a held report may be released; 0 when none with this digest is held.
    function heldUntil(bytes32 digest) external view returns (uint40 expiresAt);

    /// @notice Epoch of the last accepted report.
    function lastEpoch() external view returns (uint64 epoch);

    /// @notice EIP-712 digest of a report.
    function reportDigest(RiskReport calldata report) external view returns (bytes32 digest);

    /// @notice Hash of chain id, this contract, deployment salt, rule engine, verifier, signer-set version, bounds version and
    /// models version:
    /// messages between operators are bound to it.
    function configDigest() external view returns (bytes32 digest);

    /// @notice May trip the breaker and decide held reports.
    function guardian() external view returns (address watcher);

    /// @notice May trip the breaker with a reason that it has established.
    function sentinel() external view returns (address watcher);
}
