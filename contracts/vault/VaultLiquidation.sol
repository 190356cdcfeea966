// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultCore} from "../interfaces/IOptionVaultCore.sol";
import {IVaultLiquidator} from "../interfaces/IVaultLiquidator.sol";
import {MarginMath, Payoff} from "../libraries/MarginMath.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {SeriesId} from "../libraries/SeriesId.sol";
import {VaultControl} from "../types/VaultState.sol";
import {Liquidation, VaultAuction} from "./VaultAuction.sol";
import {VaultClosing} from "./VaultClosing.sol";
import {VaultCore} from "./VaultCore.sol";
import {VaultKit} from "./VaultKit.sol";
import {VaultValves} from "./VaultValves.sol";

/// @title Flags and liquidations by burning longs
abstract contract VaultLiquidation is VaultClosing, VaultCore {
    /// @inheritdoc IOptionVaultCore
    function flag(uint256 positionId) external nonReentrant returns (uint256 bounty) {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        VaultKit.requireBeforeExpiry(position.series);
        VaultControl memory control = _state.control;
        VaultAuction.requireUnpaused(control);
        if (VaultAuction.isFlagLive(position, control)) {
            revert VaultAlreadyFlagged(positionId, uint40(position.flaggedAt));
        }
        (uint16 rhoBps, uint16 piBps, uint16 rhoBeforeBps) = RISK_ORACLE.maintenanceOf(address(this), positionId);
        uint256 spotE8 = VaultKit.spotE8(_links(), position.series);
        Payoff memory payoff = VaultKit.payoffAt(position, spotE8);
        int256 healthWad = VaultKit.health(position, payoff, rhoBps);
        if (healthWad >= VaultKit.HEALTHY_WAD) revert VaultPositionHealthy(positionId, healthWad);
        position.isCharged = VaultAuction.isParameterCaused(position, payoff, rhoBps, rhoBeforeBps);
        if (position.isCharged) {
            uint256 notionalE8 = VaultValves.notional(position.sizeE8, spotE8);
            VaultValves.spendEffect(_state, position.series.marketId, notionalE8);
        }
        bool earnsBounty = block.timestamp > position.flaggedAt + control.flagLifeSec;
        (position.isFlagged, position.flaggedAt, position.flagPiBps) = (true, block.timestamp, piBps);
        emit PositionFlagged(positionId, msg.sender, piBps, healthWad);
        if (earnsBounty && control.flagBountyBps != 0) bounty = _payBounty(position, payoff, control.flagBountyBps);
        if (bounty == 0) _store(position);
    }

    /// @inheritdoc IOptionVaultCore
    function unflag(uint256 positionId) external nonReentrant {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        VaultKit.requireBeforeExpiry(position.series);
        if (!position.isFlagged) revert VaultNotFlagged(positionId, 0);
        (uint16 rhoBps, , ) = RISK_ORACLE.maintenanceOf(address(this), positionId);
        uint256 spotE8 = VaultKit.spotE8(_links(), position.series);
        int256 healthWad = VaultKit.health(position, VaultKit.payoffAt(position, spotE8), rhoBps);
        if (healthWad < VaultKit.HEALTHY_WAD) revert VaultPositionUnhealthy(positionId, healthWad);
        _endFlag(position);
        _store(position);
    }

    /// @inheritdoc IOptionVaultCore
    function liquidate(
        uint256 positionId,
        uint128 maxSizeE8,
        uint128 minOut,
        bytes calldata data
    ) external nonReentrant returns (uint128 sizeE8, uint128 payout) {
        Liquidation memory found = VaultAuction.prepare(_state, _links(), positionId, maxSizeE8);
        (sizeE8, payout) = (found.quote.sizeE8, found.quote.payout);
        if (payout < minOut) revert VaultPayoutTooLow(payout, minOut);
        _closePart(found);
        uint256 seriesId = SeriesId.encode(found.position.series);
        _push(found.terms.token, msg.sender, payout);
        // The lock is closed: the caller may buy longs with the payout, but not call the vault.
        if (data.length != 0) IVaultLiquidator(msg.sender).onLiquidation(positionId, seriesId, sizeE8, payout, data);
        TOKEN.burn(msg.sender, seriesId, sizeE8);
    }

    /// @dev Only equity beyond intrinsic value is touched, so that no shortfall can come of it.
    function _payBounty(
        ShortPosition memory position,
        Payoff memory payoff,
        uint256 bountyBps
    ) private returns (uint256 bounty) {
        uint256 owed = MarginMath.intrinsicUp(payoff, position.sizeE8);
        if (position.collateral <= owed) return 0;
        bounty = ((position.collateral - owed) * bountyBps) / MarginMath.BPS;
        if (bounty == 0) return 0;
        _resize(position, position.sizeE8, position.collateral - bounty);
        emit FlagBountyPaid(position.id, msg.sender, bounty, position.collateral);
        _credit(VaultKit.termsOf(_state, position.series).token, msg.sender, bounty);
    }
}
