// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IOptionVaultOwners} from "../interfaces/IOptionVaultOwners.sol";
import {MarginMath} from "../libraries/MarginMath.sol";
import {PositionWords, ShortPosition} from "../libraries/PositionWords.sol";
import {ScoreTimes} from "../types/VaultState.sol";
import {VaultKit} from "./VaultKit.sol";
import {VaultOpening} from "./VaultOpening.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title Operators, transfers, classes and permits
abstract contract VaultOwners is VaultStorage, IOptionVaultOwners {
    /// @dev A class changes only where the moneyness lies this far inside the new bucket on both sides, so that a spot that
    /// hovers about an edge does not move it to and fro.
    uint256 private constant HYSTERESIS_BPS = 200;

    /// @inheritdoc IOptionVaultOwners
    function setOperator(address operator, bool approved) external nonReentrant {
        _state.operators[msg.sender][operator] = approved;
        emit VaultOperatorSet(msg.sender, operator, approved);
    }

    /// @inheritdoc IOptionVaultOwners
    function offerPosition(uint256 positionId, address to) external nonReentrant {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        if (position.owner != msg.sender) revert VaultNotOwner(positionId, msg.sender);
        _state.offers[positionId] = to;
        emit PositionOffered(positionId, msg.sender, to);
    }

    /// @inheritdoc IOptionVaultOwners
    function acceptPosition(uint256 positionId) external nonReentrant {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        VaultKit.requireBeforeExpiry(position.series);
        if (_state.offers[positionId] != msg.sender) revert VaultNotOffered(positionId, msg.sender);
        delete _state.offers[positionId];
        address from = position.owner;
        position.owner = msg.sender;
        _state.positions[positionId].terms = PositionWords.packTerms(position);
        emit PositionTransferred(positionId, from, msg.sender);
    }

    /// @inheritdoc IOptionVaultOwners
    function reclassify(uint256 positionId) external nonReentrant returns (uint16 classId) {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        VaultKit.requireBeforeExpiry(position.series);
        uint256 spotE8 = VaultKit.spotE8(_links(), position.series);
        uint256 moneynessBps = VaultKit.moneynessBps(position.series, spotE8);
        uint256 margin = (moneynessBps * HYSTERESIS_BPS) / MarginMath.BPS;
        classId = VaultKit.classAt(_state, position.series, moneynessBps - margin);
        bool isInside = classId == VaultKit.classAt(_state, position.series, moneynessBps + margin);
        uint16 oldClassId = RISK_ORACLE.getParams(address(this), positionId).classId;
        if (!isInside || classId == oldClassId) revert VaultClassKept(positionId, oldClassId);
        // Until it is scored in the new class and marked again, the score gives no collateral back.
        _state.scoreTimes[positionId] = ScoreTimes(uint40(block.timestamp), 0);
        emit PositionClassChanged(positionId, classId);
        RISK_ORACLE.reclassifyPosition(positionId, classId);
    }

    /// @inheritdoc IOptionVaultOwners
    function markScored(uint256 positionId) external nonReentrant {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        VaultKit.requireBeforeExpiry(position.series);
        uint256 since = VaultOpening.markedSince(_state, positionId, position.coolOffFrom);
        if (since != 0) revert VaultScoreMarked(positionId, uint40(since));
        uint256 spotE8 = VaultKit.spotE8(_links(), position.series);
        uint256 moneynessBps = VaultKit.moneynessBps(position.series, spotE8);
        uint16 classId = VaultKit.classAt(_state, position.series, moneynessBps);
        (bool speaks, ) = VaultOpening.ownScore(_state, _links(), positionId, classId, position.coolOffFrom);
        if (!speaks) revert VaultScoreMissing(positionId, classId);
        _state.scoreTimes[positionId].scoredSince = uint40(block.timestamp);
        emit PositionScoreMarked(positionId, uint40(block.timestamp));
    }

    /// @inheritdoc IOptionVaultOwners
    function permit(
        IERC20Permit token,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        // Whoever saw the signature may have used it before: what counts is the allowance, which the next call asks for.
        try token.permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {} // solhint-disable-line no-empty-blocks
    }

    /// @inheritdoc IOptionVaultOwners
    function isOperator(address owner, address operator) external view nonReentrantView returns (bool approved) {
        return _state.operators[owner][operator];
    }

    /// @inheritdoc IOptionVaultOwners
    function scoredSince(uint256 positionId) external view nonReentrantView returns (uint40 since) {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        return uint40(VaultOpening.markedSince(_state, positionId, position.coolOffFrom));
    }

    /// @inheritdoc IOptionVaultOwners
    function offeredTo(uint256 positionId) external view nonReentrantView returns (address to) {
        return _state.offers[positionId];
    }
}
