// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVaultLog} from "../interfaces/IOptionVaultLog.sol";
import {AuctionClock, Distress, LiquidationMath} from "../libraries/LiquidationMath.sol";
import {Payoff} from "../libraries/MarginMath.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {VaultControl, VaultState} from "../types/VaultState.sol";
import {FundTerms, LiquidationQuote} from "../types/VaultTypes.sol";
import {Links, SideTerms, VaultKit} from "./VaultKit.sol";
import {VaultValves} from "./VaultValves.sol";

/// @notice A liquidation, checked and computed, not yet done. `fund` has no fee after the orderly stage;
/// `isParameterCaused` says that the position would be healthy at the ρ of before the present drift windows.
struct Liquidation {
    ShortPosition position;
    SideTerms terms;
    Distress distress;
    LiquidationQuote quote;
    FundTerms fund;
    uint256 spotE8;
    bool isCautious;
    bool isParameterCaused;
}

/// @title Everything a liquidation checks and computes
/// @notice The view and the call share it, so that they cannot differ.
library VaultAuction {
    /// @notice Reverts unless the position may be liquidated now; else size, payout and rest.
    function prepare(
        VaultState storage state,
        Links memory links,
        uint256 positionId,
        uint256 maxSizeE8
    ) internal view returns (Liquidation memory found) {
        VaultKit.requireAmount(maxSizeE8, type(uint128).max);
        ShortPosition memory position = found.position;
        VaultKit.readActive(state, positionId, position);
        VaultControl memory control = state.control;
        _requireAuction(position, control);
        found.terms = VaultKit.termsOf(state, position.series);
        found.spotE8 = VaultKit.spotE8(links, position.series);
        found.isCautious = block.timestamp < control.cautionUntil;
        _judge(links, found);
        Distress memory distress = found.distress;
        distress.targetHealthBps = control.targetHealthBps;
        distress.rateE8 = LiquidationMath.rateE8Down(_clock(position, control, distress.rhoBps));
        if (block.timestamp - position.flaggedAt < control.orderlySec) {
            found.fund = state.funds[address(found.terms.token)];
        }
        if (found.isCautious) {
            uint256 allowedE8 = VaultValves.sizeAllowed(state, position, found.spotE8);
            if (allowedE8 == 0) revert IOptionVaultLog.VaultLiquidationLimit(position.series.marketId);
            maxSizeE8 = Math.min(maxSizeE8, allowedE8);
        }
        _price(found, maxSizeE8);
    }

    /// @notice Reverts during a pause of liquidations.
    function requireUnpaused(VaultControl memory control) internal view {
        uint256 until = control.liquidationPausedUntil;
        if (block.timestamp < until) revert IOptionVaultLog.VaultLiquidationsPaused(until);
    }

    /// @notice Whether a flag runs and has not lapsed: by age, or because liquidations were paused since, for an auction
    /// that nobody could take part in must begin anew.
    function isFlagLive(
        ShortPosition memory position,
        VaultControl memory control
    ) internal view returns (bool isLive) {
        bool isYoung = block.timestamp <= position.flaggedAt + control.flagLifeSec;
        return position.isFlagged && isYoung && position.flaggedAt >= control.liquidationPausedUntil;
    }

    /// @dev Health, and what made the position unhealthy.
    function _judge(Links memory links, Liquidation memory found) private view {
        (ShortPosition memory position, Distress memory distress) = (found.position, found.distress);
        uint256 rhoBeforeBps;
        (distress.rhoBps, , rhoBeforeBps) = links.oracle.maintenanceOf(address(this), position.id);
        distress.payoff = VaultKit.payoffAt(position, found.spotE8);
        (distress.sizeE8, distress.collateral) = (position.sizeE8, position.collateral);
        int256 healthWad = VaultKit.health(position, distress.payoff, distress.rhoBps);
        if (healthWad >= VaultKit.HEALTHY_WAD) {
            revert IOptionVaultLog.VaultPositionHealthy(position.id, healthWad);
        }
        if (healthWad <= 0) revert IOptionVaultLog.VaultPositionInsolvent(position.id, healthWad);
        found.quote.healthWad = healthWad;
        found.isParameterCaused = isParameterCaused(position, distress.payoff, distress.rhoBps, rhoBeforeBps);
    }

    /// @notice Whether an unhealthy position would be healthy at the ρ of before the present drift windows.
    function isParameterCaused(
        ShortPosition memory position,
        Payoff memory payoff,
        uint256 rhoBps,
        uint256 rhoBeforeBps
    ) internal pure returns (bool isCaused) {
        return rhoBeforeBps < rhoBps && VaultKit.health(position, payoff, rhoBeforeBps) >= VaultKit.HEALTHY_WAD;
    }

    /// @dev Fills size, payout, fee and rest. Nothing here exceeds the position's own size and collateral, hence the casts.
    function _price(Liquidation memory found, uint256 maxSizeE8) private pure {
        (Distress memory distress, uint256 minCollateral) = (found.distress, found.terms.minCollateral);
        uint256 closedE8 = Math.min(maxSizeE8, LiquidationMath.sizeUp(distress));
        uint256 paid = LiquidationMath.payoutDown(distress, closedE8);
        if (closedE8 < distress.sizeE8 && distress.collateral - paid < minCollateral) {
            if (maxSizeE8 < distress.sizeE8) {
                uint256 rest = distress.collateral - paid;
                revert IOptionVaultLog.VaultLiquidationLeavesDust(found.position.id, rest, minCollateral);
            }
            closedE8 = distress.sizeE8;
            paid = LiquidationMath.payoutDown(distress, closedE8);
        }
        uint256 fee = LiquidationMath.feeDown(distress.payoff, closedE8, paid, found.fund.feeBps);
        LiquidationQuote memory quote = found.quote;
        (quote.sizeE8, quote.payout, quote.fee) = (uint128(closedE8), uint128(paid - fee), uint128(fee));
        quote.rateE8 = uint64(distress.rateE8);
        quote.restSizeE8 = uint128(distress.sizeE8 - closedE8);
        quote.restCollateral = uint128(distress.collateral - paid);
    }

    function _requireAuction(ShortPosition memory position, VaultControl memory control) private view {
        VaultKit.requireBeforeExpiry(position.series);
        requireUnpaused(control);
        if (!isFlagLive(position, control)) {
            uint256 since = position.isFlagged ? position.flaggedAt : 0;
            revert IOptionVaultLog.VaultNotFlagged(position.id, uint40(since));
        }
        uint256 coolUntil = position.coolOffFrom + control.coolOffSec;
        if (block.timestamp < coolUntil) revert IOptionVaultLog.VaultCoolOff(position.id, coolUntil);
    }

    function _clock(
        ShortPosition memory position,
        VaultControl memory control,
        uint256 rhoBps
    ) private view returns (AuctionClock memory clock) {
        (clock.piBps, clock.rhoBps) = (position.flagPiBps, rhoBps);
        clock.elapsedSec = block.timestamp - position.flaggedAt;
        (clock.orderlySec, clock.lateSec) = (control.orderlySec, control.lateSec);
    }
}
