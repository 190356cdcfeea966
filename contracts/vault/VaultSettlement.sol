// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOptionVaultCore} from "../interfaces/IOptionVaultCore.sol";
import {MarginMath, Payoff} from "../libraries/MarginMath.sol";
import {ShortPosition} from "../libraries/PositionWords.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {SeriesSums} from "../libraries/SeriesSums.sol";
import {StoredSeries} from "../types/VaultState.sol";
import {SideTerms, VaultKit} from "./VaultKit.sol";
import {VaultCore} from "./VaultCore.sol";

/// @title Settlement of expired series, redemption of longs, claims
abstract contract VaultSettlement is VaultCore {
    /// @inheritdoc IOptionVaultCore
    function settle(uint256[] calldata positionIds) external nonReentrant returns (uint256 settledCount) {
        for (uint256 i = 0; i < positionIds.length; ++i) {
            if (_settle(positionIds[i])) ++settledCount;
        }
    }

    /// @inheritdoc IOptionVaultCore
    function redeem(uint256 seriesId, uint128 amountE8, address to) external nonReentrant returns (uint256 payout) {
        _requireReceiver(to);
        return _redeem(msg.sender, seriesId, amountE8, to);
    }

    /// @inheritdoc IOptionVaultCore
    function redeemFor(
        address holder,
        uint256 seriesId,
        uint128 amountE8
    ) external nonReentrant returns (uint256 payout) {
        bool mayAct = holder == msg.sender || holder.code.length == 0 || TOKEN.isOperator(holder, msg.sender);
        if (!mayAct) revert VaultHolderIsContract(holder);
        return _redeem(holder, seriesId, amountE8, holder);
    }

    /// @inheritdoc IOptionVaultCore
    function claim(address token, address to) external nonReentrant returns (uint256 amount) {
        _requireReceiver(to);
        amount = _state.claims[token][msg.sender];
        if (amount == 0) revert VaultNothingToClaim(token, msg.sender);
        _state.claims[token][msg.sender] = 0;
        emit Claimed(token, msg.sender, to, amount);
        _push(IERC20(token), to, amount);
    }

    function _settle(uint256 positionId) private returns (bool isSettled) {
        ShortPosition memory position = VaultKit.load(_state, positionId);
        if (position.sizeE8 == 0) return false;
        Series memory series = position.series;
        uint256 seriesId = SeriesId.encode(series);
        if (block.timestamp < series.expiry) revert VaultSeriesNotExpired(seriesId, series.expiry);
        StoredSeries storage stored = _state.series[seriesId];
        Payoff memory payoff = VaultKit.payoffAt(position, _settlementPrice(seriesId, series, stored));
        uint256 owed = MarginMath.intrinsicUp(payoff, position.sizeE8);
        uint256 paid = Math.min(owed, position.collateral);
        uint256 refund = position.collateral - paid;
        _resize(position, 0, 0);
        // Checked additions: the width holds a million times the collateral that any one position may have.
        if (owed != 0) (stored.pot, stored.owed) = (stored.pot + uint128(paid), stored.owed + uint128(owed));
        emit PositionSettled(positionId, seriesId, uint128(owed), uint128(paid), uint128(refund));
        _credit(VaultKit.termsOf(_state, series).token, position.owner, refund);
        if (SeriesSums.countOf(stored.sums) == 0) {
            emit SeriesCompleted(seriesId, stored.priceE8, stored.pot, stored.owed);
        }
        return true;
    }

    /// @dev Kept with the series from its first settlement on, so that redemptions need no other contract.
    function _settlementPrice(
        uint256 seriesId,
        Series memory series,
        StoredSeries storage stored
    ) private returns (uint64 priceE8) {
        priceE8 = stored.priceE8;
        if (priceE8 != 0) return priceE8;
        bool isFinal;
        (priceE8, isFinal) = SETTLEMENT_ORACLE.settlementPrice(series.marketId, series.expiry);
        if (!isFinal) revert VaultSettlementPriceMissing(seriesId);
        stored.priceE8 = priceE8;
    }

    function _redeem(address holder, uint256 seriesId, uint256 amountE8, address to) private returns (uint256 payout) {
        StoredSeries memory stored = _state.series[seriesId];
        if (stored.priceE8 == 0) revert VaultSettlementPriceMissing(seriesId);
        uint256 unsettled = SeriesSums.countOf(stored.sums);
        if (unsettled != 0) revert VaultSeriesIncomplete(seriesId, uint32(unsettled));
        Series memory series = SeriesId.decode(seriesId);
        SideTerms memory terms = VaultKit.termsOf(_state, series);
        Payoff memory payoff = VaultKit.payoffAt(series, stored.priceE8, terms.decimals);
        uint256 full = amountE8 * payoff.unit * payoff.intrinsicE8;
        // Σ payouts ≤ pot: each writer's debt was rounded up, each payout is rounded down, and q is the same for all.
        payout =
            stored.pot == stored.owed
                ? full / payoff.denominator
                : Math.mulDiv(full, stored.pot, payoff.denominator * stored.owed);
        if (payout != 0) _state.series[seriesId].paidOut = stored.paidOut + uint128(payout);
        emit Redeemed(seriesId, holder, to, amountE8, payout);
        TOKEN.burn(holder, seriesId, amountE8);
        _push(terms.token, to, payout);
    }
}
