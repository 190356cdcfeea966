// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DeliveryWord} from "../libraries/DeliveryWord.sol";
import {BreakerMode, BreakerReason, DeliveryState} from "../types/DeliveryTypes.sol";
import {OracleStorage} from "./OracleStorage.sol";

/// @title Breaker: what it stops, and how the oracle trips it itself
/// @notice Guardian, sentinel and the oracle itself only move the breaker towards HALTED; only the DAO moves it back, and not
/// before the cool-down that starts with every trip, see {BreakerControl}.
abstract contract Breaker is OracleStorage {
    /// @dev Moves `state` towards HALTED, or returns false; the caller writes the word.
    function _trip(DeliveryState memory state, BreakerMode mode, BreakerReason reason) internal returns (bool moved) {
        if (uint256(mode) <= state.mode) return false;
        (state.mode, state.reason, state.since) = (uint256(mode), uint256(reason), block.timestamp);
        emit BreakerTripped(mode, reason);
        return true;
    }

    /// @dev State of delivery as a word, or a revert while halted. Not unpacked: as a return value the struct would be
    /// allocated twice.
    function _liveWord() internal view returns (uint256 deliveryWord) {
        deliveryWord = _deliveryWord;
        _requireNotHalted(deliveryWord);
    }

    /// @dev When the oracle was halted, if it is: the values in force are those of that second.
    function _haltedAt() internal view returns (bool halted, uint256 haltedAt) {
        uint256 deliveryWord = _deliveryWord;
        halted = BreakerMode(DeliveryWord.modeOf(deliveryWord)) == BreakerMode.HALTED;
        return (halted, DeliveryWord.sinceOf(deliveryWord));
    }

    function _requireNotHalted(uint256 deliveryWord) internal pure {
        if (BreakerMode(DeliveryWord.modeOf(deliveryWord)) == BreakerMode.HALTED) {
            revert RiskOracleHalted(BreakerReason(DeliveryWord.reasonOf(deliveryWord)));
        }
    }
}
