// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVaultLog} from "../interfaces/IOptionVaultLog.sol";
import {AuctionClock, Distress, LiquidationMath} from "../libraries/LiquidationMath.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {VaultControl, VaultState} from "../types/VaultState.sol";
import {LiquidationQuote} from "../types/VaultTypes.sol";
import {Links, SideTerms, VaultKit} from "./VaultKit.sol";

/// @notice A liquidation, checked and computed, not yet done.
struct Liquidation {
    ShortPosition position;
    SideTerms terms;
    Distress distress;
    LiquidationQuote quote;
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
        ShortPosition memory position = VaultKit.active(state, positionId);
        VaultControl memory control = state.control;
        _requireAuction(position, control);
        found.position = position;
        found.terms = VaultKit.termsOf(state, position.series);
        Distress memory distress = found.distress;
        distress.payoff = VaultKit.payoffAt(position, VaultKit.spotE8(links, position.series));
        (distress.sizeE8, distress.collateral) = (position.sizeE8, position.collateral);
        (distress.rhoBps, , ) = links.oracle.maintenanceOf(address(this), positionId);
        distress.targetHealthBps = control.targetHealthBps;
        int256 healthWad = VaultKit.health(position, distress.payoff, distress.rhoBps);
        if (healthWad >= VaultKit.HEALTHY_WAD) {
            revert IOptionVaultLog.VaultPositionHealthy(positionId, healthWad);
        }
        if (healthWad <= 0) revert IOptionVaultLog.VaultPositionInsolvent(positionId, healthWad);
        found.quote.healthWad = healthWad;
        distress.rateE8 = LiquidationMath.rateE8Down(_clock(position, control, distress.rhoBps));
        _price(found, maxSizeE8);
    }

    /// @notice Whether a flag runs and has not lapsed.
    function isFlagLive(ShortPosition memory position, uint256 flagLifeSec) internal view returns (bool isLive) {
        return position.isFlagged && block.timestamp <= position.flaggedAt + flagLifeSec;
    }

    /// @dev Fills size, payout and rest. Nothing here exceeds the position's own size and collateral, hence the casts.
    function _price(Liquidation memory found, uint256 maxSizeE8) private pure {
        (Distress memory distress, uint256 minCollateral) = (found.distress, found.terms.minCollateral);
        uint256 closedE8 = Math.min(maxSizeE8, LiquidationMath.sizeUp(distress));
        uint256 payout = LiquidationMath.payoutDown(distress, closedE8);
        if (closedE8 < distress.sizeE8 && distress.collateral - payout < minCollateral) {
            if (maxSizeE8 < distress.sizeE8) {
                revert IOptionVaultLog.VaultLiquidationLeavesDust(
                    found.position.id,
                    distress.collateral - payout,
                    minCollateral
                );
            }
            closedE8 = distress.sizeE8;
            payout = LiquidationMath.payoutDown(distress, closedE8);
        }
        LiquidationQuote memory quote = found.quote;
        quote.sizeE8 = uint128(closedE8);
        quote.payout = uint128(payout);
        quote.rateE8 = uint64(distress.rateE8);
        quote.restSizeE8 = uint128(distress.sizeE8 - closedE8);
        quote.restCollateral = uint128(distress.collateral - payout);
    }

    function _requireAuction(ShortPosition memory position, VaultControl memory control) private view {
        VaultKit.requireBeforeExpiry(position.series);
        if (!isFlagLive(position, control.flagLifeSec)) {
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
