// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AuthorityUtils} from "@openzeppelin/contracts/access/manager/AuthorityUtils.sol";
import {IRiskDelivery} from "../interfaces/IRiskDelivery.sol";
import {DeliveryRules} from "../libraries/DeliveryRules.sol";
import {DeliveryWord} from "../libraries/DeliveryWord.sol";
import {PartWord} from "../libraries/PartWord.sol";
import {BreakerMode, BreakerReason, DeliveryLimits, DeliveryState, OracleStatus} from "../types/DeliveryTypes.sol";
import {Breaker} from "./Breaker.sol";
import {OracleParts} from "./OracleParts.sol";

/// @title Who moves the breaker and sets the limits of delivery
abstract contract BreakerControl is IRiskDelivery, OracleParts, Breaker {
    /// @inheritdoc IRiskDelivery
    function tripBreaker(BreakerMode mode, BreakerReason reason) external {
        if (msg.sender != _sentinel) {
            _requireWatch();
            reason = BreakerReason.GUARDIAN;
        }
        DeliveryState memory state = DeliveryWord.unpack(_deliveryWord);
        if (!_trip(state, mode, reason)) revert RiskOracleBreakerMove(BreakerMode(state.mode), mode);
        _deliveryWord = DeliveryWord.pack(state);
    }

    /// @inheritdoc IRiskDelivery
    function rearmBreaker(BreakerMode mode) external restricted {
        DeliveryState memory state = DeliveryWord.unpack(_deliveryWord);
        if (uint256(mode) >= state.mode) revert RiskOracleBreakerMove(BreakerMode(state.mode), mode);
        uint256 earliest = state.since + _coolDownSec;
        if (block.timestamp < earliest) revert RiskOracleCoolDown(earliest);
        (state.mode, state.since) = (uint256(mode), block.timestamp);
        if (mode == BreakerMode.NORMAL) state.reason = uint256(BreakerReason.NONE);
        // The effect guard's counters stay: tripping and re-arming must not renew a window's budget.
        _deliveryWord = DeliveryWord.pack(state);
        delete _roots;
        emit BreakerRearmed(mode);
    }

    /// @inheritdoc IRiskDelivery
    function setWatch(address newGuardian, address newSentinel) external restricted {
        (_guardian, _sentinel) = (newGuardian, newSentinel);
        emit WatchSet(newGuardian, newSentinel);
    }

    /// @inheritdoc IRiskDelivery
    function setDeliveryLimits(DeliveryLimits calldata limits) external restricted {
        _storeLimits(limits);
    }

    /// @inheritdoc IRiskDelivery
    function narrowDeliveryLimits(DeliveryLimits calldata limits) external restricted {
        if (!DeliveryRules.areNarrower(limits, deliveryLimits())) revert RiskOracleWidens();
        _storeLimits(limits);
    }

    /// @inheritdoc IRiskDelivery
    function guardian() external view returns (address watcher) {
        return _guardian;
    }

    /// @inheritdoc IRiskDelivery
    function sentinel() external view returns (address watcher) {
        return _sentinel;
    }

    /// @inheritdoc IRiskDelivery
    function lastEpoch() external view returns (uint64 epoch) {
        // Fits: its lane is 64 bits wide.
        return uint64(DeliveryWord.epochOf(_deliveryWord));
    }

    /// @inheritdoc IRiskDelivery
    function status() external view returns (OracleStatus memory current) {
        DeliveryState memory state = DeliveryWord.unpack(_deliveryWord);
        uint256 index = (block.timestamp / PartWord.windowSecOf(_verifierWord)) & DeliveryWord.WINDOW_MASK;
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
        limits = PartWord.limitsOf(_engineWord, _verifierWord);
        limits.coolDownSec = _coolDownSec;
    }

    function _requireWatch() internal view {
        if (msg.sender == _guardian) return;
        // The DAO too, through the access manager.
        (bool may, ) = AuthorityUtils.canCallWithDelay(authority(), msg.sender, address(this), msg.sig);
        if (!may) revert RiskOracleNotWatch(msg.sender);
    }
}
