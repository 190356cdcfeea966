// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPositionSource} from "../../../contracts/interfaces/IPositionSource.sol";
import {ParamStatus, RiskClass, RiskParams} from "../../../contracts/types/RiskTypes.sol";
import {ScoredFixture} from "./ScoredFixture.sol";

/// @title Rules of single positions that hold across every call of {ScoredHandler}
abstract contract ScoredRules is ScoredFixture {
    struct Seen {
        IPositionSource.PositionView position;
        RiskParams params;
        int256 health;
    }

    uint256 internal constant MOST = 6;
    uint256 private constant GRACE_SEC = 10 minutes;
    uint64 internal spotE8 = SPOT;
    /// @notice First rule that a call has broken.
    string public broken;

    mapping(uint256 id => Seen) internal _seen;
    mapping(uint256 id => uint256 sec) internal _coolFrom;
    mapping(uint256 id => uint16 bps) internal _flagPi;
    mapping(uint256 id => uint256 bps) internal _cap;
    mapping(uint256 id => uint256 sec) private _graceUntil;
    mapping(uint256 id => uint16 bps) private _held;

    function _require(bool holds, string memory rule) internal {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }

    /// @dev What a position is right before a call, at the price and second of the call.
    function _look() internal {
        _setPrice(spotE8);
        for (uint256 id = 1; id <= vault.positionCount(); ++id) {
            Seen storage seen = _seen[id];
            seen.position = _view(id);
            if (!seen.position.active) continue;
            (seen.params, seen.health) = (_params(id), vault.healthOf(id));
        }
    }

    /// @dev `ownId` is the position that its owner acted on, 0 for none.
    function _judge(uint256 ownId, bool isReport) internal {
        for (uint256 id = 1; id <= vault.positionCount(); ++id) {
            Seen storage seen = _seen[id];
            IPositionSource.PositionView memory current = _view(id);
            if (!seen.position.active && seen.position.owner != address(0)) continue;
            bool isSame = current.collateral == seen.position.collateral && current.sizeE8 == seen.position.sizeE8;
            bool isNew = seen.position.owner == address(0);
            _require(isNew || id == ownId || isSame || seen.health < 1e18, "25 a healthy position lost something");
            if (current.active) _judgeParams(seen.params, _params(id), id, isReport, isNew);
        }
    }

    function _judgeParams(
        RiskParams memory before,
        RiskParams memory params,
        uint256 id,
        bool isReport,
        bool isNew
    ) private {
        if (isNew) _cap[id] = 5_000;
        else if (before.observedAt == 0 && params.observedAt != 0) _cap[id] = params.rhoTargetBps + 2_000;
        RiskClass memory class = _class();
        bool isInside = params.rhoTargetBps >= class.rhoFloorBps && params.rhoTargetBps <= class.rhoCeilingBps;
        _require(isInside && params.piBps >= class.piFloorBps && params.piBps <= class.piCapBps, "12 bounds");
        _require(params.rhoBps <= _cap[id], "12 above the cap of the opening");
        _require(params.piBps + class.deltaBps <= params.rhoBps, "12 linked rule");
        _require(params.rhoInitialBps >= params.rhoTargetBps, "17 new risk is cheaper than old");
        if (isNew) return;
        // In one block a report only lowers what is in force; without one it only rises.
        _require(!isReport || params.rhoBps <= before.rhoBps, "13 a report raised the ratio in force");
        _require(isReport || params.rhoBps >= before.rhoBps, "15 silence lowered the ratio in force");
        _require(isReport || params.rhoTargetBps == before.rhoTargetBps, "15 a target moved without a report");
        _judgeGrace(before, params, id, isReport);
    }

    function _judgeGrace(RiskParams memory before, RiskParams memory params, uint256 id, bool isReport) private {
        bool rested = before.rhoBps == before.rhoTargetBps && before.status != ParamStatus.STALE;
        if (isReport && rested && params.rhoTargetBps > before.rhoTargetBps) {
            (_graceUntil[id], _held[id]) = (block.timestamp + GRACE_SEC, before.rhoBps);
        }
        bool isGrace = block.timestamp < _graceUntil[id] && params.status != ParamStatus.STALE;
        _require(!isGrace || params.rhoBps <= _held[id], "14 the ratio rose in its grace");
    }
}
