// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVaultOwners} from "../interfaces/IOptionVaultOwners.sol";
import {IVaultLiquidator} from "../interfaces/IVaultLiquidator.sol";
import {MarginMath} from "../libraries/MarginMath.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {SeriesId} from "../libraries/SeriesId.sol";
import {TakeOver} from "../types/VaultTypes.sol";
import {Liquidation, VaultAuction} from "./VaultAuction.sol";
import {VaultClosing} from "./VaultClosing.sol";
import {VaultKit} from "./VaultKit.sol";
import {VaultOpening} from "./VaultOpening.sol";

/// @title Liquidation by taking the shorts over
abstract contract VaultTakeOver is VaultClosing, IOptionVaultOwners {
    /// @inheritdoc IOptionVaultOwners
    function takeOver(
        TakeOver calldata order
    ) external nonReentrant returns (uint256 intoId, uint128 sizeE8, uint128 topUp) {
        Liquidation memory found = VaultAuction.prepare(_state, _links(), order.positionId, order.maxSizeE8);
        sizeE8 = found.quote.sizeE8;
        if (found.quote.payout < order.minOut) revert VaultPayoutTooLow(found.quote.payout, order.minOut);
        ShortPosition memory into = order.intoId == 0 ? _split(found) : _merge(found, order.intoId);
        intoId = into.id;
        _closePart(found);
        uint256 newSizeE8 = order.intoId == 0 ? sizeE8 : into.sizeE8 + sizeE8;
        uint256 brought = found.quote.payout + (order.intoId == 0 ? 0 : into.collateral);
        topUp = _topUp(found, into, newSizeE8, brought);
        if (topUp > order.maxTopUp) revert VaultTopUpTooHigh(topUp, order.maxTopUp);
        _receive(into, newSizeE8, brought + topUp);
        emit PositionTakenOver(intoId, order.positionId, msg.sender, sizeE8, into.sizeE8, into.collateral);
        if (order.data.length != 0) {
            uint256 seriesId = SeriesId.encode(into.series);
            IVaultLiquidator(msg.sender).onLiquidation(order.positionId, seriesId, sizeE8, topUp, order.data);
        }
        if (topUp != 0) _pull(found.terms.token, topUp);
    }

    /// @dev A new position of the caller with the ratio of the old one. It is created with the part's size and collateral
    /// before the old one gives them up, so that the oracle can copy a word that still stands.
    function _split(Liquidation memory found) private returns (ShortPosition memory into) {
        uint256 id = _create(found.position.series, found.position.decimals, found.quote.sizeE8, found.quote.payout);
        RISK_ORACLE.copyPosition(found.position.id, id);
        return VaultKit.active(_state, id);
    }

    /// @dev A position of the caller in the same series; it keeps the stricter of both ratios.
    function _merge(Liquidation memory found, uint256 intoId) private returns (ShortPosition memory into) {
        into = VaultKit.active(_state, intoId);
        _requireMayAct(into);
        uint256 seriesId = SeriesId.encode(into.series);
        bool fits = seriesId == SeriesId.encode(found.position.series) && intoId != found.position.id;
        if (!fits) revert VaultTakeOverTarget(found.position.id, intoId);
        RISK_ORACLE.mergePosition(found.position.id, intoId);
    }

    /// @dev What is missing to the initial requirement of the new totals, which is that of new risk.
    function _topUp(
        Liquidation memory found,
        ShortPosition memory into,
        uint256 newSizeE8,
        uint256 brought
    ) private view returns (uint128 topUp) {
        VaultKit.requireAmount(newSizeE8, MarginMath.MAX_SIZE_E8);
        uint256 rhoBps = VaultOpening.initialRhoBps(_state, _links(), into, found.spotE8, VaultOpening.NEW_SIZE);
        uint256 required = MarginMath.marginUp(found.distress.payoff, newSizeE8, rhoBps);
        required = Math.max(required, found.terms.minCollateral);
        VaultKit.requireAmount(Math.max(required, brought), MarginMath.MAX_COLLATERAL);
        // Fits: at most MAX_COLLATERAL.
        return uint128(Math.saturatingSub(required, brought));
    }

    function _receive(ShortPosition memory into, uint256 newSizeE8, uint256 newCollateral) private {
        into.coolOffFrom = block.timestamp;
        _endFlag(into);
        _resize(into, newSizeE8, newCollateral);
    }
}
