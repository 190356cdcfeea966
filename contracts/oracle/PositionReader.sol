// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskReading} from "../libraries/RiskReading.sol";
import {RiskWord} from "../libraries/RiskWord.sol";
import {ParamStatus, RiskParams} from "../types/RiskTypes.sol";
import {Breaker} from "./Breaker.sol";

/// @title Reads all parameters of a position
abstract contract PositionReader is Breaker {
    /// @dev Effective parameters, status UNKNOWN for an unknown position.
    function _tryParams(address source, uint256 positionId) internal view returns (RiskParams memory params) {
        uint256 word = _positions[source][positionId].word;
        if (word == 0) return params;
        uint256 classId = RiskWord.classIdOf(word);
        StoredClass memory class = _class(classId);
        uint256 quantileWord = RiskWord.isScored(word) ? 0 : _classWords[classId].word;
        (bool halted, uint256 haltedAt) = _haltedAt();
        if (!halted) {
            return RiskReading.effectiveParams(word, class.bounds, class.levels, quantileWord, block.timestamp);
        }
        params = RiskReading.haltedParams(word, class.bounds, class.levels, quantileWord, haltedAt);
        if (RiskReading.isStale(word, block.timestamp)) params.status = ParamStatus.STALE;
    }
}
