// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IRiskDelivery} from "../interfaces/IRiskDelivery.sol";
import {DeliveryLimitsWord} from "../libraries/DeliveryLimitsWord.sol";
import {DeliveryWord} from "../libraries/DeliveryWord.sol";
import {BreakerMode, BreakerReason, DeliveryLimits, DeliveryState, OracleStatus} from "../types/DeliveryTypes.sol";

/// @title Breaker and limits of delivery
/// @notice Guardian, sentinel and the oracle itself only move the breaker towards HALTED; only the DAO moves it back, and not
/// before the cool-down that starts with every trip.
abstract contract Breaker is IRiskDelivery, Ownable2Step {
    /// @notice May trip the breaker and decide held reports.
    address public guardian;
    /// @notice May trip the breaker with a reason that it has established.
    address public sentinel;

    /// @dev See {DeliveryWord}.
    uint256 internal _deliveryWord;
    /// @dev See {DeliveryLimitsWord}.
    uint256 private _limitsWord;

    constructor(DeliveryLimits memory limits) {
        _storeLimits(limits);
        DeliveryState memory state;
        state.since = block.timestamp;
        _deliveryWord = DeliveryWord.pack(state);
    }

    /// @inheritdoc IRiskDelivery
    function tripBreaker(BreakerMode mode, BreakerReason reason) external {
        if (msg.sender != sentinel) {
            _requireWatch();
            reason = BreakerReason.GUARDIAN;
        }
        DeliveryState memory state = DeliveryWord.unpack(_deliveryWord);
        if (!_trip(state, mode, reason)) revert RiskOracleBreakerMove(BreakerMode(state.mode), mode);
        _deliveryWord = DeliveryWord.pack(state);
    }

    /// @inheritdoc IRiskDelivery
    function rearmBreaker(BreakerMode mode) external onlyOwner {
        DeliveryState memory state = DeliveryWord.unpack(_deliveryWord);
        if (uint256(mode) >= state.mode) revert RiskOracleBreakerMove(BreakerMode(state.mode), mode);
        uint256 earliest = state.since + deliveryLimits().coolDownSec;
        if (block.timestamp < earliest) revert RiskOracleCoolDown(earliest);
        (state.mode, state.since) = (uint256(mode), block.timestamp);
        if (mode == BreakerMode.NORMAL) state.reason = uint256(BreakerReason.NONE);
        // The effect guard's counters stay: tripping and re-arming must not renew a window's budget.
        _deliveryWord = DeliveryWord.pack(state);
        _endRoots();
        emit BreakerRearmed(mode);
    }

    /// @inheritdoc IRiskDelivery
    function setWatch(address newGuardian, address newSentinel) external onlyOwner {
        (guardian, sentinel) = (newGuardian, newSentinel);
        emit WatchSet(newGuardian, newSentinel);
    }

    /// @inheritdoc IRiskDelivery
    function setDeliveryLimits(DeliveryLimits calldata limits) external onlyOwner {
        _storeLimits(limits);
    }

    /// @inheritdoc IRiskDelivery
    function narrowDeliveryLimits(DeliveryLimits calldata limits) external onlyOwner {
        uint256 old = _limitsWord;
        _storeLimits(limits);
        if (!DeliveryLimitsWord.isNarrower(_limitsWord, old)) revert RiskOracleWidens();
    }

    /// @inheritdoc IRiskDelivery
    function status() external view returns (OracleStatus memory current) {
        DeliveryState memory state = DeliveryWord.unpack(_deliveryWord);
        uint256 index = (block.timestamp / deliveryLimits().windowSec) & DeliveryWord.WINDOW_MASK;
        bool running = index == state.windowIndex;
        // Narrowing casts: the word's lanes are no wider than the fields.
        return
            OracleStatus({
                mode: BreakerMode(state.mode),
                reason: BreakerReason(state.reason),
                since: uint40(state.since),
                lastEpoch: uint64(state.epoch),
                observedAt: uint40(state.observedAt),
                windowTightened: running ? uint16(state.windowTightened) : 0,
                windowTighteningBps: running ? uint24(state.windowTighteningBps) : 0
            });
    }

    /// @inheritdoc IRiskDelivery
    function deliveryLimits() public view returns (DeliveryLimits memory limits) {
        return DeliveryLimitsWord.unpack(_limitsWord);
    }

    /// @dev Moves `state` towards HALTED, or returns false; the caller writes the word.
    function _trip(DeliveryState memory state, BreakerMode mode, BreakerReason reason) internal returns (bool moved) {
        if (uint256(mode) <= state.mode) return false;
        (state.mode, state.reason, state.since) = (uint256(mode), uint256(reason), block.timestamp);
        emit BreakerTripped(mode, reason);
        return true;
    }

    function _requireWatch() internal view {
        if (msg.sender != guardian && msg.sender != owner()) revert RiskOracleNotWatch(msg.sender);
    }

    function _requireNotHalted(uint256 deliveryWord) internal pure {
        if (BreakerMode(DeliveryWord.modeOf(deliveryWord)) == BreakerMode.HALTED) {
            revert RiskOracleHalted(BreakerReason(DeliveryWord.reasonOf(deliveryWord)));
        }
    }

    /// @dev When the oracle was halted, if it is: the values in force are those of that second.
    function _haltedAt() internal view returns (bool halted, uint256 haltedAt) {
        uint256 deliveryWord = _deliveryWord;
        halted = BreakerMode(DeliveryWord.modeOf(deliveryWord)) == BreakerMode.HALTED;
        return (halted, DeliveryWord.sinceOf(deliveryWord));
    }

    /// @dev Ends every published root.
    function _endRoots() internal virtual;

    function _storeLimits(DeliveryLimits memory limits) private {
        (uint256 word, bool valid) = DeliveryLimitsWord.pack(limits);
        if (!valid) revert RiskOracleInvalidLimits();
        _limitsWord = word;
        emit DeliveryLimitsSet(limits);
    }
}
