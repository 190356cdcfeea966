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

    /// @notice Reverts unless new totals of an existing position meet the higher of its own initial ρ and that of a new
    /// position of the series, so that neither an old class nor an old score makes new risk cheaper than opening it.
    function requireInitial(
        VaultState storage state,
        Links memory links,
        ShortPosition memory position,
        uint256 minCollateral
    ) internal view {
        uint256 spotE8 = VaultKit.spotE8(links, position.series);
        uint256 rhoBps = initialRhoBps(state, links, position, spotE8);
        uint256 required = MarginMath.marginUp(VaultKit.payoffAt(position, spotE8), position.sizeE8, rhoBps);
        required = Math.max(required, minCollateral);
        if (position.collateral < required) {
            revert IOptionVaultLog.VaultCollateralTooLow(position.collateral, required);
        }
    }

    /// @notice See {requireInitial}.
    function initialRhoBps(
        VaultState storage state,
        Links memory links,
        ShortPosition memory position,
        uint256 spotE8
    ) internal view returns (uint256 rhoBps) {
        Series memory series = position.series;
        uint16 classId = VaultKit.classAt(state, series, VaultKit.moneynessBps(series, spotE8));
        (rhoBps, ) = links.oracle.openingParams(classId);
        rhoBps = Math.max(rhoBps, links.oracle.getParams(address(this), position.id).rhoInitialBps);
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
