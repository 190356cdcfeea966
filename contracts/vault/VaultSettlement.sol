// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVault} from "../interfaces/IOptionVault.sol";
import {MarginMath, Payoff} from "../libraries/MarginMath.sol";
import {SeriesState, ShortPosition} from "../types/VaultTypes.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title Settlement of expired series, redemption of longs, claims
abstract contract VaultSettlement is VaultStorage {
    /// @inheritdoc IOptionVault
    function settle(uint256[] calldata positionIds) external nonReentrant returns (uint256 settledCount) {
        for (uint256 i = 0; i < positionIds.length; ++i) {
            if (_settle(positionIds[i])) ++settledCount;
        }
    }

    /// @inheritdoc IOptionVault
    function redeem(uint256 seriesId, uint128 amountE8, address to) external nonReentrant returns (uint256 payout) {
        _requireReceiver(to);
        return _redeem(msg.sender, seriesId, amountE8, to);
    }

    /// @inheritdoc IOptionVault
    function redeemFor(
        address holder,
        uint256 seriesId,
        uint128 amountE8
    ) external nonReentrant returns (uint256 payout) {
        bool mayAct = holder == msg.sender || holder.code.length == 0 || TOKEN.isOperator(holder, msg.sender);
        if (!mayAct) revert VaultHolderIsContract(holder);
        return _redeem(holder, seriesId, amountE8, holder);
    }

    /// @inheritdoc IOptionVault
    function claim(address token, address to) external nonReentrant returns (uint256 amount) {
        _requireReceiver(to);
        amount = _claims[token][msg.sender];
        if (amount == 0) revert VaultNothingToClaim(token, msg.sender);
        _claims[token][msg.sender] = 0;
        emit Claimed(token, msg.sender, to, amount);
        _push(IERC20(token), to, amount);
    }

    function _settle(uint256 positionId) private returns (bool isSettled) {
        ShortPosition storage position = _positions[positionId];
        if (position.owner == address(0)) revert VaultPositionUnknown(positionId);
        if (position.sizeE8 == 0) return false;
        uint256 seriesId = position.seriesId;
        Terms memory terms = _termsOf(seriesId);
        if (block.timestamp < terms.series.expiry) revert VaultSeriesNotExpired(seriesId, terms.series.expiry);
        SeriesState storage state = _series[seriesId];
        Payoff memory payoff = _payoffAt(terms, _settlementPrice(seriesId, terms, state));
        uint256 owed = MarginMath.intrinsicUp(payoff, position.sizeE8);
        uint256 paid = Math.min(owed, position.collateral);
        uint256 refund = position.collateral - paid;
        _resize(positionId, position, 0, 0);
        // Checked additions: the width holds a million times the collateral that any one position may have.
        state.pot += uint128(paid);
        state.potLeft += uint128(paid);
        state.owed += uint128(owed);
        emit PositionSettled(positionId, seriesId, uint128(owed), uint128(paid), uint128(refund));
        _credit(terms.token, position.owner, refund);
        if (state.unsettledCount == 0) emit SeriesCompleted(seriesId, state.priceE8, state.pot, state.owed);
        return true;
    }

    /// @dev Kept with the series from its first settlement on, so that redemptions need no other contract.
    function _settlementPrice(
        uint256 seriesId,
        Terms memory terms,
        SeriesState storage state
    ) private returns (uint64 priceE8) {
        priceE8 = state.priceE8;
        if (priceE8 != 0) return priceE8;
        bool isFinal;
        (priceE8, isFinal) = SETTLEMENT_ORACLE.settlementPrice(terms.series.marketId, terms.series.expiry);
        if (!isFinal) revert VaultSettlementPriceMissing(seriesId);
        state.priceE8 = priceE8;
    }

    function _redeem(address holder, uint256 seriesId, uint256 amountE8, address to) private returns (uint256 payout) {
        SeriesState memory state = _series[seriesId];
        if (state.priceE8 == 0) revert VaultSettlementPriceMissing(seriesId);
        if (state.unsettledCount != 0) revert VaultSeriesIncomplete(seriesId, state.unsettledCount);
        Terms memory terms = _termsOf(seriesId);
        Payoff memory payoff = _payoffAt(terms, state.priceE8);
        uint256 full = amountE8 * payoff.unit * payoff.intrinsicE8;
        // Σ payouts ≤ pot: each writer's debt was rounded up, each payout is rounded down, and q is the same for all.
        payout =
            state.pot == state.owed
                ? full / payoff.denominator
                : Math.mulDiv(full, state.pot, payoff.denominator * state.owed);
        _series[seriesId].potLeft -= uint128(payout);
        emit Redeemed(seriesId, holder, to, amountE8, payout);
        TOKEN.burn(holder, seriesId, amountE8);
        _push(terms.token, to, payout);
    }
}
