// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BreakerMode, BreakerReason, DeliveryLimits, OracleStatus, RootHeader} from "../types/DeliveryTypes.sol";
import {RiskReport} from "../types/RiskTypes.sol";

/// @title How values reach the oracle besides a plain push: proofs, held reports, breaker
interface IRiskDelivery {
    /// @notice The breaker moved towards HALTED.
    event BreakerTripped(BreakerMode indexed mode, BreakerReason indexed reason);

    /// @notice The DAO moved the breaker back. All published roots have ended.
    event BreakerRearmed(BreakerMode indexed mode);

    /// @notice Who may trip the breaker and decide held reports was set.
    event WatchSet(address indexed guardian, address indexed sentinel);

    /// @notice The caps and times of delivery were set.
    event DeliveryLimitsSet(DeliveryLimits limits);

    /// @notice A signed report would tighten more than the effect guard allows, and waits as a whole for a decision.
    /// @param tightened entries that it would have tightened
    /// @param tighteningBps their summed rise of ρ
    /// @param expiresAt last second at which it may be released
    event ReportHeld(
        uint64 indexed epoch,
        bytes32 indexed digest,
        uint16 chunkIndex,
        uint256 tightened,
        uint256 tighteningBps,
        uint40 expiresAt
    );

    /// @notice A held report was applied; its outcomes follow as for an accepted one.
    event ReportReleased(uint64 indexed epoch, bytes32 indexed digest, uint40 observedAt, uint16 chunkIndex);

    /// @notice A held report will not be applied.
    event ReportDiscarded(bytes32 indexed digest);

    /// @notice Positions may be proven against `root` until `expiresAt`; the other arguments are its {RootHeader}.
    event RootPublished(uint64 indexed epoch, bytes32 indexed root, uint40 observedAt, uint40 expiresAt, uint8 place);

    /// @notice The breaker is HALTED.
    error RiskOracleHalted(BreakerReason reason);

    /// @notice The caller may not decide this: not guardian, sentinel or owner.
    error RiskOracleNotWatch(address caller);

    /// @notice The breaker stands at `current`, from where the call can not move it to `wanted`.
    error RiskOracleBreakerMove(BreakerMode current, BreakerMode wanted);

    /// @notice The breaker may be re-armed from `earliest` on.
    error RiskOracleCoolDown(uint256 earliest);

    /// @notice A limit is outside what its counter can hold, or zero where it must not be.
    error RiskOracleInvalidLimits();

    /// @notice A narrowing must not widen any limit.
    error RiskOracleWidens();

    /// @notice Applying these proofs would pass a cap of the effect guard.
    error RiskOracleEffectCap(uint256 tightened, uint256 tighteningBps);

    /// @notice No report with this digest is held.
    error RiskOracleNotHeld(bytes32 digest);

    /// @notice The held report's time is over.
    error RiskOracleHeldExpired(uint40 expiresAt, uint256 nowSec);

    /// @notice Entry and proof do not lead to the root that the oracle keeps at this place.
    error RiskOracleProof(bytes32 root, uint8 place);

    /// @notice The root's time is over.
    error RiskOracleRootExpired(uint40 expiresAt, uint256 nowSec);

    /// @notice Not one proof per entry.
    error RiskOracleProofCount(uint256 proofs, uint256 entries);

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

    /// @notice Applies positions of a published root by the same rules as a push, and logs them as a push does. Anyone may call. A
    /// position that already has this observation, or a newer one, is skipped; over a cap of the effect guard nothing is applied.
    /// @param header of the root, from {RootPublished}
    /// @param entries packed entries, as in a push, (sourceIndex, positionId) strictly ascending
    /// @param proofs siblings of each entry from its leaf upwards; layout in `PositionLeaf`
    /// @return outcomes one {EntryOutcome} byte per entry
    function applyProofs(
        RootHeader calldata header,
        bytes calldata entries,
        bytes32[][] calldata proofs
    ) external returns (bytes memory outcomes);

    /// @notice Breaker, place in the order of reports and counters of the running window.
    function status() external view returns (OracleStatus memory current);

    /// @notice Caps and times of delivery.
    function deliveryLimits() external view returns (DeliveryLimits memory limits);

    /// @notice Last second at which a held report may be released; 0 when none with this digest is held.
    function heldUntil(bytes32 digest) external view returns (uint40 expiresAt);
}
