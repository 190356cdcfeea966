// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVaultLog} from "../interfaces/IOptionVaultLog.sol";
import {MarginMath, Payoff} from "../libraries/MarginMath.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {VaultState} from "../types/VaultState.sol";
import {Links, SideTerms, VaultKit} from "./VaultKit.sol";

/// @title What new risk must hold
library VaultOpening {
    /// @dev Share by which the initial ρ rises during caution.
    uint256 private constant CAUTION_SURCHARGE_BPS = 2_500;
    /// @dev How old the mark of a score must be. Whoever holds the keys of a quorum cannot score a short low, early or late,
    /// and empty it at once. Less than a day, so that who looks daily may take out daily.
    uint256 private constant MARK_WAIT_SEC = 20 hours;
    /// @dev Far longer than an operator's block is old when he reads classes, and than clocks differ.
    uint256 private constant CLASS_WAIT_SEC = 10 minutes;
    /// @dev Share of what a new position must bring that a withdrawal leaves whatever the score says. A price may jump further
    /// within an hour than a score of a calm week reckons with, and no report lowers what the class asks.
    uint256 private constant LEAST_RETAINED_BPS = 5_000;

    /// @notice In place of the time of the last change: totals with new size, for which no score speaks.
    uint256 internal constant NEW_SIZE = type(uint40).max;

    /// @notice Requirement of a position opened now; reverts where opening would.
    function requirement(
        VaultState storage state,
        Links memory links,
        Series memory series,
        SideTerms memory terms,
        uint256 sizeE8
    ) internal view returns (uint256 required, uint16 classId, uint256 rhoBps) {
        requireOpenable(state, series, terms);
        VaultKit.requireAmount(sizeE8, MarginMath.MAX_SIZE_E8);
        uint256 spotE8 = VaultKit.spotE8(links, series);
        classId = VaultKit.classAt(state, series, VaultKit.moneynessBps(series, spotE8));
        (rhoBps, ) = links.oracle.openingParams(classId);
        rhoBps = _surcharged(state, rhoBps);
        Payoff memory payoff = VaultKit.payoffAt(series, spotE8, terms.decimals);
        required = Math.max(MarginMath.marginUp(payoff, sizeE8, rhoBps), terms.minCollateral);
    }

    /// @notice Reverts unless new totals of an existing position meet their initial requirement, see {initialRhoBps}.
    /// @param changedAt time of the last change of the position's risk, or {NEW_SIZE}
    function requireInitial(
        VaultState storage state,
        Links memory links,
        ShortPosition memory position,
        uint256 minCollateral,
        uint256 changedAt
    ) internal view {
        (uint256 required, ) = initial(state, links, position, minCollateral, changedAt);
        if (position.collateral < required) {
            revert IOptionVaultLog.VaultCollateralTooLow(position.collateral, required);
        }
    }

    /// @notice Initial requirement of an existing position, and its ρ.
    /// @param changedAt as in {requireInitial}
    function initial(
        VaultState storage state,
        Links memory links,
        ShortPosition memory position,
        uint256 minCollateral,
        uint256 changedAt
    ) internal view returns (uint256 required, uint256 rhoBps) {
        uint256 spotE8 = VaultKit.spotE8(links, position.series);
        rhoBps = initialRhoBps(state, links, position, spotE8, changedAt);
        required = MarginMath.marginUp(VaultKit.payoffAt(position, spotE8), position.sizeE8, rhoBps);
        required = Math.max(required, minCollateral);
    }

    /// @notice ρ of the initial requirement of an existing position: the higher of its own initial ρ and that of a new
    /// position of the series, so that neither an old class nor an old score makes new risk cheaper than opening it. A
    /// withdrawal need leave no more than what its own score asks for, and half of what a new position must bring, if that
    /// score is one of the position as it is, see {ownScore}, and has been marked 20 hours ago. Not because this score has
    /// stood so long: one that came down after the mark is held by the oracle's anchors, and one that was low at the mark has
    /// been seen.
    /// @param changedAt as in {requireInitial}
    function initialRhoBps(
        VaultState storage state,
        Links memory links,
        ShortPosition memory position,
        uint256 spotE8,
        uint256 changedAt
    ) internal view returns (uint256 rhoBps) {
        Series memory series = position.series;
        uint16 classId = VaultKit.classAt(state, series, VaultKit.moneynessBps(series, spotE8));
        (rhoBps, ) = links.oracle.openingParams(classId);
        uint256 leastBps = Math.ceilDiv(rhoBps * LEAST_RETAINED_BPS, MarginMath.BPS);
        rhoBps = Math.max(rhoBps, links.oracle.getParams(address(this), position.id).rhoInitialBps);
        if (changedAt != NEW_SIZE && _isRipe(markedSince(state, position.id, changedAt))) {
            (bool speaks, uint256 ownBps) = ownScore(state, links, position.id, classId, changedAt);
            if (speaks) rhoBps = Math.min(rhoBps, Math.max(ownBps, leastBps));
        }
        return _surcharged(state, rhoBps);
    }

    /// @notice Since when a score of a position is marked; 0 if it is not, or was only before its risk last grew: so a growth
    /// of risk, by whatever path, ends a mark without a write.
    /// @param changedAt time of the last change of the position's risk
    function markedSince(
        VaultState storage state,
        uint256 positionId,
        uint256 changedAt
    ) internal view returns (uint256 since) {
        since = state.scoreTimes[positionId].scoredSince;
        if (since <= changedAt) since = 0;
    }

    /// @notice Whether a position's score speaks for it as it is now, and what it asks for then: fresh, nothing held back,
    /// observed after the last change of risk and well after that of class, given in the class of the present moneyness and
    /// tenor. Observations may be dated some seconds ahead, hence the comparison with the block.
    /// @param classId class at spot and tenor
    /// @param changedAt as in {markedSince}
    function ownScore(
        VaultState storage state,
        Links memory links,
        uint256 positionId,
        uint16 classId,
        uint256 changedAt
    ) internal view returns (bool speaks, uint256 rhoBps) {
        uint16 ownId;
        uint256 scoredAt;
        (rhoBps, ownId, scoredAt) = links.oracle.retainedParams(address(this), positionId);
        speaks = ownId == classId && Math.min(scoredAt, block.timestamp) > changedAt;
        speaks = speaks && scoredAt > state.scoreTimes[positionId].reclassedAt + CLASS_WAIT_SEC;
    }

    /// @notice Reverts unless the series takes new risk now.
    function requireOpenable(VaultState storage state, Series memory series, SideTerms memory terms) internal view {
        requireNewRisk(state);
        if (!terms.live) revert IOptionVaultLog.VaultMarketNotLive(series.marketId);
        SeriesId.requireOpenable(series, block.timestamp);
    }

    /// @notice Reverts while new risk is paused.
    function requireNewRisk(VaultState storage state) internal view {
        uint256 until = state.control.riskPausedUntil;
        if (block.timestamp < until) revert IOptionVaultLog.VaultNewRiskPaused(until);
    }

    function _isRipe(uint256 since) private view returns (bool isRipe) {
        return since != 0 && block.timestamp >= since + MARK_WAIT_SEC;
    }

    function _surcharged(VaultState storage state, uint256 rhoBps) private view returns (uint256 surcharged) {
        if (block.timestamp >= state.control.cautionUntil) return rhoBps;
        surcharged = Math.ceilDiv(rhoBps * (MarginMath.BPS + CAUTION_SURCHARGE_BPS), MarginMath.BPS);
        return Math.min(surcharged, MarginMath.BPS);
    }
}
