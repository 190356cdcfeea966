// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {IOptionVaultCover} from "../interfaces/IOptionVaultCover.sol";
import {IOptionVaultLinks} from "../interfaces/IOptionVaultLinks.sol";
import {ISettlementOracle} from "../interfaces/ISettlementOracle.sol";
import {Payoff} from "../libraries/MarginMath.sol";
import {Series, SeriesId} from "../libraries/SeriesId.sol";
import {SeriesSums} from "../libraries/SeriesSums.sol";
import {SettlementMath} from "../libraries/SettlementMath.sol";
import {SeriesHold, SeriesLoan, StoredSeries} from "../types/VaultState.sol";
import {SideTerms, VaultKit} from "./VaultKit.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title Rarer calls around the insurance funds
abstract contract VaultCover is VaultStorage, IOptionVaultCover {
    /// @inheritdoc IOptionVaultCover
    function openEarly(uint256 seriesId) external nonReentrant returns (uint256 lent) {
        (Series memory series, SideTerms memory terms) = _requireIncomplete(seriesId);
        StoredSeries storage stored = _state.series[seriesId];
        if (stored.hold == SeriesHold.LENT) revert VaultSeriesHeld(seriesId);
        // The vault answers itself: only its own code knows where settlement prices come from.
        ISettlementOracle prices = IOptionVaultLinks(address(this)).SETTLEMENT_ORACLE();
        uint64 priceE8 = _settlementPrice(seriesId, series, stored, prices);
        Payoff memory payoff = VaultKit.payoffAt(series, priceE8, terms.decimals);
        if (payoff.intrinsicE8 == 0) revert VaultSeriesWorthless(seriesId);
        uint256 sums = stored.sums;
        lent = SettlementMath.worstShortfallUp(
            payoff,
            SeriesSums.sizeOf(sums),
            SeriesSums.countOf(sums),
            stored.owed - stored.pot
        );
        IInsuranceFund fund = _hold(seriesId, stored, terms.token, SeriesHold.LENT);
        // Fits: sizes and prices have 64 bits, and a fund lends no more than 120.
        _state.loans[seriesId].amount = uint128(lent);
        emit SeriesHeld(seriesId, address(fund), lent);
        uint256 before = terms.token.balanceOf(address(this));
        fund.reserve(seriesId, lent);
        uint256 received = terms.token.balanceOf(address(this)) - before;
        if (received != lent) revert VaultTokenReceivedMismatch(address(terms.token), received, lent);
    }

    /// @inheritdoc IOptionVaultCover
    function holdFund(uint256 seriesId) external nonReentrant {
        (, SideTerms memory terms) = _requireIncomplete(seriesId);
        StoredSeries storage stored = _state.series[seriesId];
        if (stored.hold != SeriesHold.NONE) revert VaultSeriesHeld(seriesId);
        IInsuranceFund fund = _hold(seriesId, stored, terms.token, SeriesHold.WAITING);
        emit SeriesHeld(seriesId, address(fund), 0);
        fund.suspendFor(seriesId);
    }

    /// @dev The fund that already waits for the series, or else the token's.
    function _hold(
        uint256 seriesId,
        StoredSeries storage stored,
        IERC20 token,
        SeriesHold hold
    ) private returns (IInsuranceFund fund) {
        SeriesLoan storage loan = _state.loans[seriesId];
        if (stored.hold == SeriesHold.NONE) loan.fund = _state.funds[address(token)].fund;
        if (loan.fund == address(0)) revert VaultFundMissing(address(token));
        stored.hold = hold;
        return IInsuranceFund(loan.fund);
    }

    function _requireIncomplete(uint256 seriesId) private view returns (Series memory series, SideTerms memory terms) {
        series = SeriesId.decode(seriesId);
        if (block.timestamp < series.expiry) revert VaultSeriesNotExpired(seriesId, series.expiry);
        terms = VaultKit.termsOf(_state, series);
        if (SeriesSums.countOf(_state.series[seriesId].sums) == 0) revert VaultSeriesComplete(seriesId);
    }
}
