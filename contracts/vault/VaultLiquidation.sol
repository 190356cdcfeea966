// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVault} from "../interfaces/IOptionVault.sol";
import {AuctionClock, Distress, LiquidationMath} from "../libraries/LiquidationMath.sol";
import {LiquidationQuote, LiquidationSettings, ShortPosition} from "../types/VaultTypes.sol";
import {RiskParams} from "../types/RiskTypes.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title Flags and liquidations by burning longs
abstract contract VaultLiquidation is VaultStorage {
    /// @inheritdoc IOptionVault
    function flag(uint256 positionId) external nonReentrant {
        ShortPosition storage position = _activePosition(positionId);
        Terms memory terms = _termsOf(position.seriesId);
        _requireBeforeExpiry(position.seriesId, terms.series);
        if (_isFlagLive(position)) revert VaultAlreadyFlagged(positionId, position.flaggedAt);
        RiskParams memory params = RISK_ORACLE.getParams(address(this), positionId);
        int256 healthWad = _health(position, _payoffNow(terms), params.rhoBps);
        if (healthWad >= HEALTHY_WAD) revert VaultPositionHealthy(positionId, healthWad);
        (position.flaggedAt, position.flagPiBps) = (uint40(block.timestamp), params.piBps);
        emit PositionFlagged(positionId, msg.sender, params.piBps, healthWad);
    }

    /// @inheritdoc IOptionVault
    function unflag(uint256 positionId) external nonReentrant {
        ShortPosition storage position = _activePosition(positionId);
        if (position.flaggedAt == 0) revert VaultNotFlagged(positionId, 0);
        int256 healthWad = _healthNow(positionId, position);
        if (healthWad < HEALTHY_WAD) revert VaultPositionUnhealthy(positionId, healthWad);
        _clearFlag(positionId, position);
    }

    /// @inheritdoc IOptionVault
    function liquidate(
        uint256 positionId,
        uint128 maxSizeE8,
        uint128 minOut
    ) external nonReentrant returns (uint128 sizeE8, uint128 payout) {
        ShortPosition storage position = _activePosition(positionId);
        Terms memory terms = _termsOf(position.seriesId);
        (LiquidationQuote memory quote, Distress memory distress) = _quote(positionId, terms, maxSizeE8);
        if (quote.payout < minOut) revert VaultPayoutTooLow(quote.payout, minOut);
        _applyLiquidation(positionId, terms, quote, distress);
        TOKEN.burn(msg.sender, position.seriesId, quote.sizeE8);
        _push(terms.token, msg.sender, quote.payout);
        return (quote.sizeE8, quote.payout);
    }

    /// @inheritdoc IOptionVault
    function liquidationQuote(
        uint256 positionId,
        uint128 maxSizeE8
    ) external view nonReentrantView returns (LiquidationQuote memory quote) {
        Terms memory terms = _termsOf(_activePosition(positionId).seriesId);
        (quote, ) = _quote(positionId, terms, maxSizeE8);
    }

    /// @inheritdoc IOptionVault
    function healthOf(uint256 positionId) external view nonReentrantView returns (int256 healthWad) {
        return _healthNow(positionId, _activePosition(positionId));
    }

    function _applyLiquidation(
        uint256 positionId,
        Terms memory terms,
        LiquidationQuote memory quote,
        Distress memory distress
    ) private {
        ShortPosition storage position = _positions[positionId];
        bool isGone = quote.restSizeE8 == 0;
        _resize(positionId, position, quote.restSizeE8, isGone ? 0 : quote.restCollateral);
        emit PositionLiquidated(
            positionId,
            msg.sender,
            quote.sizeE8,
            quote.payout,
            quote.rateE8,
            quote.restSizeE8,
            quote.restCollateral
        );
        if (isGone) return _credit(terms.token, position.owner, quote.restCollateral);
        if (_health(position, distress.payoff, distress.rhoBps) >= HEALTHY_WAD) _clearFlag(positionId, position);
    }

    /// @dev Everything a liquidation checks and computes; the view and the call share it, so that they cannot differ.
    function _quote(
        uint256 positionId,
        Terms memory terms,
        uint256 maxSizeE8
    ) private view returns (LiquidationQuote memory quote, Distress memory distress) {
        ShortPosition storage position = _positions[positionId];
        _requireAmount(maxSizeE8, type(uint128).max);
        LiquidationSettings memory settings = _settings;
        _requireAuction(positionId, position, terms, settings);
        distress.payoff = _payoffNow(terms);
        (distress.sizeE8, distress.collateral) = (position.sizeE8, position.collateral);
        distress.rhoBps = RISK_ORACLE.getParams(address(this), positionId).rhoBps;
        distress.targetHealthBps = settings.targetHealthBps;
        quote.healthWad = _health(position, distress.payoff, distress.rhoBps);
        if (quote.healthWad >= HEALTHY_WAD) revert VaultPositionHealthy(positionId, quote.healthWad);
        if (quote.healthWad <= 0) revert VaultPositionInsolvent(positionId, quote.healthWad);
        distress.rateE8 = LiquidationMath.rateE8Down(
            AuctionClock({
                piBps: position.flagPiBps,
                rhoBps: distress.rhoBps,
                elapsedSec: block.timestamp - position.flaggedAt,
                orderlySec: settings.orderlySec,
                lateSec: settings.lateSec
            })
        );
        _price(positionId, maxSizeE8, terms.minCollateral, distress, quote);
    }

    /// @dev Fills size, payout and rest. Nothing here exceeds the position's own size and collateral, hence the casts.
    function _price(
        uint256 positionId,
        uint256 maxSizeE8,
        uint256 minCollateral,
        Distress memory distress,
        LiquidationQuote memory quote
    ) private pure {
        uint256 closedE8 = Math.min(maxSizeE8, LiquidationMath.sizeUp(distress));
        uint256 payout = LiquidationMath.payoutDown(distress, closedE8);
        if (closedE8 < distress.sizeE8 && distress.collateral - payout < minCollateral) {
            if (maxSizeE8 < distress.sizeE8) {
                revert VaultLiquidationLeavesDust(positionId, distress.collateral - payout, minCollateral);
            }
            closedE8 = distress.sizeE8;
            payout = LiquidationMath.payoutDown(distress, closedE8);
        }
        quote.sizeE8 = uint128(closedE8);
        quote.payout = uint128(payout);
        quote.rateE8 = uint64(distress.rateE8);
        quote.restSizeE8 = uint128(distress.sizeE8 - closedE8);
        quote.restCollateral = uint128(distress.collateral - payout);
    }

    function _requireAuction(
        uint256 positionId,
        ShortPosition storage position,
        Terms memory terms,
        LiquidationSettings memory settings
    ) private view {
        _requireBeforeExpiry(position.seriesId, terms.series);
        if (!_isFlagLive(position)) revert VaultNotFlagged(positionId, position.flaggedAt);
        uint256 coolUntil = uint256(position.coolOffFrom) + settings.coolOffSec;
        if (block.timestamp < coolUntil) revert VaultCoolOff(positionId, coolUntil);
    }

    function _isFlagLive(ShortPosition storage position) private view returns (bool isLive) {
        uint256 flaggedAt = position.flaggedAt;
        return flaggedAt != 0 && block.timestamp <= flaggedAt + _settings.flagLifeSec;
    }

    function _healthNow(uint256 positionId, ShortPosition storage position) private view returns (int256 healthWad) {
        Terms memory terms = _termsOf(position.seriesId);
        _requireBeforeExpiry(position.seriesId, terms.series);
        uint256 rhoBps = RISK_ORACLE.getParams(address(this), positionId).rhoBps;
        return _health(position, _payoffNow(terms), rhoBps);
    }
}
