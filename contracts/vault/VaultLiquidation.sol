// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultCore} from "../interfaces/IOptionVaultCore.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {SeriesId} from "../libraries/SeriesId.sol";
import {LiquidationQuote} from "../types/VaultTypes.sol";
import {Liquidation, VaultAuction} from "./VaultAuction.sol";
import {VaultKit} from "./VaultKit.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title Flags and liquidations
abstract contract VaultLiquidation is VaultStorage, IOptionVaultCore {
    /// @inheritdoc IOptionVaultCore
    function flag(uint256 positionId) external nonReentrant {
        ShortPosition memory position = VaultKit.active(_state, positionId);
        VaultKit.requireBeforeExpiry(position.series);
        if (VaultAuction.isFlagLive(position, _state.control.flagLifeSec)) {
            revert VaultAlreadyFlagged(positionId, uint40(position.flaggedAt));
        }
        (uint16 rhoBps, uint16 piBps, ) = RISK_ORACLE.maintenanceOf(address(this), positionId);
        uint256 spotE8 = VaultKit.spotE8(_links(), position.series);
        int256 healthWad = VaultKit.health(position, VaultKit.payoffAt(position, spotE8), rhoBps);
        if (healthWad >= VaultKit.HEALTHY_WAD) revert VaultPositionHealthy(positionId, healthWad);
        (position.isFlagged, position.flaggedAt, position.flagPiBps) = (true, block.timestamp, piBps);
        _store(position);
        emit PositionFlagged(positionId, msg.sender, piBps, healthWad);
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
        uint128 minOut
    ) external nonReentrant returns (uint128 sizeE8, uint128 payout) {
        Liquidation memory found = VaultAuction.prepare(_state, _links(), positionId, maxSizeE8);
        (sizeE8, payout) = (found.quote.sizeE8, found.quote.payout);
        if (payout < minOut) revert VaultPayoutTooLow(payout, minOut);
        _applyLiquidation(found);
        TOKEN.burn(msg.sender, SeriesId.encode(found.position.series), sizeE8);
        _push(found.terms.token, msg.sender, payout);
    }

    function _applyLiquidation(Liquidation memory found) private {
        (ShortPosition memory position, LiquidationQuote memory quote) = (found.position, found.quote);
        bool isGone = quote.restSizeE8 == 0;
        (uint256 sizeE8, uint256 collateral) = (quote.restSizeE8, isGone ? 0 : quote.restCollateral);
        _resize(position, sizeE8, collateral);
        emit PositionLiquidated(
            position.id,
            msg.sender,
            quote.sizeE8,
            quote.payout,
            quote.rateE8,
            quote.restSizeE8,
            quote.restCollateral
        );
        if (isGone) return _credit(found.terms.token, position.owner, quote.restCollateral);
        if (VaultKit.health(position, found.distress.payoff, found.distress.rhoBps) < VaultKit.HEALTHY_WAD) return;
        _endFlag(position);
        _store(position);
    }
}
