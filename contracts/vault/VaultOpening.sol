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
    /// @dev Whoever holds the keys of a quorum cannot score a new short low and empty it at once. Less than a day, so that who
    /// looks daily may take out daily. It runs from the growth of risk, not from the first score.
    uint256 private constant RISK_WAIT_SEC = 20 hours;
    /// @dev Far longer than an operator's block is old when he reads classes, and than clocks differ.
    uint256 private constant CLASS_WAIT_SEC = 10 minutes;

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
    /// withdrawal need leave no more than what its own score asks for, if that is one of the position as it is: fresh,
    /// observed well after the last change of risk and class, given in the class of the present moneyness and tenor.
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
        rhoBps = Math.max(rhoBps, links.oracle.getParams(address(this), position.id).rhoInitialBps);
        if (changedAt != NEW_SIZE) {
            (uint256 ownBps, uint16 ownId, uint256 scoredAt) = links.oracle.retainedParams(address(this), position.id);
            bool isOwn = ownId == classId && scoredAt > changedAt + RISK_WAIT_SEC;
            isOwn = isOwn && scoredAt > state.reclassedAt[position.id] + CLASS_WAIT_SEC;
            if (isOwn) rhoBps = Math.min(rhoBps, ownBps);
        }
        return _surcharged(state, rhoBps);
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

    function _surcharged(VaultState storage state, uint256 rhoBps) private view returns (uint256 surcharged) {
        if (block.timestamp >= state.control.cautionUntil) return rhoBps;
        surcharged = Math.ceilDiv(rhoBps * (MarginMath.BPS + CAUTION_SURCHARGE_BPS), MarginMath.BPS);
        return Math.min(surcharged, MarginMath.BPS);
    }
}
